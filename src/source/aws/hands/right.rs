//! Whether IAM would allow a call to who will make it, as far as IAM may be asked.
//!
//! A simulation that is not allowed, or of a principal that cannot be named, leaves the word to the service, which decides
//! anyway when it is called. That IAM cannot be reached keeps an operation from running, but for a forced change of region:
//! IAM's own region may be the one that is down.

use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use serde_json::Value;

use super::super::trouble::Kind;
use super::account::{Account, Known};
use super::simulate::{Iam, Simulated};
use crate::operate::{Call, Permit, Pinned};

/// Asks about one call.
pub(super) async fn permitted(account: &Account, known: &Known, target: &Pinned, call: &Call) -> Permit {
    let service = call.service.word().to_uppercase();
    let (iam, region) = (iam(known, target), call.region.as_deref().or(target.region.as_deref()).unwrap_or_default());
    let principal = match principal(account, known, &iam).await {
        Principal::Arn(arn) => arn,
        Principal::Root => {
            return Permit::Allowed("the root user may do what its organisation's policies allow".to_owned());
        }
        Principal::Unnamed(why) => return Permit::Allowed(format!("{why}: {service} decides when it is called")),
    };
    let action = format!("{}:{}", call.service.word(), call.action);
    match iam.simulate(&principal, &action, &resource(target, call, region), region).await {
        Ok(said) => said_of(&said, &principal, &action, &service),
        Err(why) if why.kind == Kind::Denied => Permit::Allowed(format!(
            "whether {principal} may {action} could not be asked (that takes iam:SimulatePrincipalPolicy): {service} decides when it is called"
        )),
        Err(why) if why.words.contains("NoSuchEntity") => {
            Permit::Denied(format!("IAM has no {principal}: correct `operate_role_arn` ({})", why.words))
        }
        Err(why) if call.action == "FailoverGlobalCluster" => Permit::Allowed(format!(
            "IAM could not be asked ({}), and a forced failover does not wait for it: {service} decides when it is called",
            why.words
        )),
        Err(why) => Permit::Unknown(format!("whether {principal} may {action} is not known: {}", why.words)),
    }
}

fn said_of(said: &Simulated, principal: &str, action: &str, service: &str) -> Permit {
    match said.decision.as_str() {
        "allowed" => Permit::Allowed(format!("IAM's simulation allows {action} to {principal}")),
        _ if !said.missing.is_empty() => Permit::Allowed(format!(
            "whether {principal} may {action} depends on {}, which only the call itself tells: {service} decides when it is called",
            said.missing.join(", ")
        )),
        "explicitDeny" => Permit::Denied(format!("a policy denies {action} to {principal}: that policy has to change")),
        _ => Permit::Denied(format!("no policy allows {action} to {principal}: grant it")),
    }
}

/// Who will act, as IAM names it.
enum Principal {
    Arn(String),
    Root,
    Unnamed(String),
}

async fn principal(account: &Account, known: &Known, iam: &Iam) -> Principal {
    if let Some(role) = account.operate_role() {
        return Principal::Arn(role.to_owned());
    }
    match kind(&known.arn) {
        Named::Root => Principal::Root,
        Named::Itself => Principal::Arn(known.arn.clone()),
        // STS leaves out the path of a role, and IAM asks for it.
        Named::Session(role) => match iam.role(role).await {
            Ok(arn) => Principal::Arn(arn),
            Err(_) => {
                Principal::Unnamed(format!("IAM does not tell the path of the role {role} (that takes iam:GetRole)"))
            }
        },
        Named::Other => Principal::Unnamed(format!("IAM cannot simulate {}", known.arn)),
    }
}

/// What an ARN that STS named stands for.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    Root,
    Itself,
    Session(&'a str),
    Other,
}

