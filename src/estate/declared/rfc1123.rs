//! Names as Kubernetes takes them, by RFC 1123.

/// Whether a name is a label, as those of namespaces are.
pub fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_part(name)
}

/// Whether a name is a subdomain, parts with dots between them, as those of most objects are.
pub fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_part)
}

/// Lower case letters, digits and, inside, hyphens.
fn is_part(part: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    part.bytes().all(|b| plain(b) || b == b'-')
        && part.bytes().next().is_some_and(plain)
        && part.bytes().last().is_some_and(plain)
}
