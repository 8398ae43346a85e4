//! Kubernetes' quantities, such as `3920m` or `31794832Ki`: `k8s.io/apimachinery/pkg/api/resource`.

/// What a suffix multiplies by, in billionths.
const SUFFIXES: [(&str, u128); 16] = [
    ("Ki", 1_000_000_000 << 10),
    ("Mi", 1_000_000_000 << 20),
    ("Gi", 1_000_000_000 << 30),
    ("Ti", 1_000_000_000 << 40),
    ("Pi", 1_000_000_000 << 50),
    ("Ei", 1_000_000_000 << 60),
    ("n", 1),
    ("u", 1_000),
    ("m", 1_000_000),
    ("k", 1_000_000_000_000),
    ("M", 1_000_000_000_000_000),
    ("G", 1_000_000_000_000_000_000),
    ("T", 1_000_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000_000_000_000),
    ("", 1_000_000_000),
];

/// A quantity in thousandths, rounded up as Kubernetes does; none where it is none, negative, or beyond counting.
pub(in crate::source::kubernetes) fn thousandths(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    // `12e6` and `12E6` are powers of ten; `12E` is exa.
    let power = rest.strip_prefix(['e', 'E']).and_then(|exponent| exponent.parse::<u32>().ok());
    let factor = match power {
        Some(power) => 10_u128.checked_pow(power)?.checked_mul(1_000_000_000)?,
        None => SUFFIXES.iter().find(|(suffix, _)| *suffix == rest)?.1,
    };
    let (units, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{units}{fraction}");
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let billionths = digits.parse::<u128>().ok()?.checked_mul(factor)?.div_ceil(scale);
    u64::try_from(billionths.div_ceil(1_000_000)).ok()
}

/// A quantity in whole units, rounded up.
pub(in crate::source::kubernetes) fn whole(text: &str) -> Option<u64> {
    thousandths(text).map(|milli| milli.div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_as_servers_write_them() {
        for (text, expected) in [
            ("4", Some(4_000)),
            ("3920m", Some(3_920)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            ("156984411n", Some(157)),
            ("1u", Some(1)),
            ("12e3", Some(12_000_000)),
            ("2k", Some(2_000_000)),
            ("", None),
            ("-1", None),
            ("4x", None),
            ("Ki", None),
            ("1e400", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
        assert_eq!(whole("31794832Ki"), Some(31_794_832 * 1_024));
        assert_eq!(whole("16Gi"), Some(16 << 30));
        assert_eq!(whole("1500m"), Some(2));
        assert_eq!(whole("128974848"), Some(128_974_848));
        assert_eq!(whole("129e6"), Some(129_000_000));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_quantity_or_none(text in "\\PC{0,24}") {
            let _ = (thousandths(&text), whole(&text));
        }
    }
}
