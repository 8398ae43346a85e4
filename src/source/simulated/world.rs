//! The world: everything that the estate file names, with its habits. It has no state but what people did to it: whoever
//! asks says when.

use jiff::Timestamp;

use super::Scale;
use super::act::Acts;
use super::budget::BudgetPlan;
use super::chance::{grain, mix};
use super::course::{Course, Role};
use super::database::{self, DatabasePlan, Spec};
use super::innovate::{self, MANAGEMENT, NON_PRODUCTION, PRODUCTION};
use super::load;
use super::plan::{Budget, ClusterPlan, PoolPlan, places, workload};
use super::scenario::Scenario;
use super::slo::SloPlan;
use super::spice::Spice;
use super::tables::{self, Namespace};
use crate::estate::{Capacity, DeclaredCluster, DeclaredEstate};

/// A whole world: a pure function of its seed, its scenario and time.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) course: Course,
    pub(super) spice: Spice,
    pub(super) declared: DeclaredEstate,
    pub(super) clusters: Vec<ClusterPlan>,
    pub(super) databases: Vec<DatabasePlan>,
    pub(super) slos: Vec<SloPlan>,
    pub(super) budgets: Vec<BudgetPlan>,
    /// What people have done to it; nothing else of it ever changes.
    pub(super) acts: Acts,
}

impl World {
    /// The world of a seed, in which a scenario takes its course from `origin` on.
    pub fn new(seed: u64, scenario: Scenario, scale: Scale, origin: Timestamp) -> Self {
        let course = Course { scenario, origin: origin.as_second(), healed: None };
        let spice = Spice { hostile: scenario == Scenario::Hostile };
        let declared = innovate::declare(scale, spice, scenario == Scenario::BlindSpots);
        let clusters = match scale {
            Scale::Innovate => innovate_clusters(seed, course, spice, &declared),
            Scale::Load { pods, .. } => load::clusters(seed, course, &declared, pods),
        };
        let databases = databases(seed, course, &declared);
        let slos = slos(seed, course, &declared);
        let budgets = budgets(seed, course, spice, &declared);
        Self { seed, course, spice, declared, clusters, databases, slos, budgets, acts: Acts::default() }
    }

    /// Its estate file.
    pub fn estate(&self) -> &DeclaredEstate {
        &self.declared
    }

    /// What happens to it.
    pub fn scenario(&self) -> Scenario {
        self.course.scenario
    }

    /// The name of an account as this world's estate file has it.
    pub(super) fn named(&self, plain: &str) -> String {
        self.spice.name(plain)
    }
}

fn innovate_clusters(seed: u64, course: Course, spice: Spice, declared: &DeclaredEstate) -> Vec<ClusterPlan> {
    let tables = [tables::PRODUCTION, tables::STANDBY, tables::SHARED];
    // Seed 004: on-demand for what must not go, spot for the rest; sizes leave room below the largest.
    let pools = [
        [("on-demand", "m7g.large", 6, 3, 20), ("spot", "c7g.large", 3, 0, 10)],
        [("on-demand", "m7g.large", 4, 2, 20), ("spot", "c7g.large", 2, 0, 10)],
        [("on-demand", "m7g.large", 3, 1, 8), ("spot", "t4g.large", 2, 0, 6)],
    ];
    let versions = ["1.33", "1.33", "1.32"];
    let mut all = Vec::new();
    for (i, cluster) in declared.clusters.iter().enumerate() {
        let pools = pools[i].map(|(name, instance_type, size, min, max)| PoolPlan {
            name: spice.name(name).into(),
            capacity: if name == "spot" { Capacity::Spot } else { Capacity::OnDemand },
            instance_type: instance_type.into(),
            arch: "arm64".into(),
            size,
            min,
            max,
        });
        let mut plan = bare_cluster(seed, course, declared, cluster, versions[i], pools.into());
        plan.workloads =
            tables[i].iter().flat_map(|namespace| workloads(seed, i, spice, course.scenario, *namespace)).collect();
        all.push(plan);
    }
    all
}

fn workloads(
    seed: u64,
    cluster: usize,
    spice: Spice,
    scenario: Scenario,
    (namespace, habit, rows): Namespace,
) -> Vec<super::plan::WorkloadPlan> {
    let shared: std::sync::Arc<str> = spice.name(namespace).into();
    let build = |row: &super::plan::Row| {
        let mut plan =
            workload(seed, &format!("cluster-{cluster}"), shared.clone(), &spice.name(row.name), *row, habit);
        plan.fragile = cluster == 0 && namespace == "shop" && row.name == "cart";
        let serves = matches!(namespace, "shop" | "payments" | "identity") && row.base > 1;
        plan.budget = serves.then_some(Budget::MaxUnavailable(1));
        if scenario == Scenario::Headwind && cluster == 0 && row.name == "ledger" {
            // As many as there are: the classic budget that lets nothing go.
            plan.budget = Some(Budget::MinAvailable(u32::try_from(row.base).unwrap_or(u32::MAX)));
        }
        plan.scratch = row.name == "media";
        plan
    };
    rows.iter().map(build).collect()
}

