//! Where an account's credentials come from: its profile alone, or the SDK's default chain; then the role, if one is given.
//!
//! Every resolution starts afresh from what is on disk, so that a new login is seen. What comes out is one concrete set
//! of credentials; nothing is called with it here but STS `AssumeRole`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
#[allow(deprecated, reason = "the types moved to aws-runtime; these aliases save a direct dependency on it")]
use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_runtime_api::http::Response;

use super::disk;
use super::http;
use super::trouble::{self, Kind, Trouble};
use crate::estate::DeclaredAccount;
use crate::source::outbox::Meter;

/// The longest that a resolution may take, a `credential_process` included.
const LONGEST: Duration = Duration::from_secs(25);

/// Where AWS' files lie, if not where the environment says.
#[derive(Debug, Clone)]
pub struct Files {
    /// The config file.
    pub config: PathBuf,
    /// The credentials file.
    pub credentials: PathBuf,
}

/// How to get an account's credentials.
#[derive(Debug, Clone)]
pub(super) struct Login {
    account: String,
    profile: Option<String>,
    role_arn: Option<String>,
    region: String,
    files: Option<Files>,
    http: SharedHttpClient,
}

impl Login {
    pub(super) fn new(account: &DeclaredAccount, files: Option<Files>, http: SharedHttpClient) -> Self {
        Self {
            account: account.name.clone(),
            profile: account.profile.clone(),
            role_arn: account.role_arn.clone(),
            region: account.regions.first().cloned().unwrap_or_else(|| "us-east-1".to_owned()),
            files,
            http,
        }
    }

    /// The same, with STS asked in another region: the account's first may be the one that is down.
    pub(super) fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// The region in which STS is asked: the account's first.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// A concrete set of credentials, as things stand on disk now.
    pub(super) async fn resolve(&self, meter: &Meter) -> Result<Credentials, Trouble> {
        self.in_time(Box::pin(async {
            let base = self.resolve_slowly(meter).await?;
            match &self.role_arn {
                Some(role) => self.assume(role, base, "quarterdeck", None, meter).await,
                None => Ok(base),
            }
        }))
        .await
    }

    /// The same without the role that is assumed for reading: what another role is assumed with.
    pub(super) async fn base(&self, meter: &Meter) -> Result<Credentials, Trouble> {
        self.in_time(Box::pin(self.resolve_slowly(meter))).await
    }

    async fn in_time(
        &self,
        resolved: impl Future<Output = Result<Credentials, Trouble>>,
    ) -> Result<Credentials, Trouble> {
        tokio::time::timeout(LONGEST, resolved).await.unwrap_or_else(|_| {
            Err(Trouble::new(
                Kind::Unreachable,
                format!("no credentials for {} within {} s: check {}", self.account, LONGEST.as_secs(), self.origin()),
            ))
        })
    }

