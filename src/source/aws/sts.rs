//! Who we are in an account: the first source, without which no other of the account calls anything.
//!
//! It resolves the account's credentials to one concrete set, asks STS whose they are with exactly that set, and
//! publishes the set only when STS has said the configured id. It proves anew every five minutes, when a credentials
//! file changes, before the set expires, and when another source doubts it. While there are no credentials it looks at
//! the files every few seconds and sends nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::login::Login;
use super::proof::{Proof, Proven};
use super::trouble::{self, Kind, Trouble};
use crate::estate::{DeclaredAccount, EntryRef, Fact, Identity, IdentityState, Report, SourceKey, SourceName};
use crate::source::schedule::Schedule;
use crate::source::{Outbox, Source};

/// How often a set that was proven is proven again.
const PROVE_EVERY: Duration = Duration::from_mins(5);
/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often credentials are resolved while there are none: a login may leave nothing in a file that we know.
const RESOLVE_EVERY: Duration = Duration::from_secs(20);
/// How long before its expiry a set is replaced.
const LEAD: Duration = Duration::from_mins(5);
/// How long a set that STS did not take is not asked about again.
const REJECTED_FOR: Duration = Duration::from_mins(2);
/// How long a file that is being written may take.
const SETTLE: Duration = Duration::from_secs(2);
/// The longest pause after a failure.
const CAP: Duration = Duration::from_secs(20);

/// Proves one account's identity.
pub(super) struct Sts {
    pub(super) account: DeclaredAccount,
    pub(super) login: Login,
    pub(super) proof: watch::Sender<Proof>,
    pub(super) doubts: mpsc::Receiver<u64>,
}

impl Source for Sts {
    fn key(&self) -> SourceKey {
        SourceKey::new(SourceName::Sts).of(&self.account.name)
    }

    fn feeds(&self) -> Vec<EntryRef> {
        vec![EntryRef::Account(self.account.name.clone())]
    }

    async fn run(self, out: Outbox) {
        let seed = super::seed(&self.key());
        let schedule = Schedule::new(PROVE_EVERY, CAP, seed);
        Watchman { sts: self, out, schedule, current: None, rejected: None, generation: 0 }.stand().await;
    }
}

/// The set that is published now.
struct Current {
    credentials: Credentials,
    proven: Arc<Proven>,
    proven_at: Instant,
}

struct Watchman {
    sts: Sts,
    out: Outbox,
    schedule: Schedule,
    current: Option<Current>,
    rejected: Option<(Credentials, Instant, Trouble)>,
    generation: u64,
}

/// Why a proof is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// At the start, and when the last proof is old enough.
    Due,
    /// A credentials file has changed.
    Files,
    /// A service no longer takes the set.
    Doubt,
}

/// What STS said, and with which set.
enum Verdict {
    /// The files lead to the set that is proven already.
    Unchanged,
    Verified {
        credentials: Credentials,
        arn: Option<String>,
        account_id: String,
    },
    Mismatch {
        credentials: Credentials,
        arn: Option<String>,
        account_id: String,
    },
}

impl Watchman {
    async fn stand(mut self) {
        let mut cause = Cause::Due;
        loop {
            let seen = self.sts.login.fingerprint();
            let outcome = self.prove(cause).await;
            let Some(pause) = self.tell(outcome).await else { return };
            cause = self.wait(pause, seen).await;
        }
    }

    /// Waits for the next proof.
    async fn wait(&mut self, pause: Duration, seen: u64) -> Cause {
        let due = Instant::now() + pause;
        loop {
            let look = Instant::now() + LOOK_EVERY;
            tokio::select! {
                () = tokio::time::sleep_until(look.min(due)) => {
                    if self.sts.login.fingerprint() != seen {
                        return Cause::Files;
                    }
                    if Instant::now() >= due {
                        return Cause::Due;
                    }
                }
                Some(generation) = self.sts.doubts.recv() => {
                    let current = self.current.as_ref();
                    let recent = current.is_some_and(|c| c.proven_at.elapsed() < LOOK_EVERY);
                    if current.is_some_and(|c| c.proven.generation == generation) && !recent {
                        return Cause::Doubt;
                    }
                }
            }
        }
    }

