//! What runs in Innovate Inc.'s clusters, as tables: the services of the seeds and the platform under them.

use super::plan::{Habit, Row};
use crate::estate::WorkloadKind::{self, DaemonSet, Deployment, StatefulSet};

/// One namespace: its name, how often its workloads are rolled out, and the workloads.
pub(super) type Namespace = (&'static str, Habit, &'static [Row]);

const fn row(name: &'static str, kind: WorkloadKind, base: usize, extra: usize, tolerant: bool) -> Row {
    Row { name, kind, base, extra, tolerant }
}

/// A deployment with so many replicas at night and so many more by day.
const fn service(name: &'static str, base: usize, extra: usize) -> Row {
    row(name, Deployment, base, extra, false)
}

/// A deployment that may run on spot nodes.
const fn worker(name: &'static str, base: usize, extra: usize) -> Row {
    row(name, Deployment, base, extra, true)
}

const fn stateful(name: &'static str, base: usize) -> Row {
    row(name, StatefulSet, base, 0, false)
}

const fn daemon(name: &'static str) -> Row {
    row(name, DaemonSet, 0, 0, true)
}

/// Production: customers are served from here.
pub(super) const PRODUCTION: &[Namespace] = &[
    (
        "shop",
        Habit::Product,
        &[
            service("web", 6, 5),
            service("api", 8, 7),
            service("cart", 6, 3),
            service("checkout", 6, 5),
            service("search", 5, 4),
            service("catalog", 4, 2),
            service("pricing", 4, 0),
            service("inventory", 4, 0),
            service("orders", 4, 2),
            service("reviews", 3, 0),
            worker("recommendations", 4, 2),
            worker("media", 3, 2),
            worker("celery-default", 6, 5),
            worker("celery-mail", 3, 1),
        ],
    ),
    (
        "payments",
        Habit::Product,
        &[
            service("payments-api", 6, 3),
            service("ledger", 4, 0),
            service("fraud", 3, 1),
            service("webhooks", 3, 0),
            worker("settlement", 2, 0),
        ],
    ),
    ("identity", Habit::Product, &[service("login", 5, 3), service("sessions", 4, 0), service("tokens", 3, 0)]),
    PLATFORM[0],
    PLATFORM[1],
    PLATFORM[2],
    PLATFORM[3],
    PLATFORM[4],
];

/// The second region: warm, ready to be scaled up in a disaster.
pub(super) const STANDBY: &[Namespace] = &[
    (
        "shop",
        Habit::Product,
        &[
            service("web", 3, 0),
            service("api", 4, 0),
            service("cart", 3, 0),
            service("checkout", 3, 0),
            service("search", 3, 0),
            service("catalog", 2, 0),
            service("pricing", 2, 0),
            service("inventory", 2, 0),
            service("orders", 2, 0),
            service("reviews", 2, 0),
            worker("recommendations", 2, 0),
            worker("celery-default", 2, 0),
        ],
    ),
    (
        "payments",
        Habit::Product,
        &[service("payments-api", 3, 0), service("ledger", 2, 0), service("fraud", 2, 0), service("webhooks", 2, 0)],
    ),
    ("identity", Habit::Product, &[service("login", 3, 0), service("sessions", 2, 0), service("tokens", 2, 0)]),
    PLATFORM[0],
    PLATFORM[1],
    PLATFORM[2],
    PLATFORM[3],
    PLATFORM[4],
];

/// Development, staging and QA share a cluster.
pub(super) const SHARED: &[Namespace] = &[
    (
        "staging",
        Habit::Product,
        &[
            service("web", 2, 1),
            service("api", 2, 1),
            service("cart", 2, 0),
            service("checkout", 2, 0),
            service("search", 2, 0),
            service("payments-api", 2, 0),
            service("login", 2, 0),
            worker("celery-default", 2, 0),
        ],
    ),
    (
        "dev",
        Habit::Product,
        &[
            worker("web", 1, 0),
            worker("api", 1, 0),
            worker("cart", 1, 0),
            worker("checkout", 1, 0),
            worker("search", 1, 0),
            worker("celery-default", 1, 0),
            stateful("postgresql", 1),
        ],
    ),
    ("qa", Habit::Product, &[worker("web", 1, 0), worker("api", 1, 0), worker("zap", 1, 0), stateful("postgresql", 1)]),
    ("ci", Habit::Platform, &[worker("github-runners", 2, 6)]),
    PLATFORM[0],
    PLATFORM[1],
    PLATFORM[2],
    PLATFORM[3],
    PLATFORM[4],
];

/// What every cluster needs.
const PLATFORM: [Namespace; 5] = [
    (
        "kube-system",
        Habit::Platform,
        &[
            service("coredns", 3, 0),
            service("metrics-server", 2, 0),
            service("aws-load-balancer-controller", 2, 0),
            service("cluster-autoscaler", 1, 0),
            service("ebs-csi-controller", 2, 0),
            daemon("aws-node"),
            daemon("kube-proxy"),
            daemon("ebs-csi-node"),
            daemon("eks-pod-identity-agent"),
        ],
    ),
    (
        "argocd",
        Habit::Platform,
        &[
            service("argocd-server", 2, 0),
            service("argocd-repo-server", 2, 0),
            service("argocd-applicationset", 1, 0),
            service("argocd-redis", 1, 0),
            stateful("argocd-application-controller", 1),
        ],
    ),
    (
        "monitoring",
        Habit::Platform,
        &[
            stateful("prometheus", 2),
            stateful("alertmanager", 3),
            service("grafana", 2, 0),
            service("kube-state-metrics", 1, 0),
            daemon("node-exporter"),
            daemon("fluent-bit"),
        ],
    ),
    (
        "external-secrets",
        Habit::Platform,
        &[
            service("external-secrets", 2, 0),
            service("external-secrets-webhook", 2, 0),
            service("cert-controller", 1, 0),
        ],
    ),
    (
        "kyverno",
        Habit::Platform,
        &[
            service("admission-controller", 3, 0),
            service("background-controller", 1, 0),
            service("keda-operator", 1, 0),
        ],
    ),
];
