//! What operations of a real estate are run with.

use std::sync::Arc;

use super::person;
use crate::cli::Context;
use crate::estate::DeclaredEstate;
use crate::operate::journal::Journal;
use crate::operate::run::Ground;
use crate::source::{Clock, hands};
use crate::store::{JournalFile, LeaseFiles};

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
