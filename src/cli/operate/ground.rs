//! What operations are run with: on the team's estate, or on an embedded one.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::person;
use crate::cli::Context;
use crate::cli::args::Planned;
use crate::cli::demo::unknown;
use crate::cli::trial::Trial;
use crate::config::EstateFile;
use crate::estate::DeclaredEstate;
use crate::judge::Policy;
use crate::operate::WritePolicy;
use crate::operate::journal::Journal;
use crate::operate::run::Ground;
use crate::source::simulated::{Scale, Scenario, SimulatedHands, World};
use crate::source::{Clock, hands};
use crate::store::{JournalFile, LeaseFiles};

/// The seed of the world: that of `quarterdeck demo`.
const SEED: u64 = 1;

/// The hands, journal and leases of an estate file, and who acts.
pub(in crate::cli) fn of(declared: &DeclaredEstate, context: &Context) -> Ground {
    let person = person::login_name();
    let state = context.places.state();
    Ground {
        hands: hands::hands(declared, &person),
        journal: Journal::new(Arc::new(JournalFile::within(state))),
        leases: Arc::new(LeaseFiles::within(state)),
        clock: Arc::new(Clock::System),
        person,
    }
}

/// A world of its own, for one operation; it ends with the process.
pub(super) struct Stage {
    world: Arc<World>,
    clock: Clock,
    trial: Trial,
}

impl Stage {
    /// The world that was asked for; none where the team's estate is meant.
    ///
    /// # Errors
    /// There is no such scenario: which there are.
    pub(super) fn of(planned: &Planned, context: &Context) -> Result<Option<Self>, String> {
        let Some(name) = &planned.demo else { return Ok(None) };
        let scenario = Scenario::named(name).ok_or_else(|| unknown(name))?;
        let now = Timestamp::now();
        let origin = now.checked_sub(SignedDuration::from_secs(planned.after.into())).unwrap_or(now);
        let world = Arc::new(World::new(SEED, scenario, Scale::Innovate, origin));
        let clock = Clock::paced(now, planned.speed);
        Ok(Some(Self { world, clock, trial: Trial::within(context.places.state()) }))
    }

    /// Its estate file, with every default.
    pub(super) fn file(&self) -> EstateFile {
        EstateFile {
            declared: self.world.estate().clone(),
            policy: Policy::default(),
            writes: WritePolicy::default(),
            freezes: Vec::new(),
        }
    }

    /// What operations on it are run with.
    pub(super) fn ground(&self) -> Ground {
        let folder = self.trial.folder();
        Ground {
            hands: Arc::new(SimulatedHands::new(self.world.clone(), self.clock)),
            journal: Journal::new(Arc::new(JournalFile::within(folder))),
            leases: Arc::new(LeaseFiles::within(folder)),
            clock: Arc::new(self.clock),
            person: person::login_name(),
        }
    }
}
