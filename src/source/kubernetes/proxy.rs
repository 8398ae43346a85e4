//! Whether requests go through a proxy, decided as Go's clients decide it, so that what works for kubectl works here.
//!
//! kube's own decision compares the proxy, not the server, with `NO_PROXY`; so it is made here and handed to it.

use std::net::IpAddr;

use http::Uri;

/// The proxy for a server: the kubeconfig's word if it has one, else the environment's (`HTTPS_PROXY` but not
/// `NO_PROXY`). A server on this machine is never asked for through the environment's proxy.
pub(super) fn proxy_for(server: &Uri, configured: Option<&str>, env: impl Fn(&str) -> Option<String>) -> Option<Uri> {
    if let Some(configured) = configured.filter(|url| !url.is_empty()) {
        return configured.parse().ok();
    }
    let either = |upper: &str, lower: &str| env(upper).or_else(|| env(lower)).filter(|value| !value.is_empty());
    let proxy = match server.scheme_str() {
        Some("https") => either("HTTPS_PROXY", "https_proxy"),
        _ => either("HTTP_PROXY", "http_proxy"),
    }?;
    let host = server.host()?.trim_matches(['[', ']']);
    let passed_by = either("NO_PROXY", "no_proxy").unwrap_or_default();
    if local(host) || passed_by.split(',').any(|entry| covers(entry.trim(), host)) {
        return None;
    }
    let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    proxy.parse().ok()
}

fn local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an entry of `NO_PROXY` covers a host: `*`, a domain with everything under it, an address, or a block.
fn covers(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((block, bits)) => {
                block.parse().is_ok_and(|block| bits.parse().is_ok_and(|bits| within(address, block, bits)))
            }
            None => entry.parse() == Ok(address),
        };
    }
    let domain = entry.trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    !domain.is_empty() && host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn within(address: IpAddr, block: IpAddr, bits: u32) -> bool {
    match (address, block) {
        (IpAddr::V4(a), IpAddr::V4(b)) if bits <= 32 => {
            (u32::from(a) ^ u32::from(b)).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) if bits <= 128 => {
            (u128::from(a) ^ u128::from(b)).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(server: &str, configured: Option<&str>, no_proxy: &str) -> Option<String> {
        let env = |name: &str| match name {
            "HTTPS_PROXY" => Some("proxy.corp:3128".to_owned()),
            "no_proxy" => Some(no_proxy.to_owned()),
            _ => None,
        };
        proxy_for(&server.parse().unwrap(), configured, env).map(|uri| uri.to_string())
    }

    #[test]
    fn the_environment_speaks_where_the_kubeconfig_does_not() {
        let corp = Some("http://proxy.corp:3128/".to_owned());
        assert_eq!(proxy("https://a.eks.amazonaws.com", None, ""), corp);
        assert_eq!(proxy("http://a.eks.amazonaws.com", None, ""), None);
        assert_eq!(
            proxy("https://a.eks.amazonaws.com", Some("socks5://127.0.0.1:1080"), "*").as_deref(),
            Some("socks5://127.0.0.1:1080/")
        );
        assert_eq!(proxy("https://127.0.0.1:6443", None, ""), None);
        assert_eq!(proxy("https://[::1]:6443", None, ""), None);
        assert_eq!(proxy("https://localhost:6443", None, ""), None);
    }

    #[test]
    fn hosts_that_no_proxy_covers() {
        for (entry, host, expected) in [
            ("eks.amazonaws.com", "a.gr7.eks.amazonaws.com", true),
            (".eks.amazonaws.com", "a.eks.amazonaws.com", true),
            ("*.eks.amazonaws.com", "a.EKS.amazonaws.com.", true),
            ("amazonaws.com", "notamazonaws.com", false),
            ("", "a.eks.amazonaws.com", false),
            ("*", "anything", true),
            ("10.0.0.0/8", "10.3.4.5", true),
            ("10.0.0.0/8", "11.3.4.5", false),
            ("0.0.0.0/0", "11.3.4.5", true),
            ("10.3.4.5", "10.3.4.5", true),
            ("10.0.0.0/99", "10.3.4.5", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
        ] {
            assert_eq!(covers(entry, host), expected, "{entry} {host}");
        }
    }
}