/// A cluster without workloads.
pub(super) fn bare_cluster(
    seed: u64,
    course: Course,
    declared: &DeclaredEstate,
    cluster: &DeclaredCluster,
    version: &'static str,
    pools: Vec<PoolPlan>,
) -> ClusterPlan {
    let account = cluster.account.clone().unwrap_or_default();
    let region = cluster.region.clone().unwrap_or_default();
    ClusterPlan {
        name: cluster.name.clone(),
        account_id: declared.account(&account).map(|a| a.id.clone()).unwrap_or_default(),
        account,
        version,
        grain: grain(seed, &cluster.name),
        course,
        places: places(&region, seed, &cluster.name, &pools),
        region,
        pools,
        workloads: Vec::new(),
        cordons: Vec::new(),
        resizes: Vec::new(),
        acted: 0,
    }
}

fn databases(seed: u64, course: Course, declared: &DeclaredEstate) -> Vec<DatabasePlan> {
    let specs = [
        Spec { members: 2, acu: Some((0.5, 16.0)), connections: 330.0, cpu: 30.0, fragile: true },
        Spec { members: 2, acu: None, connections: 260.0, cpu: 21.0, fragile: false },
        Spec { members: 1, acu: Some((0.5, 4.0)), connections: 24.0, cpu: 12.0, fragile: false },
    ];
    let plan = |(d, spec): (&crate::estate::DeclaredDatabase, Spec)| {
        let id = declared.account(&d.account).map(|a| a.id.clone()).unwrap_or_default();
        database::plan(seed, course, d, &id, spec)
    };
    declared.databases.iter().zip(specs).map(plan).collect()
}

fn slos(seed: u64, course: Course, declared: &DeclaredEstate) -> Vec<SloPlan> {
    // Events a second, and how fast the budget burns on a quiet day.
    let habits = [
        (Role::Checkout, 83.0, 0.22),
        (Role::CheckoutLatency, 83.0, 0.31),
        (Role::Other, 140.0, 0.45),
        (Role::Payments, 22.0, 0.14),
        (Role::Other, 31.0, 0.05),
        (Role::Delivery, 0.24, 0.35),
        (Role::Reports, 0.02, 0.3),
        (Role::Exports, 6.0, 0.2),
        (Role::Webhooks, 11.0, 0.25),
        (Role::Refunds, 4.0, 0.2),
    ];
    declared
        .slos
        .iter()
        .zip(habits)
        .map(|(slo, (role, per_second, burn))| SloPlan::new(seed, course, slo, role, per_second, burn))
        .collect()
}

fn budgets(seed: u64, course: Course, spice: Spice, declared: &DeclaredEstate) -> Vec<BudgetPlan> {
    const COMPUTE: &str = "Amazon Elastic Compute Cloud - Compute";
    const EKS: &str = "Amazon Elastic Container Service for Kubernetes";
    let plan = |account: &str, limit_usd: f64, thresholds, month_share, overrun, services: &[(&str, f64)]| {
        let named = spice.name(account);
        let name = declared.budgets.iter().find(|b| b.account == named).map(|b| b.name.clone()).unwrap_or_default();
        BudgetPlan {
            name,
            account: named,
            limit_usd,
            thresholds,
            month_share,
            overrun,
            services: services.iter().map(|&(s, share)| (spice.name(s), share)).collect(),
            grain: mix(grain(seed, account), 7),
            course,
        }
    };
    vec![
        plan(
            PRODUCTION,
            3_000.0,
            &[50.0, 80.0, 100.0, 110.0],
            0.77,
            Some((None, 1.046)),
            &[
                (COMPUTE, 0.41),
                ("Amazon Relational Database Service", 0.29),
                ("Amazon Virtual Private Cloud", 0.09),
                (EKS, 0.08),
                ("Amazon Elastic Load Balancing", 0.06),
                ("AmazonCloudWatch", 0.04),
                ("Amazon Simple Storage Service", 0.03),
            ],
        ),
        plan(
            NON_PRODUCTION,
            500.0,
            &[80.0, 100.0],
            0.71,
            Some((Some(1.08), 1.31)),
            &[
                (COMPUTE, 0.46),
                (EKS, 0.21),
                ("Amazon Relational Database Service", 0.19),
                ("Amazon Virtual Private Cloud", 0.09),
                ("Amazon EC2 Container Registry (ECR)", 0.05),
            ],
        ),
        plan(
            MANAGEMENT,
            200.0,
            &[50.0, 80.0, 100.0, 120.0],
            0.58,
            None,
            &[
                ("AWS CloudTrail", 0.38),
                ("AWS Config", 0.31),
                ("Amazon Simple Storage Service", 0.21),
                ("AWS Key Management Service", 0.10),
            ],
        ),
    ]
}
