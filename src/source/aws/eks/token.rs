//! EKS bearer tokens: a presigned STS `GetCallerIdentity`, as `aws eks get-token` makes them.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine;
use tokio::sync::watch;

use crate::source::access::TokenMaker;
use crate::source::aws::proof::Proof;

/// How long the presigned request is good; EKS takes the token for 15 minutes from its signature on.
const GOOD_FOR: Duration = Duration::from_mins(1);

/// Makes tokens for one cluster with whatever credentials are proven at the moment.
pub(crate) struct Tokens {
    proof: watch::Receiver<Proof>,
    region: String,
    cluster: String,
}

impl Tokens {
    pub(in crate::source::aws) fn new(proof: watch::Receiver<Proof>, region: &str, cluster: &str) -> Self {
        Self { proof, region: region.to_owned(), cluster: cluster.to_owned() }
    }

    fn make(&self) -> Result<String, String> {
        let proof = self.proof.borrow().clone();
        match proof {
            Proof::Proven(proven) => {
                presign(proven.credentials(), &sts(&self.region), &self.region, &self.cluster, SystemTime::now())
            }
            Proof::Waiting => Err("the account's identity is not proven yet".to_owned()),
            Proof::Paused(why) | Proof::Refused(why) | Proof::Unproven(why) => Err(why),
        }
    }
}

impl TokenMaker for Tokens {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>> {
        Box::pin(std::future::ready(self.make()))
    }
}

/// A token of one set of credentials, signed now.
pub(in crate::source::aws) fn presigned(
    credentials: &Credentials,
    region: &str,
    cluster: &str,
) -> Result<String, String> {
    presign(credentials, &sts(region), region, cluster, SystemTime::now())
}

/// The STS host of a region. An endpoint that environment or profile set does not matter here: the cluster asks STS, not
/// we, and it takes no host but this one.
fn sts(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://sts.{region}.{suffix}/")
}

fn presign(
    credentials: &Credentials,
    endpoint: &str,
    region: &str,
    cluster: &str,
    now: SystemTime,
) -> Result<String, String> {
    let failed = |why: &dyn std::fmt::Display| format!("no EKS token for {cluster}: {why}");
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(GOOD_FOR);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let url = format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", endpoint.trim_end_matches('/'));
    let headers = [("x-k8s-aws-id", cluster)];
    let request = SignableRequest::new("GET", url.as_str(), headers.into_iter(), SignableBody::Bytes(&[]))
        .map_err(|error| failed(&error))?;
    let (instructions, _) = sign(request, &params.into()).map_err(|error| failed(&error))?.into_parts();
    let (_, query) = instructions.into_parts();
    let mut signed = url;
    for (name, value) in query {
        signed.push('&');
        signed.push_str(name);
        signed.push('=');
        signed.push_str(&escaped(&value));
    }
    Ok(format!("k8s-aws-v1.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signed)))
}

/// Percent-encodes all but RFC 3986's unreserved characters, as signature version 4 does.
pub(in crate::source::aws) fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(half), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_presigned_url_without_padding() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("to/ken+=".into()), None, "test");
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let token = presign(&credentials, &sts("us-east-1"), "us-east-1", "prod", at).unwrap();
        let encoded = token.strip_prefix("k8s-aws-v1.").unwrap();
        assert!(!encoded.contains(['=', '+', '/']));
        let url = String::from_utf8(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
        assert!(url.starts_with("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&"));
        for part in [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKIDEXAMPLE%2F20231114%2Fus-east-1%2Fsts%2Faws4_request",
            "X-Amz-Date=20231114T221320Z",
            "X-Amz-Expires=60",
            "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
            "X-Amz-Security-Token=to%2Fken%2B%3D",
            "X-Amz-Signature=",
        ] {
            assert_eq!(url.matches(part).count(), 1, "{part} in {url}");
        }
    }

    #[test]
    fn china_has_its_own_suffix() {
        assert_eq!(sts("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/");
    }
}
