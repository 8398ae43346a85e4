//! The AWS sources against the servers of the bed: ministack (STS, EKS, RDS, CloudWatch) and moto (Budgets, Cost Explorer).
#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use quarterdeck::estate::{
    AccountState, CostFacts, DeclaredAccount, DeclaredBudget, DeclaredCluster, DeclaredDatabase, DeclaredEstate,
    Estate, GlobalRole, IdentityState, MemberRole, Observation, SourceName, SourceRecord, SourceState,
};
use quarterdeck::source::access::Access;
use quarterdeck::source::aws::{self, AwsWiring, Files};
use quarterdeck::source::{Clock, Outbox, Source};
use tokio::sync::{mpsc, watch};

fn bed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run tests/run, or source the environment of tests/bed/up"))
}

fn account(name: &str, id: &str, profile: Option<&str>) -> DeclaredAccount {
    DeclaredAccount {
        name: name.into(),
        id: id.into(),
        environment: "production".into(),
        regions: vec!["us-east-1".into(), "us-west-2".into()],
        profile: profile.map(str::to_owned),
        role_arn: None,
        operate_role_arn: None,
        guarded: true,
    }
}

fn cluster(name: &str, account: &str, eks: &str) -> DeclaredCluster {
    DeclaredCluster {
        name: name.into(),
        account: Some(account.into()),
        region: Some("us-east-1".into()),
        eks: Some(eks.into()),
        context: None,
        kubeconfig: None,
        namespaces: vec![],
    }
}

fn database(name: &str, account: &str, cluster: &str, global: Option<&str>) -> DeclaredDatabase {
    DeclaredDatabase {
        name: name.into(),
        account: account.into(),
        region: "us-east-1".into(),
        cluster: cluster.into(),
        global: global.map(str::to_owned),
        max_connections: None,
    }
}

fn budget(name: &str, account: &str, budget: Option<&str>, limit_usd: Option<f64>) -> DeclaredBudget {
    DeclaredBudget {
        name: name.into(),
        account: account.into(),
        budget: budget.map(str::to_owned),
        limit_usd,
        thresholds: None,
    }
}

/// The bed's estate, under one account.
fn estate_of(account: DeclaredAccount) -> DeclaredEstate {
    let name = account.name.clone();
    DeclaredEstate {
        name: "bed".into(),
        clusters: vec![cluster("prod-use1", &name, "prod"), cluster("typo", &name, "prdo")],
        databases: vec![
            database("orders", &name, "orders-use1", Some("orders-global")),
            database("missing", &name, "orders-use2", Some("orders-globe")),
        ],
        budgets: vec![
            budget("month", &name, Some("innovate-production"), None),
            budget("missing", &name, Some("innovate-prod"), None),
            budget("by costs", &name, None, Some(2_500.0)),
        ],
        accounts: vec![account],
        ..DeclaredEstate::default()
    }
}

/// Sources at work, and the estate as they tell it.
struct Watch {
    estate: Estate,
    told: mpsc::Receiver<Observation>,
    access: BTreeMap<String, watch::Receiver<Access>>,
    _may_spend: watch::Sender<bool>,
}

impl Watch {
    fn over(declared: &DeclaredEstate, wiring: AwsWiring) -> Self {
        Self::over_at(declared, wiring, Clock::System)
    }

    fn over_at(declared: &DeclaredEstate, wiring: AwsWiring, clock: Clock) -> Self {
        let mut estate = Estate::new(declared.clone());
        let (tell, told) = mpsc::channel(64);
        let (may_spend, spend) = watch::channel(true);
        for source in wiring.sources {
            estate.register(source.key(), source.feeds());
            let out = Outbox::new(source.key(), clock, tell.clone(), spend.clone());
            tokio::spawn(source.run(out));
        }
        Self { estate, told, access: wiring.access, _may_spend: may_spend }
    }

    fn of(declared: &DeclaredEstate) -> Self {
        Self::over(declared, aws::sources(declared, aws::Before::default()))
    }

    fn source(&self, name: SourceName) -> &SourceRecord {
        self.estate.sources().iter().find(|s| s.key.name == name).expect("the source is wired")
    }

    async fn until(&mut self, what: &str, within: Duration, holds: impl Fn(&Self) -> bool) {
        let told = async {
            while !holds(self) {
                let observation = self.told.recv().await.expect("sources never end");
                self.estate.apply(observation);
            }
        };
        let in_time = tokio::time::timeout(within, told).await.is_ok();
        assert!(in_time, "{what}: not within {within:?}\n{:#?}", self.estate.sources());
    }

