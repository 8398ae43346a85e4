//! The same call on a command line: complete, quoted for a shell, to be copied.

use serde_json::Value;

use crate::operate::{Call, Pinned, Service};

/// A call under construction: members and flags go in together, so that neither can be forgotten.
pub(super) struct Command<'a> {
    target: &'a Pinned,
    service: Service,
    action: &'static str,
    verb: &'static str,
    region: Option<String>,
    members: serde_json::Map<String, Value>,
    words: Vec<String>,
}

impl<'a> Command<'a> {
    /// A call of RDS: `FailoverDBCluster`, `failover-db-cluster`.
    pub(super) fn rds(target: &'a Pinned, action: &'static str, verb: &'static str) -> Self {
        Self::new(target, Service::Rds, action, verb)
    }

    /// A call of EKS.
    pub(super) fn eks(target: &'a Pinned, action: &'static str, verb: &'static str) -> Self {
        Self::new(target, Service::Eks, action, verb)
    }

    fn new(target: &'a Pinned, service: Service, action: &'static str, verb: &'static str) -> Self {
        let (region, members, words) = (None, serde_json::Map::new(), Vec::new());
        Self { target, service, action, verb, region, members, words }
    }

    /// To another region than the target's.
    pub(super) fn region(mut self, region: &str) -> Self {
        self.region = (self.target.region.as_deref() != Some(region)).then(|| region.to_owned());
        self
    }

    /// A member with its option and the option's value.
    pub(super) fn with(self, member: &str, value: impl Into<Value>, option: &str, word: &str) -> Self {
        let mut this = self.member(member, value);
        this.words.push(option.to_owned());
        this.words.push(quoted(word));
        this
    }

    /// A member that is text, with its option.
    pub(super) fn text(self, member: &str, value: &str, option: &str) -> Self {
        self.with(member, value, option, value)
    }

    /// A member that is text, where it is known.
    pub(super) fn maybe(self, member: &str, value: Option<&str>, option: &str) -> Self {
        match value {
            Some(value) => self.text(member, value, option),
            None => self,
        }
    }

    /// A member that is true, with its option, which takes no value.
    pub(super) fn yes(self, member: &str, option: &str) -> Self {
        self.flag(member, true, option)
    }

    /// A member that is true or false, with the option that says so.
    pub(super) fn flag(self, member: &str, value: bool, option: &str) -> Self {
        let mut this = self.member(member, value);
        this.words.push(option.to_owned());
        this
    }

    /// A member that is a list, with an option that takes each of its words.
    pub(super) fn list(self, member: &str, value: Vec<Value>, option: &str, words: &[String]) -> Self {
        if value.is_empty() {
            return self;
        }
        let mut this = self.member(member, value);
        this.words.push(option.to_owned());
        this.words.extend(words.iter().map(|word| quoted(word)));
        this
    }

    fn member(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// The call.
    pub(super) fn done(self) -> Call {
        let mut words = vec!["aws".to_owned(), self.service.word().to_owned(), self.verb.to_owned()];
        words.extend(self.words);
        let options = [
            ("--region", self.region.as_ref().or(self.target.region.as_ref())),
            ("--profile", self.target.profile.as_ref()),
        ];
        for (option, value) in options {
            if let Some(value) = value {
                words.push(option.to_owned());
                words.push(quoted(value));
            }
        }
        Call {
            service: self.service,
            action: self.action.to_owned(),
            region: self.region,
            cli: words.join(" "),
            request: Value::Object(self.members),
        }
    }
}

/// A word as it can be pasted into a shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@/+:=,%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_can_be_pasted() {
        for (word, pasted) in [
            ("orders-use1", "orders-use1"),
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
            ("MinCapacity=0.5,MaxCapacity=16", "MinCapacity=0.5,MaxCapacity=16"),
            ("", "''"),
            ("it's $(rm)", r"'it'\''s $(rm)'"),
            ("Key=a b", "'Key=a b'"),
        ] {
            assert_eq!(quoted(word), pasted);
        }
    }
}
