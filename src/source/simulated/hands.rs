//! The hands of the embedded estate: reads answered as the services answer them, and calls that change the world, with
//! their delays. What the world cannot play is refused, and never faked.
//!
//! What goes wrong with calls is the scenario's to say (`mishap`).

mod asked;
mod eks;
mod objects;
mod played;
mod pods;
mod rds;
mod refused;
mod rights;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::act::Act;
use super::chance::{grain, mix, uid};
use super::mishap::{self, Trouble};
use super::part::at;
use super::world::World;
use crate::operate::journal::Recorded;
use crate::operate::{
    Answer, Arming, Arms, Call, Hands, Identity, Permit, Pinned, Read, Refusal, Service, Sight, Sights, WritePass,
};
use crate::source::Clock;
use refused::Refused;

/// How long a read takes, world time.
const READ: Duration = Duration::from_millis(120);
/// How long a call takes.
const CALL: Duration = Duration::from_millis(450);
/// How long an answer is waited for that does not come.
const SILENCE: Duration = Duration::from_secs(6);

/// Hands in a world.
#[derive(Debug, Clone)]
pub struct SimulatedHands {
    world: Arc<World>,
    clock: Clock,
}

impl SimulatedHands {
    /// Hands that act by a world's clock.
    pub fn new(world: Arc<World>, clock: Clock) -> Self {
        Self { world, clock }
    }

    fn cluster(&self, target: &Pinned) -> Option<usize> {
        self.world.clusters.iter().position(|c| Some(&c.name) == target.cluster.as_ref())
    }

    fn see(&self, target: &Pinned, read: &Read, now: Timestamp) -> Sight {
        match read {
            Read::Kubernetes(_) | Read::NodeGroup { .. } => match (self.cluster(target), read) {
                (Some(index), Read::Kubernetes(path)) => objects::see(&self.world.acted_cluster(index), path, at(now)),
                (Some(index), Read::NodeGroup { name, .. }) => {
                    eks::see(&self.world.acted_cluster(index), name, at(now))
                }
                _ => Sight::Unseen(format!("the embedded estate has no cluster for {}", target.name)),
            },
            _ => rds::see(&self.world, target, read, at(now)),
        }
    }

    /// What a call would do, judged by what is so now.
    fn played(&self, target: &Pinned, call: &Call, now: Timestamp) -> Result<Act, Refused> {
        match (call.service, self.cluster(target)) {
            (Service::Kubernetes, Some(index)) => {
                played::on_cluster(&self.world.acted_cluster(index), index, call, at(now))
            }
            (Service::Eks, Some(index)) => eks::on_node_group(&self.world.acted_cluster(index), index, call, at(now)),
            (Service::Rds, _) => asked::on_database(&self.world, target, call, at(now)),
            (Service::Kubernetes | Service::Eks, None) => Err(Refused::cannot(call)),
        }
    }

    /// Whether the scenario denies a call.
    fn denies(&self, target: &Pinned, call: &Call) -> bool {
        let befalls = mishap::befalls(self.world.scenario(), target, call);
        matches!(befalls, Some((_, Trouble::Denied)))
    }

    async fn pause(&self, span: Duration) {
        tokio::time::sleep(self.clock.real(span)).await;
    }

    async fn send(&self, target: &Pinned, call: Call) -> Answer {
        self.pause(CALL).await;
        let now = self.clock.now();
        if let Some(why) = self.bars_call(target, &call, now) {
            return Answer::Unsent(why);
        }
        let request_id = Some(uid(mix(grain(self.world.seed, &call.action), at(now).cast_unsigned())));
        let played = self.played(target, &call, now);
        let befalls = mishap::befalls(self.world.scenario(), target, &call);
        let lost = |request_id, why: &str| Answer::Lost { request_id, why: why.to_owned() };
        let declined = |request_id, Refused { status, code, message }| Answer::Declined {
            request_id,
            status,
            code: code.to_owned(),
            message,
        };
        match (befalls, played) {
            (Some((_, Trouble::Swallowed)), _) => {
                self.pause(SILENCE).await;
                lost(None, "the connection broke before an answer came")
            }
            (Some((_, Trouble::Denied)), _) => declined(request_id, Refused::forbidden(&call)),
            (Some((index, Trouble::Throttled(times))), _) if self.world.throttled(index) < times => {
                self.world.act(now, Act::Throttled(index));
                declined(request_id, Refused::throttled(&call))
            }
            (_, Err(refused)) => declined(request_id, refused),
            (befalls, Ok(act)) => {
                self.world.act(now, act);
                if matches!(befalls, Some((_, Trouble::Unheard))) {
                    self.pause(SILENCE).await;
                    return lost(request_id, "no answer came in time");
                }
                Answer::Accepted { request_id, body: json!({}) }
            }
        }
    }
}

