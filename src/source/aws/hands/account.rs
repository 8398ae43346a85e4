//! An account's credentials for operations: resolved afresh, proven by STS, kept for a few minutes of looking.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::watch;

use super::super::login::{Files, Login};
use super::super::proof::Proven;
use super::super::trouble::{self, Kind, Trouble};
use crate::estate::DeclaredAccount;
use crate::operate::WritePass;
use crate::source::outbox::Meter;

/// How long a proven set is looked with: as long as the STS source of the account trusts one.
const KEPT: Duration = Duration::from_mins(5);
/// A set that expires sooner is replaced.
const LEAD: Duration = Duration::from_mins(1);
/// How long a connection may take when looking: where a region is down, the next one is asked.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one attempt to look may take.
const ATTEMPT: Duration = Duration::from_secs(8);
/// How long a look may take with its retry.
const CALL: Duration = Duration::from_secs(12);
/// Characters that a session name and a source identity have at most.
const LONGEST: usize = 64;

/// Credentials of which STS has just said the configured account id.
pub(super) struct Known {
    proven: Proven,
    credentials: Credentials,
    /// The ARN that STS named.
    pub(super) arn: String,
    /// The account's twelve digits.
    pub(super) account_id: String,
    at: Instant,
}

impl Known {
    /// The configuration for looking in one region.
    pub(super) fn config(&self, region: &str) -> SdkConfig {
        let limits = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(ATTEMPT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(CALL)
            .build();
        self.proven.config(region, Meter::default()).into_builder().timeout_config(limits).build()
    }

    /// The credentials themselves, to sign with.
    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn good(&self) -> bool {
        let left = self.credentials.expiry().map(|at| at.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO));
        self.at.elapsed() < KEPT && left.is_none_or(|left| left > LEAD)
    }
}

/// Whose credentials are resolved.
enum By<'a> {
    /// Those that read.
    Reading,
    /// Those of the operate role.
    Role { role: &'a str, session: String, source: Option<String> },
}

/// One account.
pub(super) struct Account {
    declared: DeclaredAccount,
    person: String,
    login: Login,
    /// What was proven last. It is only ever replaced whole: whoever looks with an older set has that one to its end.
    kept: watch::Sender<Option<Arc<Known>>>,
}

impl Account {
    pub(super) fn new(
        declared: &DeclaredAccount,
        person: &str,
        files: Option<&Files>,
        http: &SharedHttpClient,
    ) -> Self {
        let login = Login::new(declared, files.cloned(), http.clone());
        Self { declared: declared.clone(), person: person.to_owned(), login, kept: watch::Sender::new(None) }
    }

    pub(super) fn id(&self) -> &str {
        &self.declared.id
    }

    /// The account's regions, `first` before the others.
    pub(super) fn regions(&self, first: &str) -> Vec<String> {
        let others = self.declared.regions.iter().filter(|r| *r != first).cloned();
        std::iter::once(first.to_owned()).chain(others).collect()
    }

    /// The role that acts, where the account has one of its own for it.
    pub(super) fn operate_role(&self) -> Option<&str> {
        self.declared.operate_role_arn.as_deref()
    }

    /// The set that was proven lately, or a new one.
    pub(super) async fn known(&self) -> Result<Arc<Known>, Trouble> {
        let kept = self.kept.borrow().clone().filter(|k| k.good());
        match kept {
            Some(known) => Ok(known),
            None => self.afresh().await,
        }
    }

    /// A set resolved from what is on disk now, and proven now.
    pub(super) async fn afresh(&self) -> Result<Arc<Known>, Trouble> {
        self.forget();
        let known = Arc::new(self.proven(&By::Reading).await?);
        self.kept.send_replace(Some(known.clone()));
        Ok(known)
    }

    /// Forgets what was proven.
    pub(super) fn forget(&self) {
        self.kept.send_replace(None);
    }

    /// The set that acts: of the operate role, assumed for this operation, or the account's own where it has none. It is
    /// proven, and kept by nobody else.
    pub(super) async fn armed(&self, _: &WritePass, operation: &str) -> Result<Known, Trouble> {
        let by = self.operate_role().map_or(By::Reading, |role| By::Role {
            role,
            session: session_name(operation),
            source: source_identity(&self.person),
        });
        self.proven(&by).await
    }

    /// Resolves and proves; STS is asked in the account's regions in turn, until one answers.
    async fn proven(&self, by: &By<'_>) -> Result<Known, Trouble> {
        let mut first = None;
        for region in self.regions(self.login.region()) {
            match self.proven_in(&region, by).await {
                Err(why) if why.kind == Kind::Unreachable => {
                    first.get_or_insert(why);
                }
                Err(mut why) => {
                    if why.kind == Kind::Expired {
                        why.words = format!("{}; to log in: {}", why.words, self.login.command());
                    }
                    return Err(why);
                }
                known => return known,
            }
        }
        Err(first.unwrap_or_else(|| Trouble::new(Kind::Unreachable, "STS cannot be reached in any region")))
    }

    async fn proven_in(&self, region: &str, by: &By<'_>) -> Result<Known, Trouble> {
        let (login, meter) = (self.login.in_region(region), Meter::default());
        let credentials = match by {
            By::Reading => login.resolve(&meter).await?,
            By::Role { role, session, source } => {
                let base = login.base(&meter).await?;
                login.assume(role, base, session, source.as_deref(), &meter).await?
            }
        };
        self.prove(login, credentials).await
    }

    async fn prove(&self, login: Login, credentials: Credentials) -> Result<Known, Trouble> {
        let config = login.config(credentials.clone(), &Meter::default()).await;
        let answer = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let answer = answer.map_err(|error| trouble::explain(&error, "sts:GetCallerIdentity", login.region()))?;
        let (Some(account_id), Some(arn)) = (answer.account, answer.arn) else {
            return Err(Trouble::new(Kind::Other, "sts:GetCallerIdentity answered without an account id"));
        };
        if account_id != self.declared.id {
            let declared = &self.declared;
            let words = format!(
                "STS says account {account_id} ({arn}), but {} is configured as {}: correct its `profile`, `operate_role_arn` or `id`",
                declared.name, declared.id
            );
            return Err(Trouble::new(Kind::Other, words));
        }
        let proven = Proven::new(login, config, credentials.clone(), 0);
        Ok(Known { proven, credentials, arn, account_id, at: Instant::now() })
    }
}

/// `quarterdeck-OP-3`, of the characters and the length that STS takes.
fn session_name(operation: &str) -> String {
    clean(&format!("quarterdeck-{operation}"))
}

/// The login name, as STS takes it; none where too little is left of it.
fn source_identity(person: &str) -> Option<String> {
    Some(clean(person)).filter(|name| name.len() >= 2 && !name.starts_with("aws:"))
}

/// What STS takes: `[\w+=,.@-]`, 64 characters at most.
fn clean(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' };
    name.chars().take(LONGEST).map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::{session_name, source_identity};

    #[test]
    fn names_are_as_sts_takes_them() {
        assert_eq!(session_name("OP-3"), "quarterdeck-OP-3");
        assert_eq!(session_name("database.failover"), "quarterdeck-database.failover");
        assert_eq!(session_name("a b/ü\n"), "quarterdeck-a-b---");
        assert_eq!(session_name(&"x".repeat(99)).len(), 64);
        assert_eq!(source_identity("alice@example.com").as_deref(), Some("alice@example.com"));
        assert_eq!(source_identity("ü").as_deref(), None);
        assert_eq!(source_identity(""), None);
    }
}
