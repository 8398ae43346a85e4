//! A database's numbers as `status` and the screen name them: the plain ones are the writer's.

use jiff::Timestamp;

use super::DatabaseState;
use crate::estate::capacity;
use crate::estate::{DatabaseFacts, GlobalFacts, Member, MemberNumbers, MemberRole, Sample};

impl DatabaseState {
    /// What RDS says of it; none while it is not known or RDS does not have it.
    pub fn described(&self) -> Option<&DatabaseFacts> {
        self.facts.as_ref().and_then(|k| k.value.as_ref())
    }

    /// The numbers of one member.
    pub fn numbers_of(&self, member: &str) -> Option<&MemberNumbers> {
        self.numbers.as_ref().and_then(|k| k.value.get(member))
    }

    /// What RDS says of its Global Database.
    pub fn described_global(&self) -> Option<&GlobalFacts> {
        self.global.as_ref().and_then(|k| k.value.as_ref())
    }

    /// The member that takes writes.
    pub fn writer(&self) -> Option<&Member> {
        self.described()?.members.iter().find(|m| m.role == MemberRole::Writer)
    }

    /// The members that serve reads, in the order in which RDS names them.
    pub fn readers(&self) -> impl Iterator<Item = &Member> {
        self.described().into_iter().flat_map(|d| &d.members).filter(|m| m.role == MemberRole::Reader)
    }

    /// The writer's numbers.
    pub fn writer_numbers(&self) -> Option<&MemberNumbers> {
        self.numbers_of(&self.writer()?.name)
    }

    /// The writer's CPU, percent.
    pub fn cpu_percent(&self) -> Option<f64> {
        value(self.writer_numbers()?.cpu_percent)
    }

    /// The writer's connections.
    pub fn connections(&self) -> Option<f64> {
        value(self.writer_numbers()?.connections)
    }

    /// The connections that count as 100 %: declared, else derived from the writer's class or its ACU.
    pub fn max_connections(&self) -> Option<f64> {
        let declared = self.declared.max_connections;
        let Some(facts) = self.described() else { return declared.map(f64::from) };
        let class = self.writer().and_then(|m| m.class.as_deref()).unwrap_or_default();
        capacity::max_connections(declared, &facts.engine, class, facts.acu_min, facts.acu_max)
    }

    /// The writer's connections, percent of the most that it takes.
    pub fn connections_percent(&self) -> Option<f64> {
        share(self.connections()?, self.max_connections()?)
    }

    /// A member's free memory, percent of its class's memory, or of 2 GiB for each ACU that it may grow to.
    pub fn freeable_memory_percent_of(&self, member: &Member) -> Option<f64> {
        let free = value(self.numbers_of(&member.name)?.freeable_memory_bytes)?;
        capacity::freeable_memory_percent(free, member.class.as_deref()?, self.described()?.acu_max)
    }

    /// The writer's free memory, percent.
    pub fn freeable_memory_percent(&self) -> Option<f64> {
        self.freeable_memory_percent_of(self.writer()?)
    }

    /// The worst reader's replica lag, milliseconds.
    pub fn replica_lag_ms(&self) -> Option<f64> {
        self.readers().filter_map(|m| value(self.numbers_of(&m.name)?.replica_lag_ms)).reduce(f64::max)
    }

    /// The writer's capacity, ACU; none for a provisioned class.
    pub fn acu(&self) -> Option<f64> {
        value(self.writer().filter(|m| m.serverless()).and_then(|m| self.numbers_of(&m.name))?.acu)
    }

    /// The smallest and the largest capacity of a serverless writer, ACU; none for a provisioned class.
    pub fn acu_range(&self) -> (Option<f64>, Option<f64>) {
        match self.described() {
            Some(d) if self.writer().is_some_and(Member::serverless) => (d.acu_min, d.acu_max),
            _ => (None, None),
        }
    }

    /// The replication lag of a region of its Global Database, milliseconds.
    pub fn global_lag_ms(&self, region: &str) -> Option<f64> {
        value(self.lags.as_ref()?.value.get(region).copied())
    }

    /// When the oldest of its facts was true.
    pub fn as_of(&self) -> Option<Timestamp> {
        let samples = self.described().into_iter().flat_map(|d| &d.members).filter_map(|m| self.numbers_of(&m.name));
        let samples = samples.flat_map(|n| {
            [n.cpu_percent, n.connections, n.freeable_memory_bytes, n.replica_lag_ms, n.acu].into_iter().flatten()
        });
        let lags = self.lags.iter().flat_map(|k| k.value.values().copied());
        [
            self.facts.as_ref().map(|k| k.as_of),
            self.global.as_ref().map(|k| k.as_of),
            self.numbers.as_ref().map(|k| k.as_of),
            self.lags.as_ref().map(|k| k.as_of),
        ]
        .into_iter()
        .flatten()
        .chain(samples.chain(lags).map(|s| s.at))
        .min()
    }
}

impl Member {
    /// Whether its size moves between the cluster's smallest and largest ACU.
    pub fn serverless(&self) -> bool {
        self.class.as_deref() == Some(capacity::SERVERLESS)
    }
}

/// A sample's value, where it is a number at all.
fn value(sample: Option<Sample>) -> Option<f64> {
    sample.map(|s| s.value).filter(|v| v.is_finite())
}

/// `part` in percent of `whole`; none where there is no whole.
fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| 100.0 * part / whole)
}
