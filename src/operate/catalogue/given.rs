//! Values for an operation's parameters as a person gave them: checked, and filled up with the defaults.

use std::collections::BTreeMap;

use super::{OperationSpec, Parameter};

/// What is wrong with the values that were given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misgiven {
    /// The operation has no parameter of that name.
    #[error("there is no parameter `{0}`")]
    Unknown(String),
    /// The value is not of the parameter's form.
    #[error("{} takes {}", .0.name, .0.takes.words())]
    Unfit(&'static Parameter, String),
    /// The parameter is given more than once.
    #[error("`{}` is given twice", .0.name)]
    Twice(&'static Parameter),
    /// The parameter must be given and is not.
    #[error("{} is needed: {}", .0.name, .0.takes.words())]
    Missing(&'static Parameter),
    /// None is given, and without any there is nothing to do.
    #[error("fill in one of them at least")]
    Nothing,
}

impl OperationSpec {
    /// The values by the names of their parameters, defaults filled in where a parameter is left out.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn given<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<BTreeMap<String, String>, Misgiven> {
        let mut given = BTreeMap::new();
        for (name, value) in values {
            let parameter = self.parameter(name).ok_or_else(|| Misgiven::Unknown(name.to_owned()))?;
            if !parameter.takes.fits(value) {
                return Err(Misgiven::Unfit(parameter, value.to_owned()));
            }
            if given.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Misgiven::Twice(parameter));
            }
        }
        if let Some(missing) = self.parameters.iter().find(|p| p.required && !given.contains_key(p.name)) {
            return Err(Misgiven::Missing(missing));
        }
        if self.needs_one() && given.is_empty() {
            return Err(Misgiven::Nothing);
        }
        for (parameter, default) in self.parameters.iter().filter_map(|p| Some((p, p.default?))) {
            given.entry(parameter.name.to_owned()).or_insert_with(|| default.to_owned());
        }
        Ok(given)
    }
}
