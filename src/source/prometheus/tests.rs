//! Which sources there are; and a server that does not answer every query, and what is told of the others.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, channel};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::estate::{Counted, DeclaredService, ServiceFacts, ServiceSignals, SloCounts, WindowCount};
use crate::source::Clock;

/// 2026-11-21T12:00:00Z.
const NOON: i64 = 1_795_262_400;

/// What a server does with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// It says 7.
    Seven,
    /// It turns the query down.
    No,
    /// It has no time for it, and says so by this status.
    Busy(u16),
    /// It hangs up.
    HangsUp,
}

/// A server, and the queries that it was asked.
async fn server(answers: impl Fn(&str) -> Answers + Send + 'static) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, asked) = channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read_exact(&mut byte).await.is_err() {
                    break;
                }
                request.push(byte[0]);
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let target = text.split(' ').nth(1).unwrap_or_default();
            let target = reqwest::Url::parse(&format!("http://p{target}")).unwrap();
            let query = target.query_pairs().find(|(key, _)| key == "query").unwrap().1.into_owned();
            let _ = tell.send(query.clone());
            let (status, body) = match answers(&query) {
                Answers::Seven if target.path().ends_with("query_range") => {
                    (200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)
                }
                Answers::Seven => (
                    200,
                    r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"7"]}]}}"#,
                ),
                Answers::No => (400, r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#),
                Answers::Busy(status) => (status, "<html>later</html>"),
                Answers::HangsUp => continue,
            };
            let answer =
                format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, asked)
}

fn slo(name: &str, url: &str) -> DeclaredSlo {
    let (events, total) = (format!("{name}_bad[{{{{.window}}}}]"), format!("{name}_all[{{{{.window}}}}]"));
    let sli = Sli::Prometheus { url: url.into(), counted: Counted::Bad, events, total };
    let (service, window) = ("shop".into(), "30d".into());
    DeclaredSlo { name: name.into(), service, objective: 99.9, window_s: 2_592_000, window, min_events: 1, sli }
}

/// A source with an SLO, or none, and these services.
fn source(url: &str, slos: &[&str], services: &[&str]) -> PrometheusSource {
    let service = |name: &&str| {
        let query = |signal: &str| (signal.to_owned(), format!("{name}_{signal}"));
        let queries = BTreeMap::from(["p99_ms", "requests"].map(query));
        DeclaredService {
            name: (*name).into(),
            account: None,
            region: None,
            signals: Some(ServiceSignals::Prometheus { url: url.into(), queries }),
            cluster: None,
            namespace: None,
        }
    };
    let (slos, services) = (slos.iter().map(|name| slo(name, url)).collect(), services.iter().map(service).collect());
    sources(&DeclaredEstate { slos, services, ..DeclaredEstate::default() }).remove(0)
}

/// What one look tells of services and SLOs, and its note.
struct Told {
    services: BTreeMap<String, ServiceFacts>,
    slos: BTreeMap<String, SloCounts>,
    note: String,
}

impl Told {
    /// Whether all of an SLO's windows are told.
    fn whole(&self, slo: &str) -> bool {
        self.slos.get(slo).is_some_and(|counts| {
            let mut all = counts.windows.iter().chain([&counts.whole]);
            all.all(|window| window.total == Some(7.0) && window.bad == Some(7.0))
        })
    }
}

async fn look(source: &PrometheusSource, resting: &mut Resting, minute: i64) -> Result<Told, Trouble> {
    let (sender, _) = tokio::sync::mpsc::channel(1);
    let (_, may_spend) = tokio::sync::watch::channel(true);
    let out = Outbox::new(source.key(), Clock::System, sender, may_spend);
    let at = Timestamp::from_second(NOON + 60 * minute).unwrap();
    let (facts, note) = source.look(at, &mut Gaps::default(), &mut Filling::default(), resting, &out).await?;
    let mut told = Told { services: BTreeMap::new(), slos: BTreeMap::new(), note: note.unwrap_or_default() };
    for fact in facts {
        match fact {
            Fact::Service(name, facts) => drop(told.services.insert(name, facts)),
            Fact::Slo(name, counts) => drop(told.slos.insert(name, counts)),
            _ => {}
        }
    }
    Ok(told)
}

fn seven(sample: Option<crate::estate::Sample>) -> bool {
    sample.map(|sample| sample.value) == Some(7.0)
}

#[test]
fn one_source_for_each_server_and_no_password_in_its_name() {
    let slos =
        vec![slo("a", "http://u:secret@p:9090/x/"), slo("b", "http://q:9090"), slo("c", "http://u:secret@p:9090/x/")];
    let all = sources(&DeclaredEstate { slos, ..DeclaredEstate::default() });
    let keys: Vec<_> = all.iter().map(|s| s.key().subject.unwrap_or_default()).collect();
    assert_eq!(keys, ["http://p:9090/x/", "http://q:9090"]);
    assert_eq!(all[0].feeds(), [EntryRef::Slo("a".into()), EntryRef::Slo("c".into())]);
}

#[test]
fn notes_are_few() {
    assert_eq!(note(vec![]), None);
    assert_eq!(note(vec!["a".into(), "b".into()]).as_deref(), Some("a; b"));
    assert_eq!(note(["a", "b", "c", "d", "e"].map(Into::into).into()).as_deref(), Some("a; b; c; and 2 more"));
}

