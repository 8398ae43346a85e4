//! The parameters of an operation, to be filled in.

use std::collections::BTreeMap;

use crate::console::desk::Offer;
use crate::console::theme::Role;
use crate::console::widget::words::Words;
use crate::operate::{Intent, TargetKind};

/// One thing to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The parameter's name.
    pub name: &'static str,
    /// As typed so far; empty means left out.
    pub value: String,
}

/// An operation's parameters as they are being filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What they are for.
    pub offer: Offer,
    /// What there is to fill in.
    pub fields: Vec<Field>,
    /// Which is being typed.
    pub at: usize,
    /// The person is already told that something is missing.
    pub wrong: Option<String>,
}

/// The name under which an autoscaler is asked for: the estate knows workloads, not their autoscalers.
const AUTOSCALER: &str = "autoscaler";

impl Form {
    /// The form of an offer, filled in as far as the thing itself says; none where nothing is to be filled in.
    pub fn of(offer: Offer) -> Option<Self> {
        let mut fields = Vec::new();
        if offer.target.kind == TargetKind::Autoscaler {
            fields.push(Field { name: AUTOSCALER, value: offer.target.id.clone() });
        }
        fields.extend(offer.operation.parameters.iter().map(|p| {
            let given = offer.values.get(p.name).cloned();
            Field { name: p.name, value: given.or(p.default.map(str::to_owned)).unwrap_or_default() }
        }));
        (!fields.is_empty()).then_some(Self { offer, fields, at: 0, wrong: None })
    }

    /// The text of the field that is being typed.
    pub fn text(&mut self) -> Option<&mut String> {
        self.wrong = None;
        self.fields.get_mut(self.at).map(|f| &mut f.value)
    }

    /// Goes to the next field, or by a negative number back; around the ends.
    pub fn step(&mut self, by: isize) {
        let of = isize::try_from(self.fields.len().max(1)).unwrap_or(1);
        let at = isize::try_from(self.at).unwrap_or(0).saturating_add(by).rem_euclid(of);
        self.at = usize::try_from(at).unwrap_or(0);
    }

    /// What the person wants done.
    ///
    /// # Errors
    /// What is missing still.
    pub fn intent(&self) -> Result<Intent, String> {
        let mut target = self.offer.target.clone();
        let mut parameters = BTreeMap::new();
        for field in &self.fields {
            let value = field.value.trim();
            if field.name == AUTOSCALER && target.kind == TargetKind::Autoscaler {
                if value.is_empty() {
                    return Err("the autoscaler's name is missing".to_owned());
                }
                value.clone_into(&mut target.id);
                value.clone_into(&mut target.name);
                continue;
            }
            let Some(parameter) = self.offer.operation.parameter(field.name) else { continue };
            if value.is_empty() && parameter.required {
                return Err(format!("{} is needed: {}", field.name, parameter.takes.words()));
            }
            if !value.is_empty() {
                if !parameter.takes.fits(value) {
                    return Err(format!("{} takes {}", field.name, parameter.takes.words()));
                }
                parameters.insert(field.name.to_owned(), value.to_owned());
            }
        }
        if self.offer.operation.needs_one() && parameters.is_empty() {
            return Err("fill in one of them at least".to_owned());
        }
        Ok(Intent { operation: self.offer.operation, target, parameters })
    }

    pub(super) fn lines(&self) -> (Vec<Words>, usize) {
        let widest = self.fields.iter().map(|f| f.name.len()).max().unwrap_or(0);
        let mut out = vec![Words::dim(self.offer.operation.doc), Words::none()];
        for (i, field) in self.fields.iter().enumerate() {
            let typed = i == self.at;
            let mark = if typed { Words::of(Role::Accent, "▸ ") } else { Words::say("  ") };
            let mut line = mark
                .and(if typed { Role::Strong } else { Role::Text }, format!("{:<widest$}  ", field.name))
                .and(if typed { Role::Filter } else { Role::Text }, &field.value);
            if typed {
                line = line.and(Role::FilterCursor, " ");
            }
            if field.value.is_empty() {
                line = line.and(Role::Dim, "  left out");
            }
            out.push(line);
        }
        out.push(Words::none());
        if let Some(wrong) = &self.wrong {
            out.push(Words::of(Role::Warning, wrong));
        }
        out.push(Words::dim("nothing is sent: the plan comes next"));
        (out, self.at + 2)
    }
}
