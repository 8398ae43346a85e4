//! Who belongs to a cluster at an instant, and how everything about it is.

use super::super::moment::At;
use super::deed::{AVAILABLE, BACK, BUILT, DELETED, MODIFIED, TAKEN, TAKES_OVER};
use super::{DatabaseDeed, DatabasePlan, MemberPlan, REVIVED, SETTLED};

impl DatabasePlan {
    /// What was asked for until an instant, with the seconds since then.
    pub(super) fn asked(&self, at: At) -> impl DoubleEndedIterator<Item = (At, &DatabaseDeed)> {
        self.deeds.iter().filter(move |(asked, _)| *asked <= at).map(move |(asked, deed)| (at - asked, deed))
    }

    /// The member that somebody made the writer last, and that has taken over.
    pub(super) fn promoted(&self, at: At) -> Option<&str> {
        self.asked(at).rev().find_map(|(since, deed)| match deed {
            DatabaseDeed::Promotes(to) if since >= TAKES_OVER => Some(to.as_str()),
            _ => None,
        })
    }

    /// Seconds since a member was asked for to be the writer, last, and the writer of before.
    fn promotion(&self, at: At) -> Option<(At, Option<&str>)> {
        let since = self.asked(at).rev().find_map(|(since, d)| matches!(d, DatabaseDeed::Promotes(_)).then_some(since));
        since.map(|since| (since, self.writer(at - since - 1)))
    }

    /// The range of capacity, ACU: taken at once.
    pub(in super::super) fn range(&self, at: At) -> Option<(f64, f64)> {
        let set = self.asked(at).rev().find_map(|(_, deed)| match deed {
            DatabaseDeed::Ranges(min, max) => Some((*min, *max)),
            _ => None,
        });
        set.or(self.acu)
    }

    /// RDS' word for the cluster.
    pub(super) fn status(&self, at: At) -> &'static str {
        let died = self.since_death(at).is_some_and(|d| (5..SETTLED).contains(&d));
        if died || self.promotion(at).is_some_and(|(since, _)| since < AVAILABLE) {
            return "failing-over";
        }
        let modified =
            |(since, deed): (At, &DatabaseDeed)| matches!(deed, DatabaseDeed::Ranges(..)) && since < MODIFIED;
        if self.asked(at).any(modified) {
            return "modifying";
        }
        self.moving_word(&self.region, at).unwrap_or("available")
    }

    /// Its members with RDS' word for each.
    pub(super) fn roster(&self, at: At) -> Vec<(&MemberPlan, &'static str)> {
        let mut all: Vec<(&MemberPlan, &'static str)> = self.members.iter().map(|m| (m, "available")).collect();
        for (since, deed) in self.asked(at) {
            match deed {
                DatabaseDeed::Adds(member) => {
                    all.push((member, if since < BUILT { "creating" } else { "available" }));
                }
                DatabaseDeed::Removes(name) if since < DELETED => {
                    all.iter_mut().filter(|(m, _)| m.name == *name).for_each(|(_, status)| *status = "deleting");
                }
                DatabaseDeed::Removes(name) => all.retain(|(m, _)| m.name != *name),
                _ => {}
            }
        }
        let promotion = self.promotion(at);
        let restarts = |name: &str| {
            (name == self.members[0].name && self.since_death(at).is_some_and(|d| d < REVIVED))
                || promotion.is_some_and(|(d, before)| before == Some(name) && (TAKES_OVER..BACK).contains(&d))
                || self.restarts_by_move(&self.region, at)
        };
        for (member, status) in &mut all {
            if *status == "available" && restarts(&member.name) {
                *status = "rebooting";
            }
        }
        all
    }

    /// When a member that was added serves; none of one that was always there.
    pub(super) fn serves_from(&self, name: &str) -> Option<At> {
        self.deeds.iter().rev().find_map(|(asked, deed)| match deed {
            DatabaseDeed::Adds(member) if member.name == name => Some(asked + BUILT),
            _ => None,
        })
    }

    /// How far a snapshot is, percent; none where there is none of that name.
    pub(in super::super) fn snapshot(&self, name: &str, at: At) -> Option<(At, i64)> {
        self.asked(at).find_map(|(since, deed)| match deed {
            DatabaseDeed::Snapshots(taken) if taken.eq_ignore_ascii_case(name) => {
                Some((at - since, (since * 100 / TAKEN).min(100)))
            }
            _ => None,
        })
    }
}
