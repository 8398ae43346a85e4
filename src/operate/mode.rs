//! Whether anything may be changed at all.

/// What the console may do; the header shows it all the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Look only: no client that could change anything exists.
    #[default]
    Observe,
}

impl Mode {
    /// The mode's word in the header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "OBSERVE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observes_unless_told_otherwise() {
        assert_eq!(Mode::default(), Mode::Observe);
        assert_eq!(Mode::default().word(), "OBSERVE");
    }
}
