//! Where numbers come from: the metrics, queries and calls that tell them.

use crate::estate::{Counted, EntryRef, Estate, Metric, ServiceSignals, Sli};
use crate::judge::Subject;

/// A line for each thing that is asked, as the service calls it.
pub(super) fn of(estate: &Estate, about: &Subject) -> Vec<String> {
    match about {
        Subject::Workload(cluster, _) | Subject::Pods(cluster, ..) => kubernetes(cluster),
        Subject::Source(_) => Vec::new(),
        Subject::Entry(EntryRef::Account(_)) => vec!["STS GetCallerIdentity".to_owned()],
        Subject::Entry(EntryRef::Costs(_)) => vec!["Cost Explorer GetCostAndUsage, by service".to_owned()],
        Subject::Entry(EntryRef::Cluster(name)) => {
            let eks = estate.cluster(name).and_then(|c| c.declared.eks.as_deref());
            let mut lines = kubernetes(name);
            lines.extend(eks.map(|eks| format!("EKS DescribeCluster, DescribeNodegroup, DescribeAddon of {eks}")));
            lines
        }
        Subject::Entry(EntryRef::Database(name)) => estate.database(name).map_or_else(Vec::new, |d| {
            let (declared, writer) = (&d.declared, d.writer().map_or("the writer", |m| m.name.as_str()));
            vec![
                format!("RDS DescribeDBClusters, DescribeDBInstances of {}", declared.cluster),
                format!(
                    "CloudWatch AWS/RDS CPUUtilization, DatabaseConnections, FreeableMemory, 60 s, \
                     DBInstanceIdentifier={writer}"
                ),
                "CloudWatch AWS/RDS AuroraReplicaLag, 60 s, of each reader".to_owned(),
            ]
        }),
        Subject::Entry(EntryRef::Budget(name)) => estate.budget(name).map_or_else(Vec::new, |b| {
            vec![match &b.declared.budget {
                Some(id) => format!("AWS Budgets DescribeBudgets {id}"),
                None => format!("Cost Explorer GetCostAndUsage of {}", b.declared.account),
            }]
        }),
        Subject::Entry(EntryRef::Service(name)) => {
            let signals = estate.service(name).and_then(|s| s.declared.signals.as_ref());
            match signals {
                None => Vec::new(),
                Some(ServiceSignals::LoadBalancer(id)) => vec![format!(
                    "CloudWatch AWS/ApplicationELB TargetResponseTime p99, RequestCount, HTTPCode_Target_5XX_Count, \
                     HTTPCode_Target_4XX_Count, 60 s, LoadBalancer={id}"
                )],
                Some(ServiceSignals::Prometheus { url, queries }) => {
                    let each = queries.iter().map(|(signal, query)| format!("{signal}: {query}"));
                    std::iter::once(format!("Prometheus {url}")).chain(each).collect()
                }
            }
        }
        Subject::Entry(EntryRef::Slo(name)) => {
            estate.slo(name).map_or_else(Vec::new, |slo| indicator(&slo.declared.sli))
        }
    }
}

fn kubernetes(cluster: &str) -> Vec<String> {
    vec![format!("Kubernetes {cluster}: nodes, deployments, stateful sets, daemon sets and pods, watched")]
}

fn indicator(sli: &Sli) -> Vec<String> {
    let events = |counted: Counted| if counted == Counted::Bad { "bad" } else { "good" };
    match sli {
        Sli::CloudWatchCounts { account, region, counted, events: count, total } => vec![
            format!("CloudWatch {account} {region}"),
            format!("{}: {}", events(*counted), metric(count)),
            format!("total: {}", metric(total)),
        ],
        Sli::CloudWatchGoodPercent { account, region, good_percent, total } => vec![
            format!("CloudWatch {account} {region}"),
            format!("good %: {}, weighted by the total of each period", metric(good_percent)),
            format!("total: {}", metric(total)),
        ],
        Sli::Prometheus { url, counted, events: query, total } => {
            vec![format!("Prometheus {url}"), format!("{}: {query}", events(*counted)), format!("total: {total}")]
        }
        Sli::Rollouts { cluster, namespaces } => {
            let place = if namespaces.is_empty() { String::new() } else { format!(" in {}", namespaces.join(", ")) };
            vec![format!("Kubernetes {cluster}: finished rollouts{place}")]
        }
    }
}

fn metric(metric: &Metric) -> String {
    let dimensions: Vec<String> = metric.dimensions.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let stat = metric.stat.as_deref().unwrap_or("Sum");
    format!("{} {} {stat}, 60 s {}", metric.namespace, metric.metric, dimensions.join(" ")).trim_end().to_owned()
}
