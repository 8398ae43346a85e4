//! What can go wrong with a call, in words that say what to do.

use std::error::Error;
use std::fmt::{self, Display};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hyper_util::client::legacy;

use super::http::Dry;

/// The longest pause that a service may ask for: what is more is a mistake, or not from the service.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// The longest message of a service that goes into an error, in characters.
const LONGEST_MESSAGE: usize = 300;

/// What kind of trouble it is: it decides what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No credentials, or expired ones: someone has to log in.
    Expired,
    /// A permission is missing.
    Denied,
    /// Too many calls.
    Throttled,
    /// The service cannot be reached or does not answer.
    Unreachable,
    /// The day's spend cap leaves less than the call costs.
    Capped,
    /// The service does not have the thing.
    NotFound,
    /// Anything else.
    Other,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What kind of trouble it is.
    pub(super) kind: Kind,
    /// Why, and what to do about it.
    pub(super) words: String,
    /// How long the service asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Trouble {
    /// Trouble that no service told of.
    pub(super) fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), retry_after: None }
    }

    /// The day's spend cap does not allow a call.
    pub(super) fn capped() -> Self {
        Self::new(Kind::Capped, super::spending::CAP_REACHED)
    }
}

impl Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// Turns an SDK error into trouble. `action` is the IAM action, such as `rds:DescribeDBClusters`; `place` says where it
/// was sent, such as `us-east-1` or an endpoint.
pub(super) fn explain<E>(error: &SdkError<E, Response>, action: &str, place: &str) -> Trouble
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut trouble = match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            match service.err().code() {
                // The service agreed, but what it sent is not what its protocol says.
                None if status < 400 => unreadable(action, error),
                code => judge_answer(code, service.err().message(), status, action),
            }
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            if status >= 400 { judge_answer(None, None, status, action) } else { unreadable(action, error) }
        }
        _ if is_dry(error) => Trouble::capped(),
        SdkError::TimeoutError(_) => unreachable(action, place, "no answer in time"),
        SdkError::DispatchFailure(_) => unreachable(action, place, &root(error)),
        _ => Trouble::new(Kind::Other, format!("{action} could not be sent: {}", root(error))),
    };
    if let Some(raw) = error.raw_response() {
        trouble.retry_after = retry_after(raw);
        if trouble.retry_after.is_some() && matches!(raw.status().as_u16(), 429 | 503) {
            trouble.kind = Kind::Throttled;
        }
    }
    trouble
}

/// Whether the purse kept a request from being sent.
fn is_dry(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(reason) = next {
        if reason.is::<Dry>() {
            return true;
        }
        next = reason.source();
    }
    false
}

fn unreadable(action: &str, error: &(dyn Error + 'static)) -> Trouble {
    Trouble::new(Kind::Other, format!("the answer to {action} broke off or could not be read: {}", root(error)))
}

fn unreachable(action: &str, place: &str, why: &str) -> Trouble {
    Trouble::new(
        Kind::Unreachable,
        format!("{action} cannot be reached in {place}: {why}; check the network, VPN, proxy and endpoint"),
    )
}

/// Judges a service's error by its code, else by its HTTP status.
pub(super) fn judge_answer(code: Option<&str>, message: Option<&str>, status: u16, action: &str) -> Trouble {
    let kind = code.and_then(kind_of_code).unwrap_or(match status {
        401 | 403 => Kind::Denied,
        429 => Kind::Throttled,
        _ => Kind::Other,
    });
    let said = said(code, message, status);
    if is_skewed(code, message) {
        // Whoever is told to log in, or to grant something, would look in the wrong place.
        let words =
            format!("this machine's clock is wrong, so that AWS accepts no signature of {action}: set it ({said})");
        return Trouble::new(Kind::Other, words);
    }
    let words = match kind {
        Kind::Expired => format!("the credentials are no longer accepted: {said}"),
        Kind::Denied => format!("not allowed: grant the IAM action {action} to this identity ({said})"),
        Kind::Throttled => format!("AWS throttles {action}, slowing down ({said})"),
        Kind::NotFound => format!("{action}: {said}"),
        Kind::Unreachable | Kind::Capped | Kind::Other => format!("{action} failed: {said}"),
    };
    Trouble::new(kind, words)
}

/// Whether a signature was refused because it was made at another time than now: further away than five minutes, or
/// fifteen, depending on the service.
fn is_skewed(code: Option<&str>, message: Option<&str>) -> bool {
    let of_time = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];
    code.is_some_and(|code| of_time.contains(&code))
        || message
            .is_some_and(|said| ["Signature expired", "Signature not yet current"].iter().any(|s| said.contains(s)))
}