    async fn resolve_slowly(&self, meter: &Meter) -> Result<Credentials, Trouble> {
        let config = ProviderConfig::without_region()
            .with_region(Some(Region::new(self.region.clone())))
            .with_http_client(http::metered(self.http.clone(), meter.clone()))
            .with_retry_config(http::retries())
            .with_timeout_config(http::limits());
        let resolved = if let Some(profile) = &self.profile {
            let mut provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile);
            if let Some(files) = self.profile_files() {
                provider = provider.profile_files(files);
            }
            provider.build().provide_credentials().await
        } else {
            DefaultCredentialsChain::builder().configure(config).build().await.provide_credentials().await
        };
        resolved.map_err(|error| self.explain(&error))
    }

    /// Assumes a role with credentials of its own. The source identity, where one is given, stands in `CloudTrail` beside
    /// whatever the role does, and is left out where the role's trust does not allow it.
    pub(super) async fn assume(
        &self,
        role: &str,
        base: Credentials,
        session: &str,
        source_identity: Option<&str>,
        meter: &Meter,
    ) -> Result<Credentials, Trouble> {
        let config = self.config(base, meter).await;
        let sts = aws_sdk_sts::Client::new(&config);
        let assume = |source: Option<&str>| {
            let call = sts.assume_role().role_arn(role).role_session_name(session);
            call.set_source_identity(source.map(str::to_owned)).send()
        };
        let mut answer = assume(source_identity).await;
        if source_identity.is_some()
            && answer.as_ref().err().is_some_and(|e| trouble::explain(e, "sts:AssumeRole", "").kind == Kind::Denied)
        {
            answer = assume(None).await;
        }
        let answer = answer.map_err(|error| {
            let mut trouble = trouble::explain(&error, "sts:AssumeRole", &self.region);
            if trouble.kind == Kind::Denied {
                trouble.words = format!("{}; the trust policy of {role} must name this identity", trouble.words);
            }
            trouble
        })?;
        let assumed = answer
            .credentials
            .ok_or_else(|| Trouble::new(Kind::Other, format!("STS assumed {role} but sent no credentials")))?;
        let expiry = std::time::SystemTime::try_from(assumed.expiration).ok();
        Ok(Credentials::new(
            assumed.access_key_id,
            assumed.secret_access_key,
            Some(assumed.session_token),
            expiry,
            "AssumeRole",
        ))
    }

    /// An SDK configuration that holds exactly these credentials, with the endpoints that environment and profile name.
    pub(super) async fn config(&self, credentials: Credentials, meter: &Meter) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http::metered(self.http.clone(), meter.clone()))
            .retry_config(http::retries())
            .timeout_config(http::limits());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(files) = self.profile_files() {
            loader = loader.profile_files(files);
        }
        loader.load().await
    }

    /// The HTTP client, counted by another meter.
    pub(super) fn http(&self, meter: Meter) -> SharedHttpClient {
        http::metered(self.http.clone(), meter)
    }

    #[allow(deprecated, reason = "as for the import of these types")]
    fn profile_files(&self) -> Option<ProfileFiles> {
        self.files.as_ref().map(|files| {
            ProfileFiles::builder()
                .with_file(ProfileFileKind::Config, &files.config)
                .with_file(ProfileFileKind::Credentials, &files.credentials)
                .build()
        })
    }

    /// A number that changes when a file changes from which credentials come.
    pub(super) fn fingerprint(&self) -> u64 {
        disk::fingerprint(self.files.as_ref())
    }

    fn origin(&self) -> String {
        match &self.profile {
            Some(profile) => format!("profile {profile}"),
            None => "the SDK's default credential chain".to_owned(),
        }
    }

    /// The command that logs in again.
    pub(super) fn command(&self) -> String {
        let kind = disk::login_kind(self.files.as_ref(), self.profile.as_deref());
        let flag = self.profile.as_ref().map(|p| format!(" --profile {}", quoted(p))).unwrap_or_default();
        match kind {
            disk::LoginKind::Sso => format!("aws sso login{flag}"),
            disk::LoginKind::Console => format!("aws login{flag}"),
            disk::LoginKind::Process(command) => format!("the login of `{command}`, which {} calls", self.origin()),
            disk::LoginKind::Keys => format!("aws configure{flag}"),
        }
    }

    fn explain(&self, error: &CredentialsError) -> Trouble {
        let reasons = trouble::reasons(error);
        let why = reasons.last().cloned().unwrap_or_default();
        let kind = match error {
            CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => Kind::Expired,
            CredentialsError::ProviderTimedOut(_) => Kind::Unreachable,
            _ => kind_of(error, &reasons),
        };
        let from = self.origin();
        let words = match kind {
            Kind::Expired if reasons.len() < 2 => format!("there are no credentials in {from}"),
            Kind::Expired => format!("no valid credentials from {from}: {}", joined(&reasons[1..])),
            Kind::Denied => format!("{from} is not allowed to get credentials: {}", joined(&reasons[1..])),
            Kind::Unreachable => format!("credentials of {from} cannot be fetched: {why}; check the network and VPN"),
            _ => format!("credentials of {from} cannot be had: {}", joined(&reasons[1..])),
        };
        Trouble::new(kind, words)
    }
}

/// What a credentials provider's failure means, judged by the errors that it wraps.
fn kind_of(error: &CredentialsError, reasons: &[String]) -> Kind {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = next {
        if current.is::<ConnectorError>() {
            return Kind::Unreachable;
        }
        if let Some(sts) = current.downcast_ref::<SdkError<AssumeRoleError, Response>>() {
            return trouble::explain(sts, "sts:AssumeRole", "").kind;
        }
        next = current.source();
    }
    let text = reasons.join("\n");
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["AccessDenied", "ForbiddenException", "No access"]) {
        Kind::Denied
    } else if says(&["timeout", "timed out"]) {
        Kind::Unreachable
    } else {
        // An expired SSO token, a session that was signed out, a credential process that failed: someone has to log in.
        Kind::Expired
    }
}

/// The reasons in one line, the general ones first, each once; of one that lists all that was tried in vain, what it begins with.
fn joined(reasons: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let first = |reason: &String| {
        let line = reason.trim().lines().next()?;
        Some(line.strip_suffix(". Attempted:").unwrap_or(line).to_owned())
    };
    let distinct: Vec<String> = reasons.iter().filter_map(first).filter(|r| seen.insert(r.clone())).collect();
    distinct.join(": ")
}

/// A profile name as it can be pasted into a shell.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@/+:".contains(c));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::{joined, quoted};

    #[test]
    fn reasons_are_one_line() {
        let reasons =
            ["no credentials found in chain. Attempted:\n  Environment: not set\n  Profile: off", "not set", "not set"];
        assert_eq!(joined(&reasons.map(str::to_owned)), "no credentials found in chain: not set");
    }

    #[test]
    fn a_profile_name_can_be_pasted() {
        assert_eq!(quoted("innovate-prod"), "innovate-prod");
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
    }
}
