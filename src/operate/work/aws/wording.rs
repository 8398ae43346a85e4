//! Words for numbers and lists, as a plan says them.

/// `orders-2`, `orders-2 and orders-3`, `orders-2, orders-3 and orders-4`; `none` for nothing.
pub(super) fn and<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => "none".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// A duration in milliseconds as people read it: `640 ms`, `1.4 s`, `3.5 min`.
pub(super) fn ms(value: f64) -> String {
    if value < 1_000.0 {
        format!("{value:.0} ms")
    } else if value < 120_000.0 {
        format!("{:.1} s", value / 1_000.0)
    } else {
        format!("{:.1} min", value / 60_000.0)
    }
}

/// A capacity in ACU: `0.5`, `16`.
pub(super) fn acu(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_numbers_read_as_people_say_them() {
        assert_eq!(and::<&str>(&[]), "none");
        assert_eq!(and(&["a"]), "a");
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
        assert_eq!((ms(640.4), ms(1_400.0), ms(210_000.0)), ("640 ms".into(), "1.4 s".into(), "3.5 min".into()));
        assert_eq!((acu(0.5), acu(16.0)), ("0.5".into(), "16".into()));
    }
}
