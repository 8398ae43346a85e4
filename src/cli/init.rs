//! `quarterdeck init`: an estate file to begin with.

use super::args::Init;
use super::output::{complain, print_text};
use super::{Context, Exit};
use crate::config::{TEMPLATE, write_template};
use crate::gate;

/// Writes the template where the console would look for it; never over a file that is there.
pub(super) fn run(init: &Init, context: &Context) -> Exit {
    if init.print {
        return print_text(TEMPLATE);
    }
    let path = context.places.estate_file(context.estate_flag()).path;
    let shown = gate::visible(&path.to_string_lossy());
    match write_template(&path) {
        Ok(()) => print_text(&format!(
            "wrote {shown}: put your accounts and clusters into it, then run `quarterdeck check`\n"
        )),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => complain(
            &format!("{shown} is there already: nothing was written; `quarterdeck init --print` shows the template"),
            Exit::Failed,
        ),
        Err(e) => complain(&format!("cannot write {shown}: {e}"), Exit::Failed),
    }
}
