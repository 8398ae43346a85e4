//! What people are to attend to, worst first, and the sentence that says it. Pure functions of estate and judgement.
//!
//! - [`concerns`] groups alerts and doubts by what they are about, so that one broken thing is one row.
//! - [`headline()`] is what a colleague would say when asked how things are.

mod concern;
mod gather;
mod headline;
mod next;
mod upcoming;

pub use concern::Concern;
pub use gather::concerns;
pub use headline::{Headline, headline};
pub use upcoming::upcoming;