    /// Resolves credentials where needed and asks STS whose they are.
    async fn prove(&mut self, cause: Cause) -> Result<Verdict, Trouble> {
        let meter = self.out.meter();
        let credentials = self.credentials(cause).await?;
        let unchanged = self.current.as_ref().is_some_and(|c| same(&c.credentials, &credentials));
        if cause == Cause::Files && unchanged {
            return Ok(Verdict::Unchanged);
        }
        if expires_within(&credentials, Duration::ZERO) {
            return Err(Trouble::new(Kind::Expired, "the credentials have expired"));
        }
        if let Some((rejected, at, why)) = &self.rejected
            && same(rejected, &credentials)
            && at.elapsed() < REJECTED_FOR
        {
            return Err(why.clone());
        }
        self.rejected = None;
        let config = self.sts.login.config(credentials.clone(), &meter).await;
        let place = self.sts.login.region();
        let answer = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.map_err(|error| {
            let why = trouble::explain(&error, "sts:GetCallerIdentity", place);
            if why.kind == Kind::Expired {
                self.rejected = Some((credentials.clone(), Instant::now(), why.clone()));
            }
            why
        })?;
        let arn = answer.arn;
        let account_id = answer
            .account
            .ok_or_else(|| Trouble::new(Kind::Other, "sts:GetCallerIdentity answered without an account id"))?;
        if account_id != self.sts.account.id {
            return Ok(Verdict::Mismatch { credentials, arn, account_id });
        }
        if !unchanged {
            self.generation += 1;
            let proven = Proven::new(self.sts.login.clone(), config, credentials.clone(), self.generation);
            self.current =
                Some(Current { credentials: credentials.clone(), proven: Arc::new(proven), proven_at: Instant::now() });
        }
        Ok(Verdict::Verified { credentials, arn, account_id })
    }

    /// The set to prove: the present one while it is good for a while and nothing speaks against it, else a new one.
    async fn credentials(&self, cause: Cause) -> Result<Credentials, Trouble> {
        let meter = self.out.meter();
        let present = self.current.as_ref().map(|c| &c.credentials);
        if let Some(kept) = present.filter(|c| cause == Cause::Due && !expires_within(c, LEAD)) {
            return Ok(kept.clone());
        }
        let resolved = self.sts.login.resolve(&meter).await;
        if cause == Cause::Files && present.is_some() && resolved.is_err() {
            // Perhaps the file is being written: look again before everything pauses.
            tokio::time::sleep(SETTLE).await;
            return self.sts.login.resolve(&meter).await;
        }
        resolved
    }

    /// Publishes and says what was found; the pause until the next proof, or none when nobody listens.
    async fn tell(&mut self, outcome: Result<Verdict, Trouble>) -> Option<Duration> {
        match outcome {
            Ok(Verdict::Unchanged) => {
                let proven = self.current.as_ref().map_or(Duration::ZERO, |c| c.proven_at.elapsed());
                Some(PROVE_EVERY.saturating_sub(proven))
            }
            Ok(Verdict::Verified { credentials, arn, account_id }) => {
                self.verified(&credentials, arn, account_id).await
            }
            Ok(Verdict::Mismatch { credentials, arn, account_id }) => {
                self.mismatch(&credentials, arn, account_id).await
            }
            Err(why) => self.unproven(why).await,
        }
    }

    async fn verified(
        &mut self,
        credentials: &Credentials,
        arn: Option<String>,
        account_id: String,
    ) -> Option<Duration> {
        if let Some(current) = &mut self.current {
            current.proven_at = Instant::now();
            let proven = current.proven.clone();
            self.sts.proof.send_if_modified(|proof| {
                let same = matches!(proof, Proof::Proven(p) if p.generation == proven.generation);
                if !same {
                    *proof = Proof::Proven(proven);
                }
                !same
            });
        }
        let identity = Identity {
            state: IdentityState::Verified,
            account_id: Some(account_id),
            arn,
            expires_at: expiry(credentials),
            error: None,
            login: None,
        };
        self.out.tell(vec![self.fact(identity)], None).await.then_some(())?;
        let mut pause = self.schedule.after_success();
        if let Some(left) = left(credentials) {
            // Soon to expire: replaced ahead of time, and looked at more often in the last minutes.
            pause = pause.min(left.saturating_sub(LEAD).max(Duration::from_secs(15)).min(left));
        }
        Some(pause.max(Duration::from_secs(1)))
    }

