//! Node groups as EKS would describe them, and what a call to EKS does.

use serde_json::{Value, json};

use super::super::act::Act;
use super::super::moment::At;
use super::super::plan::{ClusterPlan, Sizes};
use super::refused::Refused;
use crate::estate::Capacity;
use crate::operate::{Call, Sight};

/// The most nodes of a managed node group, as EKS sets it for an account by default.
const QUOTA: u32 = 450;

/// What reading a node group comes to.
pub(super) fn see(cluster: &ClusterPlan, name: &str, at: At) -> Sight {
    let Some(index) = find(cluster, name) else {
        return Sight::Absent(format!("EKS has no node group {name} of cluster {}", cluster.name));
    };
    let pool = &cluster.pools[index];
    let (sizes, updating) = cluster.sizes(index, at);
    Sight::There(json!({
        "nodegroupName": name, "clusterName": cluster.name,
        "status": if updating { "UPDATING" } else { "ACTIVE" },
        "scalingConfig": {"minSize": sizes.min, "maxSize": sizes.max, "desiredSize": sizes.desired},
        "instanceTypes": [&*pool.instance_type],
        "capacityType": if pool.capacity == Capacity::Spot { "SPOT" } else { "ON_DEMAND" },
        "health": {"issues": []},
    }))
}

/// What a call does.
pub(super) fn on_node_group(cluster: &ClusterPlan, index: usize, call: &Call, at: At) -> Result<Act, Refused> {
    if call.action != "UpdateNodegroupConfig" {
        return Err(Refused::cannot(call));
    }
    let name = call.request.get("nodegroupName").and_then(Value::as_str).unwrap_or_default();
    let pool = find(cluster, name).ok_or_else(|| {
        Refused::new(404, "ResourceNotFoundException", format!("No node group found for name: {name}."))
    })?;
    let (sizes, updating) = cluster.sizes(pool, at);
    if updating {
        let words = format!("Nodegroup {name} is being updated; it must be ACTIVE.");
        return Err(Refused::new(409, "ResourceInUseException", words));
    }
    let size = |key: &str| {
        let said = call.request.get("scalingConfig").and_then(|config| config.get(key)).and_then(Value::as_u64);
        said.and_then(|n| u32::try_from(n).ok())
    };
    let (Some(min), Some(max), Some(desired)) = (size("minSize"), size("maxSize"), size("desiredSize")) else {
        return Err(Refused::cannot(call));
    };
    // One that is larger already, as in an estate for benches, may stay so.
    let most = QUOTA.max(sizes.max);
    if max > most || desired > most {
        return Err(Refused::beyond(most as usize, "nodes of a node group"));
    }
    Ok(Act::Pool(index, pool, Sizes { min, max, desired }))
}

fn find(cluster: &ClusterPlan, name: &str) -> Option<usize> {
    cluster.pools.iter().position(|pool| *pool.name == *name)
}
