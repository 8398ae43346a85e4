//! Autoscalers on the pages: who holds a workload, and what can be done about it.

use super::fixture::{Set, ago, calm, facts, key};
use super::{drawn, text};
use crate::console::desk::offers;
use crate::console::dialog::{Dialog, Form};
use crate::console::view::{Spot, View};
use crate::estate::{
    Autoscaler, Batch, Condition, Coverage, EntryRef, Fact, Hindrance, Kind, Name, Owner, SourceName, WorkloadKey,
    WorkloadKind,
};

const CLUSTER: &str = "prod-use1";

fn autoscaler(hindrance: Option<(Condition, &str, &str)>) -> Autoscaler {
    Autoscaler {
        name: Name::new("shop", "web-by-cpu"),
        uid: "uid-web-by-cpu".into(),
        scales: Owner::Workload(WorkloadKind::Deployment, "web".into()),
        min: 3,
        max: 12,
        current: 12,
        desired: 12,
        hindrances: hindrance
            .map(|(condition, reason, message)| Hindrance { condition, reason: reason.into(), message: message.into() })
            .into_iter()
            .collect(),
        created: Some(ago(600)),
    }
}

/// The calm estate, whose API server tells of autoscalers.
fn told(autoscalers: Vec<Autoscaler>, coverage: Coverage) -> Set {
    let told = vec![
        Fact::Autoscalers(CLUSTER.to_owned(), Batch::Snapshot(autoscalers)),
        Fact::Coverage(CLUSTER.to_owned(), Kind::Autoscalers, coverage),
    ];
    calm().told([facts(&key(SourceName::Kubernetes, CLUSTER), 0, told)])
}

fn workload(name: &str) -> Spot {
    let name = Name::new("shop", name);
    Spot::Workload(CLUSTER.to_owned(), WorkloadKey { kind: WorkloadKind::Deployment, name })
}

fn page(set: &Set, spot: Spot, section: usize) -> String {
    text(&drawn(set, &View { trail: vec![spot], section, ..View::new((120, 40)) }))
}

fn names(set: &Set, spot: &Spot) -> Vec<String> {
    let offered = offers(&set.scene(), spot).into_iter();
    offered.filter(|o| o.operation.name == "autoscaler.bounds").map(|o| o.target.id).collect()
}

#[test]
fn the_page_of_a_workload_says_who_holds_it() {
    let limited = (Condition::Limited, "TooManyReplicas", "");
    let set = told(vec![autoscaler(Some(limited))], Coverage::Complete);
    let web = page(&set, workload("web"), 0);
    assert!(web.contains("held by"), "{web}");
    assert!(web.contains("autoscaler web-by-cpu: 3–12, now 12"), "{web}");
    assert!(web.contains("would choose more than its upper bound"), "{web}");
    assert!(!page(&set, workload("cart"), 0).contains("held by"));
    let forbidden = told(Vec::new(), Coverage::Forbidden("no right to list them".into()));
    let web = page(&forbidden, workload("web"), 0);
    assert!(web.contains("autoscalers may not be read: no right to list them"), "{web}");
    let unread = page(&told(Vec::new(), Coverage::Unknown), workload("web"), 0);
    assert!(unread.contains("held by") && unread.contains("not known yet: autoscalers have not been read"), "{unread}");
}

#[test]
fn a_cluster_lists_its_autoscalers_the_failing_ones_first() {
    let failing = (Condition::Inactive, "FailedGetResourceMetric", "no metrics are known");
    let fine = Autoscaler { name: Name::new("shop", "cart"), ..autoscaler(None) };
    let set = told(vec![fine, autoscaler(Some(failing))], Coverage::Complete);
    let drawn = page(&set, Spot::Entry(EntryRef::Cluster(CLUSTER.to_owned())), 4);
    assert!(drawn.contains("Autoscalers · 2"), "{drawn}");
    let (web, cart) = (drawn.find("shop/web-by-cpu").unwrap(), drawn.find("shop/cart").unwrap());
    assert!(web < cart, "{drawn}");
    let none = page(&told(Vec::new(), Coverage::Complete), Spot::Entry(EntryRef::Cluster(CLUSTER.to_owned())), 4);
    assert!(none.contains("Autoscalers · 0") && none.contains("no autoscaler in prod-use1"), "{none}");
    assert!(drawn.contains("deployment web") && drawn.contains("knows no number to choose"), "{drawn}");
    let own = page(&set, Spot::Autoscaler(CLUSTER.to_owned(), Name::new("shop", "web-by-cpu")), 0);
    assert!(own.contains("FailedGetResourceMetric") && own.contains("no metrics are known"), "{own}");
    let gone = page(&set, Spot::Autoscaler(CLUSTER.to_owned(), Name::new("shop", "gone")), 0);
    assert!(gone.contains("this autoscaler is gone"), "{gone}");
}

#[test]
fn its_bounds_are_offered_by_its_own_name() {
    let set = told(vec![autoscaler(None)], Coverage::Complete);
    assert_eq!(names(&set, &workload("web")), ["web-by-cpu"]);
    assert!(names(&set, &workload("cart")).is_empty(), "nothing holds it");
    let spot = Spot::Autoscaler(CLUSTER.to_owned(), Name::new("shop", "web-by-cpu"));
    assert_eq!(names(&set, &spot), ["web-by-cpu"]);
    let offer = offers(&set.scene(), &spot).remove(0);
    assert_eq!(offer.target.uid.as_deref(), Some("uid-web-by-cpu"));
    let form = Form::of(offer).unwrap();
    let fields: Vec<_> = form.fields.iter().map(|f| (f.name, f.value.as_str())).collect();
    assert_eq!(fields, [("min", "3"), ("max", "12")], "its name is known and is not asked for");
    // Where autoscalers are not seen, a person may know the name all the same.
    let unseen = told(Vec::new(), Coverage::Forbidden("no right".into()));
    let offer = offers(&unseen.scene(), &workload("cart")).into_iter();
    let offer = offer.into_iter().find(|o| o.operation.name == "autoscaler.bounds").unwrap();
    assert_eq!(Form::of(offer).unwrap().fields[0].name, "autoscaler");
}

#[test]
fn who_scales_what_an_autoscaler_holds_is_told_before() {
    let set = told(vec![autoscaler(None)], Coverage::Complete);
    let scale =
        |set: &Set| offers(&set.scene(), &workload("web")).into_iter().find(|o| o.operation.name == "workload.scale");
    let form = |set: &Set| {
        let dialog = Some(Dialog::Form(Box::new(Form::of(scale(set).unwrap()).unwrap())));
        text(&drawn(set, &View { dialog, ..View::new((80, 24)) }))
    };
    let told_before = form(&set);
    let held = "held by autoscaler web-by-cpu: 3–12, now 12; beyond that it is set back";
    assert!(told_before.contains(held), "{told_before}");
    let long = Name::new("shop", "web-by-requests-a-second-and-by-cpu");
    let long = form(&told(vec![Autoscaler { name: long, desired: 130, ..autoscaler(None) }], Coverage::Complete));
    assert!(long.contains("130; beyond that it is set back"), "none of it is cut off: {long}");
    let unread = scale(&told(Vec::new(), Coverage::Unknown)).unwrap();
    assert_eq!(unread.hints, ["whether an autoscaler holds it is not known yet: autoscalers have not been read"]);
    assert!(scale(&told(Vec::new(), Coverage::Complete)).unwrap().hints.is_empty());
}
