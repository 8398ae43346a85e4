//! The control planes of the world's clusters, and who we are in its accounts.

use jiff::Timestamp;

use super::chance::letters;
use super::moment::At;
use super::plan::ClusterPlan;
use super::world::World;
use crate::estate::{Addon, ControlPlane, DeclaredAccount, Endpoint, Identity, IdentityState, NodeGroup};

impl ClusterPlan {
    /// The control plane: private, every log type on, secrets encrypted (seed 003 §4.3, seed 001).
    pub(super) fn control_plane(&self, at: At) -> ControlPlane {
        let words = |all: &[&str]| all.iter().map(|&w| w.to_owned()).collect();
        let addons = [
            ("vpc-cni", "v1.20.1-eksbuild.1"),
            ("coredns", "v1.12.1-eksbuild.2"),
            ("kube-proxy", "v1.33.0-eksbuild.2"),
            ("eks-pod-identity-agent", "v1.3.8-eksbuild.2"),
            ("aws-ebs-csi-driver", "v1.46.0-eksbuild.1"),
        ];
        let addon = |(name, version): (&str, &str)| Addon {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            status: "ACTIVE".to_owned(),
        };
        ControlPlane {
            arn: Some(format!("arn:aws:eks:{}:{}:cluster/{}", self.region, self.account_id, self.name)),
            status: "ACTIVE".to_owned(),
            version: Some(self.version.to_owned()),
            endpoint: Endpoint {
                url: Some(format!(
                    "https://{}.gr7.{}.eks.amazonaws.com",
                    letters(self.grain, 32).to_uppercase(),
                    self.region
                )),
                public: false,
                private: true,
                public_cidrs: Vec::new(),
            },
            logging: words(&["api", "audit", "authenticator", "controllerManager", "scheduler"]),
            secrets_encrypted: true,
            addons: Some(addons.map(addon).into()),
            nodegroups: Some(self.nodegroups(at)),
        }
    }

    fn nodegroups(&self, at: At) -> Vec<NodeGroup> {
        let group = |(i, pool): (usize, &super::plan::PoolPlan)| {
            let (sizes, updating) = self.sizes(i, at);
            NodeGroup {
                name: pool.name.to_string(),
                status: if updating { "UPDATING" } else { "ACTIVE" }.to_owned(),
                desired: Some(sizes.desired),
                min: Some(sizes.min),
                max: Some(sizes.max),
                capacity: Some(pool.capacity),
                instance_types: vec![pool.instance_type.to_string()],
            }
        };
        self.pools.iter().enumerate().map(group).collect()
    }
}

impl World {
    /// When the login of an account expires for good, in this scenario.
    pub(super) fn login_expires(&self, account: &str) -> Option<At> {
        self.course.login_expires(account == self.named(super::innovate::PRODUCTION))
    }

    /// The command that logs in to an account again.
    pub(super) fn login(account: &DeclaredAccount) -> String {
        format!("aws sso login --profile {}", account.profile.as_deref().unwrap_or("default"))
    }

    /// Who we are in an account.
    pub(super) fn identity(&self, account: &DeclaredAccount, at: At) -> Identity {
        let login = Some(Self::login(account));
        if self.login_expires(&account.name).is_some_and(|expires| expires <= at) {
            return Identity {
                state: IdentityState::Expired,
                account_id: None,
                arn: None,
                expires_at: None,
                error: Some(format!(
                    "the login of profile {} has expired",
                    account.profile.as_deref().unwrap_or("default")
                )),
                login,
            };
        }
        // The role's session is renewed each hour; the login behind it ends when the scenario says so.
        let renewed = (at.div_euclid(3_600) + 2) * 3_600;
        let expires = self.login_expires(&account.name).unwrap_or(renewed);
        Identity {
            state: IdentityState::Verified,
            account_id: Some(account.id.clone()),
            arn: Some(format!("arn:aws:sts::{}:assumed-role/quarterdeck-observe/{}", account.id, self.named("alice"))),
            expires_at: Timestamp::from_second(expires).ok(),
            error: None,
            login,
        }
    }
}