    async fn until_all_answered(&mut self) {
        self.until("every source answers", Duration::from_secs(20), |w| w.estate.sources().iter().all(|s| s.answered))
            .await;
    }
}

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

/// The status with which the bed's API server answers a bearer of this token.
fn asked_with(token: &str) -> String {
    let url = format!("{}/api/v1/nodes?limit=1", bed("QUARTERDECK_BED_KUBERNETES"));
    let bearer = format!("Authorization: Bearer {token}");
    let ca = bed("QUARTERDECK_BED_CA");
    let answer = std::process::Command::new("curl")
        .args([
            "-sS",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--max-time",
            "10",
            "--cacert",
            &ca,
            "-H",
            &bearer,
            &url,
        ])
        .output()
        .expect("curl is there: install it, e.g. apt-get install curl");
    String::from_utf8(answer.stdout).unwrap()
}

#[tokio::test]
async fn the_estate_of_the_bed_comes_in() {
    let id = bed("QUARTERDECK_BED_ACCOUNT");
    let declared = estate_of(account("production", &id, Some("bed")));
    let mut watch = Watch::of(&declared);
    watch.until_all_answered().await;
    watch
        .until("CloudWatch answers", Duration::from_secs(10), |w| w.source(SourceName::CloudWatch).as_of.is_some())
        .await;

    let identity = &watch.estate.accounts()[0].identity.as_ref().unwrap().value;
    assert_eq!(identity.state, IdentityState::Verified);
    assert_eq!(identity.account_id.as_ref(), Some(&id));
    for record in watch.estate.sources() {
        assert_eq!(record.state, SourceState::Live, "{record:?}");
        assert!(record.calls > 0, "{record:?}");
    }

    let plane = watch.estate.cluster("prod-use1").unwrap().control().unwrap();
    assert_eq!((plane.status.as_str(), plane.version.as_deref()), ("ACTIVE", Some("1.36")));
    assert_eq!(plane.endpoint.url.as_deref(), Some(bed("QUARTERDECK_BED_KUBERNETES").as_str()));
    assert!(plane.endpoint.public && plane.endpoint.private && plane.secrets_encrypted);
    assert_eq!(plane.endpoint.public_cidrs, ["203.0.113.0/24"]);
    assert_eq!(plane.logging, ["api", "audit"]);
    assert_eq!(plane.addons.as_ref().unwrap().len(), 3);
    let groups = plane.nodegroups.as_ref().unwrap();
    let sizes: Vec<_> = groups.iter().map(|g| (g.name.as_str(), g.min, g.max, g.desired)).collect();
    assert_eq!(sizes, [("on-demand", Some(1), Some(3), Some(3)), ("spot", Some(0), Some(10), Some(3))]);
    assert!(watch.estate.cluster("typo").unwrap().control().is_none());
    let note = watch.source(SourceName::Eks).error.clone().unwrap();
    assert!(note.contains("prdo") && note.contains("did you mean prod?"), "{note}");

    let orders = watch.estate.database("orders").unwrap();
    let facts = orders.described().unwrap();
    assert_eq!((facts.status.as_str(), facts.engine.as_str()), ("available", "aurora-postgresql"));
    assert_eq!((facts.acu_min, facts.acu_max), (Some(0.5), Some(16.0)));
    let members: Vec<_> = facts.members.iter().map(|m| (m.name.as_str(), m.role, m.az.as_deref())).collect();
    assert_eq!(
        members,
        [("orders-1", MemberRole::Writer, Some("us-east-1a")), ("orders-2", MemberRole::Reader, Some("us-east-1b"))]
    );
    let global = orders.described_global().unwrap();
    let regions: Vec<_> = global.members.iter().map(|m| (m.region.as_str(), m.role)).collect();
    assert_eq!(regions, [("us-east-1", GlobalRole::Primary), ("us-west-2", GlobalRole::Secondary)]);
    let note = watch.source(SourceName::Rds).error.clone().unwrap();
    assert!(note.contains("did you mean orders-use1?") && note.contains("orders-globe"), "{note}");

    let writer = orders.numbers_of("orders-1").unwrap();
    let reader = orders.numbers_of("orders-2").unwrap();
    assert!((30.0..50.0).contains(&writer.cpu_percent.unwrap().value));
    assert!((280.0..340.0).contains(&writer.connections.unwrap().value));
    assert!((13.0e9..17.0e9).contains(&writer.freeable_memory_bytes.unwrap().value));
    assert!(writer.acu.is_some() && writer.replica_lag_ms.is_none());
    assert!((17.0..27.0).contains(&reader.replica_lag_ms.unwrap().value));
    let lag = orders.lags.as_ref().unwrap().value["us-west-2"];
    assert!((570.0..710.0).contains(&lag.value));
    // 4 numbers of the writer, 5 of the reader, 2 of the lag, at $0.00001 each.
    assert_close(watch.source(SourceName::CloudWatch).cost_usd, 11.0 * 1e-5);

    let month = watch.estate.budgets()[0].described().unwrap();
    assert_eq!((month.limit_usd, month.actual_usd, month.forecast_usd), (Some(3_000.0), Some(2_450.0), Some(3_210.0)));
    assert_eq!(month.thresholds_percent, [50.0, 80.0, 100.0, 110.0]);
    assert!(watch.estate.budgets()[1].described().is_none());
    assert!(watch.source(SourceName::Budgets).error.as_ref().unwrap().contains("innovate-prod"));

    let costs = &watch.estate.accounts()[0].costs.as_ref().unwrap().value;
    assert_close(costs.month_to_date_usd, 2_450.0);
    assert_eq!(costs.by_service[0].service, "Amazon Relational Database Service");
    assert_eq!(costs.asked.len(), 1);
    assert_close(watch.source(SourceName::CostExplorer).cost_usd, 0.01);
    let own = watch.estate.budgets()[2].described().unwrap();
    assert_eq!((own.limit_usd, own.forecast_usd), (Some(2_500.0), None));
    assert_close(own.actual_usd.unwrap(), 2_450.0);

    let access = watch.access["prod-use1"].borrow().clone();
    let Access::Endpoint(endpoint) = access else { panic!("the way into prod-use1 is known") };
    assert_eq!(endpoint.url, bed("QUARTERDECK_BED_KUBERNETES"));
    assert_eq!(endpoint.ca_pem.unwrap(), std::fs::read(bed("QUARTERDECK_BED_CA")).unwrap());
    let token = endpoint.tokens.token().await.unwrap();
    assert_eq!(asked_with(&token), "200", "the API server takes the token");
    assert_eq!(asked_with(&format!("{}AAAA", &token[..token.len() - 4])), "401", "and no other");
    assert!(matches!(*watch.access["typo"].borrow(), Access::Unknown(_)));
}

