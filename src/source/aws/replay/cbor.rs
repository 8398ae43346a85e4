//! As much of CBOR as an answer of `GetMetricData` needs (RFC 8949).

use super::stage::Reply;

fn head(out: &mut Vec<u8>, major: u8, count: usize) {
    let count = u16::try_from(count).unwrap();
    // The count follows in two bytes.
    out.push((major << 5) + 25);
    out.extend(count.to_be_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    head(out, 3, text.len());
    out.extend(text.as_bytes());
}

fn float(out: &mut Vec<u8>, value: f64) {
    out.push((7 << 5) + 27);
    out.extend(value.to_be_bytes());
}

/// One query's result: id, status, points in seconds since 1970.
type Results<'a> = (&'a str, &'a str, &'a [(i64, f64)]);

/// An answer with these results and the token of the next page.
pub(super) fn metric_data(results: &[Results<'_>], next: Option<&str>) -> Reply {
    let mut out = Vec::new();
    head(&mut out, 5, 1 + usize::from(next.is_some()));
    text(&mut out, "MetricDataResults");
    head(&mut out, 4, results.len());
    for (id, status, points) in results {
        head(&mut out, 5, 4);
        text(&mut out, "Id");
        text(&mut out, id);
        text(&mut out, "StatusCode");
        text(&mut out, status);
        text(&mut out, "Timestamps");
        head(&mut out, 4, points.len());
        for (at, _) in *points {
            head(&mut out, 6, 1);
            float(&mut out, *at as f64);
        }
        text(&mut out, "Values");
        head(&mut out, 4, points.len());
        for (_, value) in *points {
            float(&mut out, *value);
        }
    }
    if let Some(token) = next {
        text(&mut out, "NextToken");
        text(&mut out, token);
    }
    Reply::new(200, "application/cbor", out).with("smithy-protocol", "rpc-v2-cbor")
}

/// The first number that stands under a key in a request, such as `Period` or `StartTime`.
pub(super) fn number_under(body: &[u8], key: &str) -> Option<f64> {
    let at = body.windows(key.len()).position(|w| w == key.as_bytes())? + key.len();
    let rest = &body[at..];
    // A time is a tagged number.
    let rest = rest.strip_prefix(&[0xc1]).unwrap_or(rest);
    let (first, rest) = rest.split_first()?;
    Some(match first {
        0..=23 => f64::from(*first),
        24 => f64::from(*rest.first()?),
        25 => f64::from(u16::from_be_bytes(rest.first_chunk().copied()?)),
        26 => f64::from(u32::from_be_bytes(rest.first_chunk().copied()?)),
        0xfb => f64::from_be_bytes(rest.first_chunk().copied()?),
        _ => return None,
    })
}
