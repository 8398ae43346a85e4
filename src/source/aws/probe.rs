//! What `quarterdeck check` tries of an account: its identity, then one call for each permission that the console needs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::costs::MICRO_USD_A_REQUEST;
use super::login::{Files, Login};
use super::proof::Proven;
use super::trouble::{self, Kind, Trouble};
use super::{aws_budgets_of, budgets, cloudwatch, clusters_of, databases_of, eks, global_region, http, rds, slos_of};
use crate::estate::{DeclaredAccount, DeclaredEstate};
use crate::source::outbox::Meter;

/// One row of `quarterdeck check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// What was tried, such as `rds:DescribeDBClusters in us-east-1`.
    pub what: String,
    /// What was found, or what is wrong and what to do about it.
    pub outcome: Result<String, String>,
}

impl Probed {
    fn new(what: impl Into<String>, outcome: Result<String, Trouble>) -> Self {
        Self { what: what.into(), outcome: outcome.map_err(|why| why.words) }
    }
}

/// Tries all that the console needs of an account. Cost Explorer is not asked, since each of its answers costs $0.01;
/// CloudWatch is, for $0.00001. With an identity that is not the configured one nothing is called but STS.
pub async fn probe(
    estate: &DeclaredEstate,
    account: &DeclaredAccount,
    now: Timestamp,
    files: Option<Files>,
) -> Vec<Probed> {
    let login = Login::new(account, files, http::shared());
    let (row, proven) = identity(&login, account).await;
    let mut rows = vec![row];
    let Some(proven) = proven else { return rows };
    let config = |region: &str| proven.config(region, Meter::default());
    for (region, clusters) in clusters_of(estate, account) {
        let named: BTreeMap<String, String> =
            clusters.iter().map(|c| (c.name.clone(), c.eks.clone().unwrap_or_else(|| c.name.clone()))).collect();
        let tried = eks::probe(&config(region), region, &named).await;
        rows.extend(tried.into_iter().map(|(what, outcome)| Probed::new(format!("{what} in {region}"), outcome)));
    }
    for (region, databases) in databases_of(estate, account) {
        let config = config(region);
        let tried = rds::probe(&config, region, &databases).await;
        rows.extend(tried.into_iter().map(|(what, outcome)| Probed::new(format!("{what} in {region}"), outcome)));
    }
    let measured: BTreeSet<&str> =
        databases_of(estate, account).into_keys().chain(slos_of(estate, account).into_keys()).collect();
    for region in measured {
        let metrics = cloudwatch::probe(&config(region), region, now).await;
        rows.push(Probed::new(format!("cloudwatch:GetMetricData in {region}"), metrics));
    }
    let global = global_region(account);
    for (name, budget) in aws_budgets_of(estate, account) {
        let outcome = budgets::probe(&config(&global), &global, &account.id, &budget).await.map_err(|mut why| {
            if why.kind == Kind::NotFound {
                why.words = format!("account {} has no AWS Budget {budget}: correct `budget`", account.id);
            }
            why
        });
        rows.push(Probed::new(format!("budgets:ViewBudget {name}"), outcome));
    }
    let price = MICRO_USD_A_REQUEST as f64 / 1e6;
    let untried = format!("not tried, since each answer costs ${price:.2}; the console asks three times a day at most");
    rows.push(Probed::new("ce:GetCostAndUsage", Ok(untried)));
    rows
}

async fn identity(login: &Login, account: &DeclaredAccount) -> (Probed, Option<Proven>) {
    let what = format!("identity of {}", account.name);
    let meter = Meter::default();
    let credentials = match login.resolve(&meter).await {
        Ok(credentials) => credentials,
        Err(why) => return (Probed::new(what, Err(with_command(why, login))), None),
    };
    let config = login.config(credentials.clone(), &meter).await;
    let answer = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
    match answer.map_err(|error| trouble::explain(&error, "sts:GetCallerIdentity", login.region())) {
        Err(why) => (Probed::new(what, Err(with_command(why, login))), None),
        Ok(answer) if answer.account.as_deref() == Some(&account.id) => {
            let arn = answer.arn.unwrap_or_else(|| account.id.clone());
            (Probed::new(what, Ok(arn)), Some(Proven::new(login.clone(), config, credentials, 0)))
        }
        Ok(answer) => {
            let said = answer.account.unwrap_or_else(|| "no account".to_owned());
            let words = format!("STS says {said}, configured is {}: correct `profile` or `id`", account.id);
            (Probed::new(what, Err(Trouble::new(Kind::Other, words))), None)
        }
    }
}

fn with_command(mut why: Trouble, login: &Login) -> Trouble {
    if why.kind == Kind::Expired {
        why.words = format!("{}; to log in: {}", why.words, login.command());
    }
    why
}