    async fn mismatch(
        &mut self,
        credentials: &Credentials,
        arn: Option<String>,
        account_id: String,
    ) -> Option<Duration> {
        self.current = None;
        let declared = &self.sts.account;
        let reason = format!(
            "STS says account {account_id}, but {} is configured as {}: correct its `profile` or `id`; nothing was called with these credentials but STS",
            declared.name, declared.id
        );
        self.sts.proof.send_replace(Proof::Refused(reason.clone()));
        let identity = Identity {
            state: IdentityState::Mismatch,
            account_id: Some(account_id),
            arn,
            expires_at: expiry(credentials),
            error: Some(reason.clone()),
            login: None,
        };
        let fact = self.fact(identity);
        self.out.tell(vec![fact], None).await.then_some(())?;
        self.out.say(Report::Refused { reason }).await.then_some(())?;
        Some(Duration::from_mins(1))
    }

    async fn unproven(&mut self, why: Trouble) -> Option<Duration> {
        let usable = self.current.as_ref().is_some_and(|c| !expires_within(&c.credentials, Duration::ZERO));
        match why.kind {
            Kind::Expired => self.expired(&why).await,
            Kind::Denied => self.denied(why).await,
            // The proof of a set does not age: as long as it is good, the others may go on with it.
            _ if usable => self.failed(why).await,
            _ => {
                self.current = None;
                let name = &self.sts.account.name;
                let reason = format!("the identity of {name} is not proven: {}", why.words);
                self.sts.proof.send_replace(Proof::Unproven(reason));
                if self.proven_before() {
                    let identity = self.failed_identity(IdentityState::Unreachable, &why.words, None);
                    self.out.tell(vec![identity], None).await.then_some(())?;
                }
                self.failed(why).await
            }
        }
    }

    /// No credentials, or expired ones: everything of the account pauses until someone logs in.
    async fn expired(&mut self, why: &Trouble) -> Option<Duration> {
        self.current = None;
        let command = self.sts.login.command();
        let reason = format!("{}; to log in: {command}", why.words);
        self.sts.proof.send_if_modified(|proof| {
            let same = matches!(proof, Proof::Paused(said) if *said == reason);
            if !same {
                *proof = Proof::Paused(reason.clone());
            }
            !same
        });
        let identity = self.failed_identity(IdentityState::Expired, &reason, Some(command));
        self.out.tell(vec![identity], None).await.then_some(())?;
        let next_try_at = self.at(RESOLVE_EVERY);
        self.out.say(Report::Paused { reason, next_try_at }).await.then_some(RESOLVE_EVERY)
    }

    async fn denied(&mut self, why: Trouble) -> Option<Duration> {
        self.current = None;
        let reason = format!("the identity of {} is not proven: {}", self.sts.account.name, why.words);
        self.sts.proof.send_replace(Proof::Unproven(reason));
        let identity = self.failed_identity(IdentityState::Denied, &why.words, None);
        self.out.tell(vec![identity], None).await.then_some(())?;
        self.failed(why).await
    }

    async fn failed(&mut self, why: Trouble) -> Option<Duration> {
        let pause = self.schedule.after_failure(why.retry_after);
        let next_try_at = self.at(pause);
        self.out.say(Report::Failed { reason: why.words, next_try_at }).await.then_some(pause)
    }

    fn at(&self, pause: Duration) -> Option<Timestamp> {
        self.out.now().checked_add(jiff::SignedDuration::try_from(pause).ok()?).ok()
    }

    fn proven_before(&self) -> bool {
        self.generation > 0
    }

    fn failed_identity(&self, state: IdentityState, error: &str, login: Option<String>) -> Fact {
        self.fact(Identity {
            state,
            account_id: None,
            arn: None,
            expires_at: None,
            error: Some(error.to_owned()),
            login,
        })
    }

    fn fact(&self, identity: Identity) -> Fact {
        Fact::Identity(self.sts.account.name.clone(), identity)
    }
}

fn same(a: &Credentials, b: &Credentials) -> bool {
    a.access_key_id() == b.access_key_id()
        && a.secret_access_key() == b.secret_access_key()
        && a.session_token() == b.session_token()
}

/// How long a set is still good; none for long-lived ones.
fn left(credentials: &Credentials) -> Option<Duration> {
    credentials.expiry().map(|at| at.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
}

fn expires_within(credentials: &Credentials, span: Duration) -> bool {
    left(credentials).is_some_and(|left| left <= span)
}

fn expiry(credentials: &Credentials) -> Option<Timestamp> {
    credentials.expiry().and_then(|at| Timestamp::try_from(at).ok())
}
