//! A service: what is measured of it, and the SLOs that are about it.

use super::common;
use crate::console::pane::databases::number;
use crate::console::scene::Scene;
use crate::console::theme::Role;
use crate::console::widget::facts::{Block, fact};
use crate::console::widget::quantity::{UNKNOWN, freshness, millis, percent, plain};
use crate::console::widget::words::Words;
use crate::estate::{EntryRef, Sample, ServiceSignals};

/// Its facts.
pub(super) fn facts(scene: &Scene, name: &str) -> Option<Vec<Block>> {
    let service = scene.estate.service(name)?;
    let declared = &service.declared;
    let mut out = common::verdict(scene, &EntryRef::Service(name.to_owned()));
    let numbers = service.facts.as_ref().map(|k| &k.value);
    let measured = |value: Option<f64>, write: fn(f64) -> String, of: Option<Sample>| {
        let age = of.map_or_else(String::new, |s| format!("  {} ago", freshness(s.at, scene.now)));
        number(value, write, None).and(Role::Dim, age)
    };
    let sample = |pick: fn(&crate::estate::ServiceFacts) -> Option<Sample>| numbers.and_then(pick);
    let requests = sample(|n| n.requests);
    let change = numbers.and_then(crate::estate::ServiceFacts::requests_change_percent);
    let change = change.map_or_else(String::new, |c| format!(" · {} % against the hour before", plain(c.round())));
    out.push(Block::Gap);
    let p99 = sample(|n| n.p99_ms);
    out.push(Block::Fact("p99", measured(p99.map(|s| s.value), millis, p99)));
    let rate = |value: f64| format!("{} /s", plain(value));
    out.push(Block::Fact("requests", measured(requests.map(|s| s.value), rate, requests).and(Role::Dim, change)));
    let of_5xx = numbers.and_then(crate::estate::ServiceFacts::errors_5xx_percent);
    out.push(Block::Fact("5xx", measured(of_5xx, percent, sample(|n| n.errors_5xx))));
    let of_4xx = numbers.and_then(crate::estate::ServiceFacts::errors_4xx_percent);
    out.push(Block::Fact("4xx", measured(of_4xx, percent, sample(|n| n.errors_4xx))));
    out.extend(common::courses(scene, &EntryRef::Service(name.to_owned())));
    out.push(Block::Gap);
    let slos = scene.estate.slos().iter().filter(|s| s.declared.service == declared.name);
    let slos = Words::joined(slos.map(|s| Words::say(&s.declared.name)));
    out.push(Block::Fact("SLOs", if slos.is_empty() { Words::dim("none is about it") } else { slos }));
    for (label, place) in [
        ("account", &declared.account),
        ("region", &declared.region),
        ("cluster", &declared.cluster),
        ("namespace", &declared.namespace),
    ] {
        out.extend(place.iter().map(|p| fact(label, p)));
    }
    out.push(match &declared.signals {
        Some(ServiceSignals::LoadBalancer(name)) => fact("measured", format!("at the load balancer {name}")),
        Some(_) => fact("measured", "by the team's queries"),
        None => Block::Fact("measured", Words::dim(UNKNOWN)),
    });
    out.push(Block::Gap);
    out.push(common::fed_by(scene, &EntryRef::Service(name.to_owned())));
    Some(out)
}