#[tokio::test]
async fn a_profile_is_used_alone_and_the_default_chain_only_without_one() {
    let (id, other) = (bed("QUARTERDECK_BED_ACCOUNT"), bed("QUARTERDECK_BED_OTHER_ACCOUNT"));
    assert_eq!(bed("AWS_ACCESS_KEY_ID"), id, "the bed's stray variables name the first account");
    let declared = DeclaredEstate {
        accounts: vec![account("by profile", &other, Some("bed-other")), account("by variables", &id, None)],
        ..DeclaredEstate::default()
    };
    let mut watch = Watch::of(&declared);
    watch
        .until("both verified", Duration::from_secs(15), |w| w.estate.accounts().iter().all(AccountState::verified))
        .await;
}

#[tokio::test]
async fn credentials_of_another_account_are_refused() {
    let id = bed("QUARTERDECK_BED_ACCOUNT");
    let declared = estate_of(account("production", &id, Some("bed-other")));
    let mut watch = Watch::of(&declared);
    watch.until_all_answered().await;
    watch
        .until("all refused", Duration::from_secs(5), |w| {
            w.estate.sources().iter().all(|s| s.state == SourceState::Refused)
        })
        .await;
    assert_eq!(watch.estate.accounts()[0].identity_state(), Some(IdentityState::Mismatch));
    for record in watch.estate.sources() {
        let asked = u64::from(record.key.name == SourceName::Sts);
        assert_eq!(record.calls, asked, "{record:?}");
        assert!(record.error.as_ref().unwrap().contains(&bed("QUARTERDECK_BED_OTHER_ACCOUNT")), "{record:?}");
    }
    assert!(matches!(*watch.access["prod-use1"].borrow(), Access::Refused(_)));
    assert!(watch.estate.cluster("prod-use1").unwrap().control().is_none());
}

fn write_key(folder: &Path, key: &str) {
    let text = format!("[late]\naws_access_key_id = {key}\naws_secret_access_key = test\n");
    std::fs::write(folder.join("credentials"), text).unwrap();
}

