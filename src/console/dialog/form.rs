//! The parameters of an operation, to be filled in.

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

/// The name under which an autoscaler is asked for that nobody has seen.
const AUTOSCALER: &str = "autoscaler";

impl Form {
    /// The form of an offer, filled in as far as the thing itself says; none where nothing is to be filled in.
    pub fn of(offer: Offer) -> Option<Self> {
        let mut fields = Vec::new();
        if offer.target.kind == TargetKind::Autoscaler && offer.target.uid.is_none() {
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
        let mut values = Vec::new();
        for field in &self.fields {
            let value = field.value.trim();
            if field.name == AUTOSCALER && target.kind == TargetKind::Autoscaler {
                if value.is_empty() {
                    return Err("the autoscaler's name is missing".to_owned());
                }
                value.clone_into(&mut target.id);
                value.clone_into(&mut target.name);
            } else if !value.is_empty() {
                values.push((field.name, value));
            }
        }
        let parameters = self.offer.operation.given(values).map_err(|wrong| wrong.to_string())?;
        Ok(Intent { operation: self.offer.operation, target, parameters })
    }

    /// Its lines of at most so many columns, and the one that is typed in.
    pub(super) fn lines(&self, columns: usize) -> (Vec<Words>, usize) {
        let widest = self.fields.iter().map(|f| f.name.len()).max().unwrap_or(0);
        let columns = columns.max(8);
        let mut out = Words::dim(self.offer.operation.doc).wrap(columns);
        out.extend(self.offer.hints.iter().flat_map(|hint| Words::say(hint).wrap(columns)));
        out.push(Words::none());
        let above = out.len();
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
            out.extend(Words::of(Role::Warning, wrong).wrap(columns));
        }
        out.push(Words::dim("nothing is sent: the plan comes next"));
        (out, self.at + above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::draw::tests::fixture::declared;
    use crate::operate::{catalogue, pin};

    fn form(operation: &str) -> Form {
        let operation = catalogue::find(operation).unwrap();
        let target = pin::database(None, &declared().databases[0]);
        Form::of(Offer { operation, target, values: [].into(), hints: Vec::new() }).unwrap()
    }

    fn given(form: &Form) -> Result<Vec<String>, String> {
        Ok(form.intent()?.parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    #[test]
    fn a_field_that_is_erased_takes_its_default() {
        let mut form = form("node.drain");
        let all = ["bare-pods=false", "local-data=false"];
        assert_eq!(given(&form).unwrap(), all);
        for field in &mut form.fields {
            field.value = " ".to_owned();
        }
        assert_eq!(given(&form).unwrap(), all);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut replicas = form("workload.scale");
        assert_eq!(given(&replicas).unwrap_err(), "replicas is needed: a whole number from 0 to 2147483647");
        replicas.text().unwrap().push_str(" -1");
        assert_eq!(given(&replicas).unwrap_err(), "replicas takes a whole number from 0 to 2147483647");
        assert_eq!(given(&form("database.capacity")).unwrap_err(), "fill in one of them at least");
    }
}