fn said(code: Option<&str>, message: Option<&str>, status: u16) -> String {
    let message = message.map(|m| shorten(m.trim())).filter(|m| !m.is_empty());
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, Some(message)) => message,
        (None, None) => format!("HTTP status {status}"),
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST_MESSAGE {
        return text.to_owned();
    }
    text.chars().take(LONGEST_MESSAGE).chain(['…']).collect()
}

/// What an error code means; none where only the status can tell.
pub(super) fn kind_of_code(code: &str) -> Option<Kind> {
    Some(match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "TokenRefreshRequired"
        // The secret key is not the one that belongs to the access key.
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "AuthFailure" => Kind::Expired,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "NotAuthorized"
        | "OptInRequired"
        | "ForbiddenException" => Kind::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown" => Kind::Throttled,
        _ if code.ends_with("NotFound") || code.ends_with("NotFoundFault") || code.ends_with("NotFoundException") => {
            Kind::NotFound
        }
        _ => return None,
    })
}

/// How long an answer asks to be left alone: `Retry-After` in seconds, or AWS' own header in milliseconds.
fn retry_after(answer: &Response) -> Option<Duration> {
    let number = |name| answer.headers().get(name).and_then(|value: &str| value.trim().parse::<u64>().ok());
    let asked = number("retry-after").map(Duration::from_secs);
    asked.or_else(|| number("x-amz-retry-after").map(Duration::from_millis)).map(|pause| pause.min(LONGEST_PAUSE))
}

/// The innermost reason of an error.
pub(super) fn root(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    shorten(&innermost.to_string())
}

/// Whether no connection was ever made, so that nothing can have been written. Whatever else broke may have been served.
pub(super) fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(reason) = next {
        if reason.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect) {
            return true;
        }
        next = reason.source();
    }
    false
}

/// Every reason of an error, the outermost first.
pub(super) fn reasons(error: &dyn Error) -> Vec<String> {
    let mut all = vec![error.to_string()];
    let mut next = error.source();
    while let Some(reason) = next {
        all.push(reason.to_string());
        next = reason.source();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_to_do() {
        let denied =
            judge_answer(Some("AccessDenied"), Some("User: x is not authorized"), 403, "rds:DescribeDBClusters");
        assert_eq!(denied.kind, Kind::Denied);
        assert_eq!(
            denied.words,
            "not allowed: grant the IAM action rds:DescribeDBClusters to this identity (AccessDenied: User: x is not authorized)"
        );
        let wrong_key = judge_answer(Some("SignatureDoesNotMatch"), Some("The signature does not match"), 403, "sts:X");
        assert_eq!(wrong_key.kind, Kind::Expired);
        let throttled = judge_answer(None, None, 429, "eks:DescribeCluster");
        assert_eq!(throttled.kind, Kind::Throttled);
        assert_eq!(throttled.words, "AWS throttles eks:DescribeCluster, slowing down (HTTP status 429)");
        let other = judge_answer(Some("InternalFailure"), Some(&"x".repeat(1_000)), 500, "ce:GetCostAndUsage");
        assert_eq!(other.kind, Kind::Other);
        assert!(other.words.chars().count() < 400);
    }

    #[test]
    fn a_wrong_clock_is_no_missing_right_and_no_expired_login() {
        let expired =
            "Signature expired: 20261121T184500Z is now earlier than 20261121T193000Z (20261121T194500Z - 15 min.)";
        let early = "Signature not yet current: 20261121T204500Z is still later than 20261121T200000Z";
        for (code, message) in [
            ("SignatureDoesNotMatch", Some(expired)),
            ("InvalidSignatureException", Some(early)),
            ("RequestExpired", Some("Request has expired.")),
            ("RequestTimeTooSkewed", None),
        ] {
            let trouble = judge_answer(Some(code), message, 403, "sts:GetCallerIdentity");
            assert_eq!(trouble.kind, Kind::Other, "{code}");
            let words =
                "this machine's clock is wrong, so that AWS accepts no signature of sts:GetCallerIdentity: set it (";
            assert!(trouble.words.starts_with(words) && trouble.words.contains(code), "{}", trouble.words);
        }
    }

    #[test]
    fn codes_have_kinds() {
        for (code, kind) in [
            ("ExpiredToken", Kind::Expired),
            ("ExpiredTokenException", Kind::Expired),
            ("AccessDeniedException", Kind::Denied),
            ("LimitExceededException", Kind::Throttled),
            ("DBClusterNotFoundFault", Kind::NotFound),
            ("ResourceNotFoundException", Kind::NotFound),
        ] {
            assert_eq!(kind_of_code(code), Some(kind), "{code}");
        }
        assert_eq!(kind_of_code("InternalFailure"), None);
    }
}