#[tokio::test]
async fn a_query_that_looks_back_takes_nothing_from_the_slos_and_rests_once_it_failed() {
    for fails in [Answers::HangsUp, Answers::Busy(429), Answers::Busy(503), Answers::No] {
        let looks_back = |query: &str| query.contains("[1h:1m]") && query.contains("search_");
        let (url, asked) = server(move |query| if looks_back(query) { fails } else { Answers::Seven }).await;
        let source = source(&url, &["sound"], &["search", "cart"]);
        let mut resting = Resting::default();
        let mut tries = Vec::new();
        for minute in 0..12 {
            let told = look(&source, &mut resting, minute).await.unwrap();
            assert!(told.whole("sound"), "{fails:?}");
            let (search, cart) = (&told.services["search"], &told.services["cart"]);
            assert!(seven(search.p99_ms) && seven(search.requests) && search.requests_before.is_none(), "{fails:?}");
            assert!(seven(cart.requests_before), "{fails:?}");
            assert!(told.note.starts_with("search: requests of the hour before: "), "{fails:?}: {}", told.note);
            if asked.try_iter().any(|query| looks_back(&query)) {
                tries.push(minute);
            }
        }
        assert_eq!(tries, [0, 10], "{fails:?}");
    }
}

#[tokio::test]
async fn a_query_of_now_that_is_not_answered_takes_nothing_from_the_others() {
    let fails = |query: &str| if query == "cart_p99_ms" { Answers::HangsUp } else { Answers::Seven };
    for slos in [&["sound"][..], &[]] {
        let (url, _asked) = server(fails).await;
        // Its own source's very first query, too, where there is no SLO.
        let source = source(&url, slos, &["cart", "search"]);
        for minute in 0..3 {
            let told = look(&source, &mut Resting::default(), minute).await.unwrap();
            assert_eq!(told.whole("sound"), !slos.is_empty());
            let (cart, search) = (&told.services["cart"], &told.services["search"]);
            assert!(cart.p99_ms.is_none() && seven(cart.requests) && seven(search.p99_ms));
            assert!(told.note.contains("cart: p99_ms: ") && told.note.contains("broke off"), "{}", told.note);
        }
    }
}

#[tokio::test]
async fn a_service_of_which_nothing_was_answered_is_not_told_of_and_one_that_was_refused_is() {
    for (fails, told_of) in [(Answers::Busy(503), false), (Answers::No, true)] {
        let (url, _asked) = server(move |query| if query.contains("cart_") { fails } else { Answers::Seven }).await;
        let told = look(&source(&url, &["sound"], &["cart", "search"]), &mut Resting::default(), 0).await.unwrap();
        assert_eq!((told.whole("sound"), told.services.contains_key("cart")), (true, told_of), "{fails:?}");
        assert!(told.services.contains_key("search"), "{fails:?}");
    }
}

/// A month of many series is what takes too long: the burn is known all the same, and other SLOs are.
#[tokio::test]
async fn an_slo_whose_own_window_is_not_answered_has_its_burn_and_takes_nothing_from_others() {
    for fails in [Answers::HangsUp, Answers::Busy(503), Answers::Busy(429)] {
        let (url, _asked) = server(move |query| if query == "slow_all[30d]" { fails } else { Answers::Seven }).await;
        for slos in [&["slow", "sound"], &["sound", "slow"]] {
            let told = look(&source(&url, slos, &["cart"]), &mut Resting::default(), 0).await.unwrap();
            let slow = &told.slos["slow"];
            assert!(slow.windows.iter().all(|window| window.total == Some(7.0)), "{fails:?}");
            assert_eq!(slow.whole, WindowCount::default(), "{fails:?}");
            assert!(told.whole("sound") && told.services.contains_key("cart"), "{fails:?}");
            assert!(told.note.starts_with("slow: total: "), "{fails:?}: {}", told.note);
        }
    }
}

/// That a window was not answered is not that there is no data.
#[tokio::test]
async fn an_slo_of_which_a_window_is_not_answered_keeps_what_was_counted_before() {
    for (fails, told_of) in [(Answers::HangsUp, false), (Answers::Busy(503), false), (Answers::No, true)] {
        let (url, _asked) = server(move |query| if query == "slow_bad[1h]" { fails } else { Answers::Seven }).await;
        let told = look(&source(&url, &["slow", "sound"], &[]), &mut Resting::default(), 0).await.unwrap();
        assert_eq!((told.slos.contains_key("slow"), told.whole("sound")), (told_of, true), "{fails:?}");
        assert!(told.note.starts_with("slow: bad events: "), "{fails:?}: {}", told.note);
    }
}

#[tokio::test]
async fn a_server_that_answers_nothing_fails_its_source() {
    for fails in [Answers::HangsUp, Answers::Busy(401), Answers::Busy(429), Answers::Busy(503)] {
        for slos in [&["sound"][..], &[]] {
            let (url, _asked) = server(move |_| fails).await;
            let told = look(&source(&url, slos, &["cart"]), &mut Resting::default(), 0).await;
            assert!(told.is_err(), "{fails:?} {slos:?}");
        }
    }
}

/// An empty word would say that all is as it was.
#[tokio::test]
async fn a_look_that_learns_nothing_fails_though_the_server_answers() {
    let (url, _asked) = server(|query| if query == "vector(1)" { Answers::Seven } else { Answers::Busy(503) }).await;
    for (slos, services) in [(&["sound"][..], &[][..]), (&[], &["cart"])] {
        let Err(trouble) = look(&source(&url, slos, services), &mut Resting::default(), 0).await else {
            panic!("nothing is known of {slos:?} {services:?}")
        };
        assert!(trouble.reason.contains("HTTP 503"), "{}", trouble.reason);
    }
}
