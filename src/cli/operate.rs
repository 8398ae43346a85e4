//! `quarterdeck operate`: the same path as the console's, without a screen.

mod background;
mod ground;
mod intent;
pub(super) mod person;
mod plan;
mod run;
mod settling;
mod target;

pub(super) use run::told;
pub(super) use settling::settle_before;

use super::args::{Close, Format, Operate, Planned};
use super::output::{columns, complain, print_json, print_text};
use super::real;
use super::{Context, Exit, drive};
use crate::config::{self, EstateFile};
use crate::console::Operator;
use crate::operate::run::Ground;
use crate::operate::{CATALOGUE, Intent, Parameter, Restraints};
use crate::store::seen::Seen;
use ground::Stage;

/// `quarterdeck operate …`
pub(super) fn run(command: &Operate, context: &Context) -> Exit {
    match command {
        Operate::List { .. } => Exit::Ok,
        Operate::Plan(planned) => plan::run(planned, context),
        Operate::Run(run) => run::run(run, context),
        Operate::Close(close) => self::close(close, context),
    }
}

/// What the console runs operations with.
pub(super) fn operator(file: &EstateFile, context: &Context) -> Operator {
    Operator {
        ground: ground::of(&file.declared, context),
        restraints: Restraints::of(&file.declared, file.freezes.clone()),
        seen: Seen::within(context.places.state()),
    }
}

/// `quarterdeck operate list`: needs no estate file.
pub(super) fn list(format: Format) -> Exit {
    match format {
        Format::Json => print_json(&CATALOGUE),
        Format::Table => {
            let mut rows = vec![["operation", "target", "parameters", "danger", ""].map(str::to_owned)];
            rows.extend(CATALOGUE.iter().map(|o| {
                let parameters = o.parameters.iter().map(written).collect::<Vec<_>>().join(" ");
                [
                    o.name.to_owned(),
                    o.target.form().to_owned(),
                    parameters,
                    o.danger.word().to_owned(),
                    o.doc.to_owned(),
                ]
            }));
            print_text(&columns(&rows))
        }
    }
}

/// A parameter as it is typed: `name`, or `name=default`.
fn written(parameter: &Parameter) -> String {
    match parameter.default {
        Some(default) => format!("{}={default}", parameter.name),
        None => parameter.name.to_owned(),
    }
}

/// What a person wants, and where.
struct Wanted {
    file: EstateFile,
    intent: Intent,
    /// A world of its own; none on the team's estate.
    stage: Option<Stage>,
}

impl Wanted {
    /// What it is run with.
    fn ground(&self, context: &Context) -> Ground {
        self.stage.as_ref().map_or_else(|| ground::of(&self.file.declared, context), Stage::ground)
    }
}

/// What a person wants, of words; or how it ends when the words or the file are wrong.
fn read(planned: &Planned, context: &Context) -> Result<Wanted, Exit> {
    let usage = |words: String| complain(&words, Exit::Usage);
    let operation = intent::operation(&planned.operation).map_err(usage)?;
    let parameters = intent::parameters(operation, &planned.parameters).map_err(usage)?;
    let stage = Stage::of(planned, context).map_err(usage)?;
    let file = match &stage {
        Some(stage) => stage.file(),
        None => load(context)?,
    };
    let target = target::pin(&planned.target, operation, &file.declared).map_err(usage)?;
    intent::freezes(&planned.override_freeze, &file.freezes).map_err(usage)?;
    Ok(Wanted { file, intent: Intent { operation, target, parameters }, stage })
}

/// The estate file; or how it ends when that is wrong.
fn load(context: &Context) -> Result<EstateFile, Exit> {
    config::load_estate(&context.places, context.estate_flag()).map_err(|e| real::explain(&e, context))
}

fn close(close: &Close, context: &Context) -> Exit {
    let closed = load(context).and_then(|file| drive(settling::close(close, &file.declared, context)));
    closed.unwrap_or_else(|exit| exit)
}
