//! Whether two URLs name the same API server, as far as names go.

/// A URL in the form in which two of them can be compared: scheme and host in lower case, the port spelled out, no
/// trailing slash. None of what is no URL of a server.
pub(super) fn normal(url: &str) -> Option<String> {
    let uri: http::Uri = url.trim().parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let authority = uri.authority()?;
    // A user before the host would be sent to the host as well: it is no part of a server's name.
    let host = authority.host().to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if host.is_empty() {
        return None;
    }
    let port = match (authority.port_u16(), scheme.as_str()) {
        (Some(port), _) => port,
        (None, "https") => 443,
        (None, "http") => 80,
        (None, _) => return None,
    };
    Some(format!("{scheme}://{host}:{port}{}", uri.path().trim_end_matches('/')))
}

/// Whether both name the same server; what cannot be read names none.
pub(super) fn same(one: &str, other: &str) -> bool {
    normal(one).is_some_and(|one| normal(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_server() {
        let eks = "https://ABCDEF0123456789.gr7.us-east-1.eks.amazonaws.com";
        for (other, expected) in [
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com", true),
            ("HTTPS://ABCDEF0123456789.GR7.us-east-1.eks.amazonaws.com/", true),
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com:443", true),
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com.:443//", true),
            (" https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com ", true),
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com:8443", false),
            ("http://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com", false),
            ("https://abcdef0123456789.gr7.us-west-2.eks.amazonaws.com", false),
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com/k8s/clusters/c-1", false),
            ("https://abcdef0123456789.gr7.us-east-1.eks.amazonaws.com@evil.example", false),
            ("https://evil.example/abcdef0123456789.gr7.us-east-1.eks.amazonaws.com", false),
            ("abcdef0123456789.gr7.us-east-1.eks.amazonaws.com", false),
            ("", false),
        ] {
            assert_eq!(same(eks, other), expected, "{other}");
            assert_eq!(same(other, eks), expected, "{other}, the other way round");
        }
    }

    #[test]
    fn addresses_and_paths() {
        assert!(same("https://[::1]:6443/", "https://[::1]:6443"));
        assert!(same("https://rancher.example/k8s/clusters/c-1/", "https://rancher.example:443/k8s/clusters/c-1"));
        assert!(!same("https://rancher.example/k8s/clusters/c-1", "https://rancher.example/k8s/clusters/C-1"));
        assert!(!same("", ""), "what names no server is never the same");
    }
}
