//! A request's members, taken one by one. What nobody took is said: a call that left something of its plan out must not go.

use aws_sdk_rds::types::{ServerlessV2ScalingConfiguration, Tag};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// The members of one request.
pub(super) struct Members {
    left: Map<String, Value>,
    wrong: Vec<String>,
}

impl Members {
    pub(super) fn of(request: &Value) -> Self {
        match request {
            Value::Object(members) => Self { left: members.clone(), wrong: Vec::new() },
            _ => Self { left: Map::new(), wrong: vec!["the request is no object".to_owned()] },
        }
    }

    fn take<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.left.remove(name)?;
        let read = read(&value);
        if read.is_none() {
            self.wrong.push(format!("{name} cannot be {value}"));
        }
        read
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |v| v.as_str().map(str::to_owned))
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, Value::as_bool)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<i32> {
        self.take(name, |v| v.as_i64().and_then(|n| n.try_into().ok()))
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, |v| v.as_array()?.iter().map(|t| t.as_str().map(str::to_owned)).collect())
    }

    pub(super) fn time(&mut self, name: &str) -> Option<DateTime> {
        self.take(name, |v| {
            let at: Timestamp = v.as_str()?.parse().ok()?;
            Some(DateTime::from_secs_and_nanos(at.as_second(), u32::try_from(at.subsec_nanosecond()).ok()?))
        })
    }

    pub(super) fn tags(&mut self, name: &str) -> Option<Vec<Tag>> {
        let tag = |t: &Value| {
            let value = t.get("Value").and_then(Value::as_str).map(str::to_owned);
            Some(Tag::builder().key(t.get("Key")?.as_str()?).set_value(value).build())
        };
        self.take(name, |v| v.as_array()?.iter().map(tag).collect())
    }

    pub(super) fn range(&mut self, name: &str) -> Option<ServerlessV2ScalingConfiguration> {
        self.take(name, |v| {
            let (min, max) = (v.get("MinCapacity")?.as_f64()?, v.get("MaxCapacity")?.as_f64()?);
            Some(ServerlessV2ScalingConfiguration::builder().min_capacity(min).max_capacity(max).build())
        })
    }

    pub(super) fn sizes(&mut self, name: &str) -> Option<aws_sdk_eks::types::NodegroupScalingConfig> {
        self.take(name, |v| {
            let size = |key: &str| i32::try_from(v.get(key)?.as_i64()?).ok();
            let built = aws_sdk_eks::types::NodegroupScalingConfig::builder();
            Some(built.min_size(size("minSize")?).max_size(size("maxSize")?).desired_size(size("desiredSize")?).build())
        })
    }

    /// Whether everything was taken.
    ///
    /// # Errors
    /// What was not, or was not as it must be.
    pub(super) fn all(mut self) -> Result<(), String> {
        self.wrong.extend(self.left.keys().map(|name| format!("{name} is not known here")));
        if self.wrong.is_empty() { Ok(()) } else { Err(format!("nothing was sent: {}", self.wrong.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_of_a_plan_is_left_out_in_silence() {
        let mut members = Members::of(&json!({"A": "x", "B": true, "C": 3}));
        assert_eq!(members.text("A").as_deref(), Some("x"));
        assert_eq!(members.text("Absent"), None);
        assert_eq!(members.all().unwrap_err(), "nothing was sent: B is not known here; C is not known here");
        let mut members = Members::of(&json!({"A": 1}));
        assert_eq!(members.text("A"), None);
        assert_eq!(members.all().unwrap_err(), "nothing was sent: A cannot be 1");
        let mut members = Members::of(&json!({"A": "2026-11-21T10:00:00Z"}));
        assert_eq!(members.time("A"), Some(DateTime::from_secs(1_795_255_200)));
        assert_eq!(members.all(), Ok(()));
    }
}