impl Hands for SimulatedHands {
    fn look<'a>(&'a self, target: &'a Pinned, reads: Vec<Read>) -> BoxFuture<'a, Sights> {
        Box::pin(async move {
            self.pause(READ).await;
            let now = self.clock.now();
            let see = |read: Read| {
                let sight = match self.bars_read(target, &read, now) {
                    Some(why) => Sight::Unseen(why),
                    None => self.see(target, &read, now),
                };
                (read, sight)
            };
            Sights { at: now, seen: reads.into_iter().map(see).collect() }
        })
    }

    fn identity<'a>(&'a self, target: &'a Pinned) -> BoxFuture<'a, Identity> {
        Box::pin(async move {
            self.pause(READ).await;
            let now = self.clock.now();
            let account = self.world.declared.accounts.iter().find(|a| Some(&a.name) == target.account.as_ref());
            let Some(account) = account else {
                return Identity {
                    proven: Err("the embedded estate has no such account".to_owned()),
                    arn: None,
                    at: now,
                };
            };
            let said = self.world.identity(account, at(now));
            let proven = match said.error {
                Some(error) => Err(error),
                None => Ok(format!("account {} of the embedded estate", account.id)),
            };
            Identity { proven, arn: said.arn, at: now }
        })
    }

    fn permitted<'a>(&'a self, target: &'a Pinned, calls: &'a [Call]) -> BoxFuture<'a, Vec<Permit>> {
        Box::pin(async move {
            self.pause(READ).await;
            let now = self.clock.now();
            let permit = |call: &Call| match self.played(target, call, now) {
                _ if self.denies(target, call) => Permit::Denied(rights::missing(target, call)),
                Err(refused) if refused.unplayed() => Permit::Denied(refused.message),
                _ => Permit::Allowed("the embedded estate allows it".to_owned()),
            };
            calls.iter().map(permit).collect()
        })
    }

    fn rehearse<'a>(&'a self, _: &'a Pinned, _: &'a Call) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.pause(READ).await;
            Ok(())
        })
    }

    fn arm<'a>(&'a self, pass: WritePass, target: &'a Pinned, operation: &'a str) -> Arming<'a> {
        Box::pin(async move {
            self.pause(READ).await;
            if let Some(why) = self.bars_arming(target, self.clock.now()) {
                return Err(Refusal::because(why));
            }
            let id = target.account_id.as_deref().unwrap_or_default();
            let role = format!("arn:aws:sts::{id}:assumed-role/quarterdeck-operate/quarterdeck-{operation}");
            Ok(Box::new(WorldArms { hands: self.clone(), target: target.clone(), role, _pass: pass }) as Box<dyn Arms>)
        })
    }
}

/// What can act on one target of a world.
struct WorldArms {
    hands: SimulatedHands,
    target: Pinned,
    role: String,
    /// Holding it is what allows this to be.
    _pass: WritePass,
}

impl Arms for WorldArms {
    fn role(&self) -> Option<&str> {
        Some(&self.role)
    }

    fn send(&mut self, call: Recorded<Call>) -> BoxFuture<'_, Answer> {
        Box::pin(async move { self.hands.send(&self.target, call.into_inner()).await })
    }
}

/// A read that the embedded estate does not answer.
fn unplayed(what: &str) -> Sight {
    Sight::Unseen(format!("the embedded estate does not play this: {what}"))
}

/// An instant as the services write it.
fn stamp(at: i64) -> Value {
    Timestamp::from_second(at).map_or(Value::Null, |t| json!(t.to_string()))
}