fn kind(arn: &str) -> Named<'_> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let mut parts = resource.split('/');
    match (parts.next(), parts.next()) {
        (Some("root"), None) => Named::Root,
        (Some("user" | "role"), Some(_)) => Named::Itself,
        (Some("assumed-role"), Some(role)) => Named::Session(role),
        _ => Named::Other,
    }
}

fn iam(known: &Known, target: &Pinned) -> Iam {
    let home = target.region.as_deref().unwrap_or("us-east-1");
    let (own, region) = match partition(home) {
        "aws-cn" => ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        "aws-us-gov" => ("https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
        _ => ("https://iam.amazonaws.com", "us-east-1"),
    };
    let config = known.config(home);
    let named = config.service_config().and_then(endpoint);
    let endpoint = named.or_else(|| config.endpoint_url().map(str::to_owned)).unwrap_or_else(|| own.to_owned());
    let http = config.http_client().unwrap_or_else(super::super::http::shared);
    Iam { http, credentials: known.credentials().clone(), endpoint, region }
}

/// `AWS_ENDPOINT_URL_IAM` and its like in a profile.
fn endpoint(config: &dyn LoadServiceConfig) -> Option<String> {
    let key =
        ServiceConfigKey::builder().service_id("IAM").env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    config.load_config(key)
}

fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The ARN of what a call changes.
fn resource(target: &Pinned, call: &Call, region: &str) -> String {
    let account = target.account_id.as_deref().unwrap_or_default();
    let text = |key: &str| call.request.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let exact = |key: &str| call.request.get(key).and_then(Value::as_str).unwrap_or_default();
    let partition = partition(region);
    let rds = |kind: &str, name: String| format!("arn:{partition}:rds:{region}:{account}:{kind}:{name}");
    match call.action.as_str() {
        "FailoverGlobalCluster" | "SwitchoverGlobalCluster" => {
            format!("arn:{partition}:rds::{account}:global-cluster:{}", text("GlobalClusterIdentifier"))
        }
        "CreateDBInstance" | "DeleteDBInstance" => rds("db", text("DBInstanceIdentifier")),
        "CreateDBClusterSnapshot" => rds("cluster-snapshot", text("DBClusterSnapshotIdentifier")),
        // The identifier of the node group that ends its ARN is not known before the call; policies end in `/*` there.
        "UpdateNodegroupConfig" => format!(
            "arn:{partition}:eks:{region}:{account}:nodegroup/{}/{}/*",
            exact("clusterName"),
            exact("nodegroupName")
        ),
        _ => rds("cluster", text("DBClusterIdentifier")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sts_names_users_sessions_and_root() {
        assert_eq!(kind("arn:aws:iam::123456789012:root"), Named::Root);
        assert_eq!(kind("arn:aws:iam::123456789012:user/ops/alice"), Named::Itself);
        assert_eq!(kind("arn:aws:sts::123456789012:assumed-role/admin/alice"), Named::Session("admin"));
        assert_eq!(kind("arn:aws:sts::123456789012:federated-user/alice"), Named::Other);
        assert_eq!(kind("nonsense"), Named::Other);
    }

    #[test]
    fn a_denial_that_rests_on_what_is_not_known_is_none() {
        let said = |decision: &str, missing: &[&str]| Simulated {
            decision: decision.into(),
            missing: missing.iter().map(|m| (*m).to_owned()).collect(),
        };
        let of = |s: &Simulated| said_of(s, "arn:role", "rds:FailoverDBCluster", "RDS");
        assert!(matches!(of(&said("allowed", &[])), Permit::Allowed(_)));
        assert!(matches!(of(&said("implicitDeny", &[])), Permit::Denied(_)));
        assert!(matches!(of(&said("explicitDeny", &[])), Permit::Denied(_)));
        let Permit::Allowed(why) = of(&said("explicitDeny", &["aws:MultiFactorAuthPresent"])) else { panic!() };
        assert!(why.contains("aws:MultiFactorAuthPresent") && why.ends_with("RDS decides when it is called"), "{why}");
    }
}
