//! The scenarios: what happens to the world.

/// What happens to the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scenario {
    /// Nothing but traffic, rollouts and noise.
    #[default]
    Calm,
    /// A bad revision of a deployment crash loops, and its service burns its error budget.
    CrashLoop,
    /// The writer of an Aurora cluster dies and another member takes over.
    AuroraFailover,
    /// A whole AWS region stops answering.
    RegionDown,
    /// One budget is spent, another will be.
    BudgetOverrun,
    /// The login of an account expires.
    ExpiredCredentials,
    /// Calm, but operations meet resistance.
    Headwind,
    /// SLOs that cannot be judged: too few events, none, gaps, and a page whose source falls silent.
    BlindSpots,
    /// Calm, but every name holds what could hurt a terminal; for tests.
    Hostile,
}

impl Scenario {
    /// The scenarios that help shows; [`Scenario::Hostile`] is for tests.
    pub const ALL: [Self; 8] = [
        Self::Calm,
        Self::CrashLoop,
        Self::AuroraFailover,
        Self::RegionDown,
        Self::BudgetOverrun,
        Self::ExpiredCredentials,
        Self::Headwind,
        Self::BlindSpots,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::CrashLoop => "crashloop",
            Self::AuroraFailover => "aurora-failover",
            Self::RegionDown => "region-down",
            Self::BudgetOverrun => "budget-overrun",
            Self::ExpiredCredentials => "expired-credentials",
            Self::Headwind => "headwind",
            Self::BlindSpots => "blind-spots",
            Self::Hostile => "hostile",
        }
    }

    /// What happens, in one line.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Calm => "daily traffic, rollouts, noise; nothing that needs anyone",
            Self::CrashLoop => "shop/cart crash loops since 18 minutes, checkout burns its error budget",
            Self::AuroraFailover => "after 20 s the writer of orders dies; another member takes over within minutes",
            Self::RegionDown => "after 20 s us-east-1 fails, for 40 minutes: nodes first, then every API",
            Self::BudgetOverrun => "non-production has spent its budget, production will have by the month's end",
            Self::ExpiredCredentials => "after 20 s the login to production expires; its facts grow old",
            Self::Headwind => {
                "calm, but what is done meets a budget that blocks, lost answers, throttles, missing rights"
            }
            Self::BlindSpots => "SLOs with few events, none, gaps; after 45 s the source of a page falls silent",
            Self::Hostile => "calm, with escape sequences, bidi controls and endless names everywhere",
        }
    }

    /// The scenario of that name, hidden ones too.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Hostile]).find(|s| s.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for s in Scenario::ALL.into_iter().chain([Scenario::Hostile]) {
            assert_eq!(Scenario::named(s.name()), Some(s));
        }
        assert_eq!(Scenario::named("earthquake"), None);
    }
}
