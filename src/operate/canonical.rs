//! Canonical JSON (RFC 8785): one text for each value, so that its hash can be checked with public tools.

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// The largest whole number that every reader of JSON keeps exactly: 2^53.
const EXACT: u64 = 1 << 53;

/// The canonical text of a value.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// The lowercase hex SHA-256 of bytes.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// The value with whole numbers that a reader might round turned into text: canonical JSON knows doubles only.
pub fn exact(value: Value) -> Value {
    match value {
        Value::Number(n) if n.as_u64().is_some_and(|n| n > EXACT) => Value::String(n.to_string()),
        Value::Number(n) if n.as_i64().is_some_and(|n| n.unsigned_abs() > EXACT) => Value::String(n.to_string()),
        Value::Array(list) => list.into_iter().map(exact).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, exact(v))).collect()),
        other => other,
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&number(n)),
        Value::String(s) => string(s, out),
        Value::Array(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => object(map, out),
    }
}

/// Members stand in the order of their names' UTF-16 code units.
fn object(map: &Map<String, Value>, out: &mut String) {
    let mut names: Vec<&String> = map.keys().collect();
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (i, name) in names.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        write(map.get(name).unwrap_or(&Value::Null), out);
    }
    out.push('}');
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&["\\u00", &hex(&[c as u8])].concat()),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A number as ECMAScript writes it (`Number::toString`).
fn number(n: &Number) -> String {
    if let Some(whole) = n.as_i64().filter(|n| n.unsigned_abs() <= EXACT) {
        return whole.to_string();
    }
    let Some(double) = n.as_f64() else { return "null".to_owned() };
    ryu_js::Buffer::new().format(double).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The example of RFC 8785 §3.2.2 to §3.2.4.
    #[test]
    fn the_example_of_the_standard() {
        let input: Value = serde_json::from_str(
            r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#,
        )
        .unwrap();
        assert_eq!(
            text(&input),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    /// RFC 8785 §3.2.3: the order is that of UTF-16 code units, not of code points.
    #[test]
    fn names_are_sorted_by_utf_16() {
        let input = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let out = text(&input);
        let order: Vec<u64> = [2, 4, 6, 7, 1, 5, 3].into();
        let found: Vec<u64> = out.split(':').skip(1).filter_map(|p| p.split([',', '}']).next()?.parse().ok()).collect();
        assert_eq!(found, order, "{out}");
    }

    /// RFC 8785 appendix B, by bits.
    #[test]
    fn numbers_are_ecmascripts() {
        let table: [(u64, &str); 20] = [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ];
        for (bits, expected) in table {
            let n = Number::from_f64(f64::from_bits(bits)).unwrap();
            assert_eq!(number(&n), expected, "{bits:016x}");
        }
    }

    #[test]
    fn what_a_reader_would_round_becomes_text() {
        assert_eq!(
            exact(json!([u64::MAX, i64::MIN, 7, 0.5])),
            json!(["18446744073709551615", "-9223372036854775808", 7, 0.5])
        );
    }

    proptest! {
        #[test]
        fn numbers_read_back_the_same(n in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            let written = number(&Number::from_f64(n).unwrap());
            let read: f64 = written.parse().unwrap();
            // Both zeros are written alike.
            prop_assert_eq!((read + 0.0).to_bits(), (n + 0.0).to_bits());
        }
    }
}
