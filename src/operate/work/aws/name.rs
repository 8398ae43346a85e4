//! What RDS takes as a name.

/// Why RDS would not take a name; none where it would. Clusters, instances: 63 characters; snapshots: 255.
pub(super) fn unfit(name: &str, longest: usize) -> Option<String> {
    let why = if name.is_empty() || name.len() > longest {
        format!("it must have 1 to {longest} characters")
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        "it must begin with a letter".to_owned()
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        "it may have letters, digits and hyphens only".to_owned()
    } else if name.ends_with('-') || name.contains("--") {
        "it may not end with a hyphen or have two in a row".to_owned()
    } else {
        return None;
    };
    Some(format!("`{}` is no name that RDS takes: {why}", name.escape_debug()))
}

/// Whether two names are the same to RDS, which writes all of them in lower case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests {
    use super::unfit;

    #[test]
    fn rds_takes_letters_digits_and_single_hyphens() {
        for good in ["orders-2", "a", "Orders-USE1"] {
            assert_eq!(unfit(good, 63), None, "{good}");
        }
        for bad in ["", "2-orders", "-a", "a-", "a--b", "a_b", "a b", "é", "a\u{1b}[2J", &"a".repeat(64)] {
            assert!(unfit(bad, 63).is_some(), "{bad}");
        }
    }
}
