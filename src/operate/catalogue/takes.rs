//! What a parameter takes: what can be told wrong of a value without looking at the estate.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A whole number from 0 on.
    Count,
    /// A whole number from 0 on for all, or one for each that is named: `cart:3,checkout:2`.
    Counts,
    /// `true` or `false`.
    Flag,
    /// Whole seconds.
    Seconds,
    /// Aurora capacity units, in halves.
    Acu,
    /// A promotion tier.
    Tier,
    /// The name of a database instance or cluster.
    Instance,
    /// The name of a snapshot.
    Snapshot,
    /// An instance class.
    Class,
    /// An availability zone.
    Zone,
    /// An AWS region.
    Region,
    /// An instant, or `latest`.
    Moment,
}

impl Takes {
    /// It in words, for `expected …`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Count => "a whole number from 0 to 2147483647",
            Self::Counts => "a whole number from 0 to 2147483647, or NAME:NUMBER,NAME:NUMBER for some",
            Self::Flag => "true or false",
            Self::Seconds => "whole seconds from 1 to 43200",
            Self::Acu => "capacity units from 0 to 256, in steps of 0.5",
            Self::Tier => "a promotion tier from 0 to 15",
            Self::Instance => "a name of 1 to 63 letters, digits and single hyphens that begins with a letter",
            Self::Snapshot => "a name of 1 to 255 letters, digits and single hyphens that begins with a letter",
            Self::Class => "an instance class, such as db.r6g.large or db.serverless",
            Self::Zone => "an availability zone, such as us-east-1a",
            Self::Region => "an AWS region, such as us-west-2",
            Self::Moment => "an instant in RFC 3339, such as 2026-11-20T19:30:00Z, or latest",
        }
    }

    /// Whether a value is of this form.
    pub fn fits(self, value: &str) -> bool {
        let number = |most: u32| plain(value) && value.parse::<u32>().is_ok_and(|n| n <= most);
        match self {
            Self::Count => number(i32::MAX.cast_unsigned()),
            Self::Counts => Self::Count.fits(value) || counts(value),
            Self::Flag => matches!(value, "true" | "false"),
            Self::Seconds => number(43_200) && value.parse() != Ok(0),
            Self::Acu => halves(value),
            Self::Tier => number(15),
            Self::Instance => name(value, 63),
            Self::Snapshot => name(value, 255),
            Self::Class => {
                value.starts_with("db.")
                    && value.len() > 3
                    && value.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
            }
            Self::Zone | Self::Region => {
                value.contains('-') && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            }
            Self::Moment => value == "latest" || value.parse::<Timestamp>().is_ok(),
        }
    }
}

impl Serialize for Takes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

fn plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

/// Names, each once, with a count each.
fn counts(value: &str) -> bool {
    let mut names = BTreeSet::new();
    value.split(',').all(|pair| {
        let name =
            |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        pair.split_once(':').is_some_and(|(of, count)| name(of) && names.insert(of) && Takes::Count.fits(count))
    })
}

fn halves(value: &str) -> bool {
    let (whole, half) = value.split_once('.').unwrap_or((value, "0"));
    let halved = matches!(half.trim_end_matches('0'), "" | "5") && !half.is_empty();
    plain(whole) && halved && value.parse::<f64>().is_ok_and(|n| (0.0..=256.0).contains(&n))
}

fn name(value: &str, longest: usize) -> bool {
    (1..=longest).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !value.ends_with('-')
        && !value.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_form_and_others() {
        let table: [(Takes, &[&str], &[&str]); 12] = [
            (Takes::Count, &["0", "3", "2147483647"], &["", "-1", "+1", "1.0", "2147483648", "three", " 3"]),
            (
                Takes::Counts,
                &["0", "cart:3", "cart:3,check-out.v2:0"],
                &["", "cart", "cart:", ":3", "cart:-1", "cart:1,", "cart:1,cart:2", "cart=1", "a b:1"],
            ),
            (Takes::Flag, &["true", "false"], &["", "yes", "True", "1"]),
            (Takes::Seconds, &["1", "43200"], &["0", "43201", "5m", "1.5"]),
            (Takes::Acu, &["0", "0.5", "16", "16.0", "256"], &["0.25", "256.5", "-1", "1e2", "NaN", "."]),
            (Takes::Tier, &["0", "15"], &["16", "-1"]),
            (Takes::Instance, &["orders-2", "A"], &["", "2-orders", "a--b", "a-", "a_b", "a\u{1b}b"]),
            (Takes::Snapshot, &["before-release"], &["rds:x"]),
            (Takes::Class, &["db.serverless", "db.r6g.large"], &["r6g.large", "db.", "db.r6g large"]),
            (Takes::Zone, &["us-east-1a"], &["useast1a", "us-east-1A"]),
            (Takes::Region, &["us-west-2"], &["", "us_west_2", "../us-west-2"]),
            (Takes::Moment, &["latest", "2026-11-20T19:30:00Z", "2026-11-20T19:30:00+01:00"], &["now", "2026-11-20"]),
        ];
        for (takes, good, bad) in table {
            for (value, fits) in good.iter().map(|v| (v, true)).chain(bad.iter().map(|v| (v, false))) {
                assert_eq!(takes.fits(value), fits, "{takes:?} {value:?}");
            }
        }
    }
}