#[tokio::test]
async fn a_new_login_resumes_by_itself_and_a_wrong_one_is_refused() {
    let (id, other) = (bed("QUARTERDECK_BED_ACCOUNT"), bed("QUARTERDECK_BED_OTHER_ACCOUNT"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config"), "[profile late]\nregion = us-east-1\n").unwrap();
    std::fs::write(folder.path().join("credentials"), "").unwrap();
    let files = Files { config: folder.path().join("config"), credentials: folder.path().join("credentials") };
    let declared = estate_of(account("production", &id, Some("late")));
    let mut watch = Watch::over(&declared, aws::sources_with_files(&declared, aws::Before::default(), &files));
    watch.until_all_answered().await;
    for record in watch.estate.sources() {
        assert_eq!((record.state, record.calls), (SourceState::Paused, 0), "{record:?}");
        assert!(record.error.as_ref().unwrap().contains("aws configure --profile late"), "{record:?}");
    }
    assert_eq!(watch.estate.accounts()[0].identity_state(), Some(IdentityState::Expired));

    write_key(folder.path(), &id);
    watch
        .until("all live", Duration::from_secs(30), |w| w.estate.sources().iter().all(|s| s.state == SourceState::Live))
        .await;
    assert!(watch.estate.cluster("prod-use1").unwrap().control().is_some());

    write_key(folder.path(), &other);
    watch
        .until("all refused", Duration::from_secs(30), |w| {
            w.estate.sources().iter().all(|s| s.state == SourceState::Refused)
        })
        .await;
    assert!(watch.estate.cluster("prod-use1").unwrap().control().is_none());
    assert!(watch.estate.database("orders").unwrap().described().is_none());
    assert!(watch.estate.accounts()[0].costs.is_none());
}

#[tokio::test]
async fn remembered_costs_are_told_again_without_a_call() {
    let id = bed("QUARTERDECK_BED_ACCOUNT");
    let declared = estate_of(account("production", &id, Some("bed")));
    // Costs are those of the month that runs, whatever day it is.
    let clock = Clock::paced("2026-11-21T06:00:00Z".parse().unwrap(), 1.0);
    let as_of = clock.now() - jiff::SignedDuration::from_mins(3);
    let facts = CostFacts { month_to_date_usd: 12.5, by_service: vec![], asked: vec![as_of] };
    let remembered = BTreeMap::from([("production".to_owned(), (facts.clone(), as_of))]);
    let wiring = aws::sources(&declared, aws::Before { costs: remembered, ..aws::Before::default() });
    let mut watch = Watch::over_at(&declared, wiring, clock);
    watch.until("costs are known", Duration::from_secs(15), |w| w.estate.accounts()[0].costs.is_some()).await;
    let record = watch.source(SourceName::CostExplorer);
    assert_eq!((record.state, record.as_of, record.calls), (SourceState::Live, Some(as_of), 0));
    assert_eq!(watch.estate.accounts()[0].costs.as_ref().unwrap().value, facts);
}

#[tokio::test]
async fn check_says_row_by_row_what_works() {
    let (id, other) = (bed("QUARTERDECK_BED_ACCOUNT"), bed("QUARTERDECK_BED_OTHER_ACCOUNT"));
    let declared = estate_of(account("production", &id, Some("bed")));
    let rows = aws::probe(&declared, &declared.accounts[0], Timestamp::now(), None).await;
    let of = |what: &str| {
        &rows.iter().find(|r| r.what.starts_with(what)).unwrap_or_else(|| panic!("{what}: {rows:#?}")).outcome
    };
    assert!(of("identity of production").is_ok());
    assert_eq!(of("eks:DescribeCluster prod-use1"), &Ok("prod is ACTIVE".to_owned()));
    assert!(of("eks:DescribeCluster typo").is_err());
    assert!(of("rds:DescribeDBClusters").as_ref().unwrap_err().contains("did you mean orders-use1?"));
    assert!(of("cloudwatch:GetMetricData").is_ok(), "{rows:#?}");
    assert!(of("budgets:ViewBudget month").is_ok());
    assert!(of("budgets:ViewBudget missing").is_err());
    assert!(of("ce:GetCostAndUsage").as_ref().unwrap().contains("not tried"));

    let stranger = account("production", &other, Some("bed"));
    let rows = aws::probe(&declared, &stranger, Timestamp::now(), None).await;
    assert_eq!(rows.len(), 1);
    assert!(rows[0].outcome.as_ref().unwrap_err().contains(&id));
}
