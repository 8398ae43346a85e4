//! Ways in, and who is kept out.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quarterdeck::estate::{DeclaredCluster, SourceState};
use quarterdeck::source::access::{Access, EksEndpoint, TokenMaker};
use quarterdeck::source::kubernetes::probe;
use tokio::sync::watch;

use super::bed::{BarePod, cluster, context, source, variable, watch};
use super::faults::{Act, Line};

struct Fixed(&'static str);

impl TokenMaker for Fixed {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>> {
        Box::pin(async { Ok(self.0.to_owned()) })
    }
}

fn endpoint(url: String, token: &'static str) -> Access {
    let ca_pem = std::fs::read(variable("QUARTERDECK_BED_CA")).ok();
    Access::Endpoint(EksEndpoint { url, ca_pem, tokens: Arc::new(Fixed(token)) })
}

fn in_account(declared: DeclaredCluster) -> DeclaredCluster {
    DeclaredCluster {
        account: Some("production".into()),
        region: Some("us-east-1".into()),
        eks: Some("prod".into()),
        ..declared
    }
}

fn live(estate: &quarterdeck::estate::Estate) -> bool {
    source(estate).state == SourceState::Live
}

#[tokio::test]
async fn an_exec_plugin_opens_the_door() {
    watch(context("exec"), None).until("the first picture", live).await;
}

#[tokio::test]
async fn an_exec_plugin_that_fails_is_told_in_its_own_last_words() {
    let line = Line::new().await;
    let failing = serde_json::json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "interactiveMode": "IfAvailable",
        "args": ["-c", "echo secret-token; echo first >&2; echo 'the SSO session has expired' >&2; exit 3"],
    }});
    let declared = DeclaredCluster { kubeconfig: Some(line.kubeconfig(&failing)), ..context("line") };
    let mut watching = watch(declared, None);
    let estate = watching.until("a failure", |e| source(e).error.is_some()).await;
    let error = source(&estate).error.clone().unwrap();
    assert!(error.contains("the SSO session has expired") && !error.contains("secret-token"), "{error}");
    assert_eq!(source(&estate).state, SourceState::Failing);
    assert!(source(&estate).next_try_at.is_some());
    assert_eq!(line.requests.load(Ordering::SeqCst), 0);
    // The person logs in: the source finds out by itself.
    line.kubeconfig(&serde_json::json!({"token": "whoever"}));
    watching.until("the first picture", live).await;
}

#[tokio::test]
async fn a_stranger_is_told_that_the_credentials_do_not_hold() {
    let estate = watch(context("stranger"), None).until("a failure", |e| source(e).error.is_some()).await;
    assert_eq!(source(&estate).state, SourceState::Failing);
    assert!(source(&estate).error.as_deref().unwrap().contains("401"), "{:?}", source(&estate).error);
    assert!(source(&estate).as_of.is_none());
}

#[tokio::test]
async fn a_missing_file_or_context_is_named() {
    let nowhere = DeclaredCluster { kubeconfig: Some(PathBuf::from("/nonexistent/kubeconfig")), ..context("observer") };
    for (declared, words) in [(nowhere, "/nonexistent/kubeconfig"), (context("observr"), "did you mean observer?")] {
        let estate = watch(declared, None).until("a failure", |e| source(e).error.is_some()).await;
        assert!(source(&estate).error.as_deref().unwrap().contains(words), "{:?}", source(&estate).error);
    }
}

#[tokio::test]
async fn the_eks_endpoint_and_a_token_are_enough() {
    let declared = DeclaredCluster { context: None, kubeconfig: None, ..in_account(context("none")) };
    let (access, known) = watch::channel(Access::Waiting);
    let mut watching = watch(declared, Some(known));
    watching.through(Duration::from_millis(300), |_| panic!("nothing is said before EKS has answered")).await;
    access.send_replace(endpoint(variable("QUARTERDECK_BED_KUBERNETES"), "observer-token"));
    let estate = watching.until("the first picture", live).await;
    assert!(cluster(&estate).tally().total >= 19);
}

#[tokio::test]
async fn a_context_of_another_cluster_is_refused_and_never_called() {
    let line = Line::new().await;
    let (_access, known) = watch::channel(endpoint("https://ABCDEF.gr7.us-east-1.eks.amazonaws.com".into(), "t"));
    let mut watching = watch(in_account(line.cluster()), Some(known));
    let estate = watching.until("a refusal", |e| source(e).state == SourceState::Refused).await;
    let error = source(&estate).error.clone().unwrap();
    assert!(
        error.contains(&line.server()) && error.contains("https://ABCDEF.gr7.us-east-1.eks.amazonaws.com"),
        "{error}"
    );
    assert_eq!(line.requests.load(Ordering::SeqCst), 0, "nothing is called on it");
    assert!(cluster(&estate).pods().is_empty());
}

#[tokio::test]
async fn a_login_that_runs_out_leaves_the_watch_running_and_a_refusal_ends_it() {
    let line = Line::new().await;
    let same = format!("{}/", line.server().to_uppercase().replace("HTTP", "http"));
    let (access, known) = watch::channel(endpoint(same, "unused"));
    let mut watching = watch(in_account(line.cluster()), Some(known));
    watching.until("the first picture", live).await;
    access.send_replace(Access::Paused("log in: aws sso login --profile production".into()));
    let pod = BarePod::create("while-paused").await;
    watching.until("a pod that came while paused", |e| pod.seen(e)).await;
    pod.delete().await;
    access.send_replace(Access::Refused("STS says another account".into()));
    let estate = watching.until("the refusal", |e| source(e).state == SourceState::Refused).await;
    assert!(cluster(&estate).pods().is_empty() && cluster(&estate).nodes().is_empty(), "everything is withdrawn");
    let asked = line.requests.load(Ordering::SeqCst);
    watching.through(Duration::from_secs(1), |_| ()).await;
    assert_eq!(line.requests.load(Ordering::SeqCst), asked, "nothing is called any more");
    access.send_replace(endpoint(line.server(), "unused"));
    watching.until("the picture again", |e| live(e) && !cluster(e).pods().is_empty()).await;
    access.send_replace(endpoint("https://elsewhere.example".into(), "unused"));
    watching.until("the refusal of another endpoint", |e| source(e).state == SourceState::Refused).await;
}

#[tokio::test]
async fn a_paused_account_keeps_a_cluster_from_being_entered() {
    let line = Line::new().await;
    let (access, known) = watch::channel(Access::Paused("log in: aws sso login".into()));
    let mut watching = watch(in_account(line.cluster()), Some(known));
    let estate = watching.until("the pause", |e| source(e).state == SourceState::Paused).await;
    assert_eq!(source(&estate).error.as_deref(), Some("log in: aws sso login"));
    access.send_replace(Access::Unknown("EKS has no cluster prod".into()));
    watching.until("the failure", |e| source(e).state == SourceState::Failing).await;
    access.send_replace(endpoint(line.server(), "unused"));
    watching.until("the first picture", live).await;
}

#[tokio::test]
async fn credentials_that_expire_are_renewed_and_nobody_notices() {
    let line = Line::new().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "first").unwrap();
    let script = format!(
        r#"echo "{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"$(cat {})\"}}}}""#,
        token.display()
    );
    let user = serde_json::json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script]
    }});
    let declared = DeclaredCluster { kubeconfig: Some(line.kubeconfig(&user)), ..context("line") };
    let only = |wanted: &'static str| {
        move |_: &str, token: &str| {
            if token == wanted { Act::Pass } else { Act::Answer("401 Unauthorized", "", b"expired".to_vec()) }
        }
    };
    line.rule(only("Bearer first"));
    let mut watching = watch(declared, None);
    watching.until("the first picture", live).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    std::fs::write(&token, "second").unwrap();
    line.rule(only("Bearer second"));
    line.cut();
    let pod = BarePod::create("after-renewal").await;
    let mut failed = None;
    watching
        .through(Duration::from_secs(3), |e| failed = failed.take().or_else(|| (!live(e)).then(|| source(e).clone())))
        .await;
    let estate = watching.until("a pod after the renewal", |e| pod.seen(e)).await;
    pod.delete().await;
    assert!(live(&estate));
    assert!(failed.is_none(), "{failed:?}");
}

#[tokio::test]
async fn a_probe_says_row_by_row_what_works() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let rows = probe(&context("observer"), None, false).await;
    assert!(rows.iter().all(|(_, outcome)| outcome.is_ok()), "{rows:#?}");
    assert!(rows.iter().any(|(what, outcome)| what == "API server" && outcome.as_deref().unwrap().contains("v1.")));
    let rows = probe(&context("limited"), None, false).await;
    let outcome = |what: &str| rows.iter().find(|(row, _)| row == what).map(|(_, outcome)| outcome.is_ok());
    assert_eq!(outcome("API server"), Some(true), "{rows:#?}");
    assert_eq!(outcome("list pods"), Some(false));
    let declared = DeclaredCluster { namespaces: vec!["shop".into()], ..context("limited") };
    let rows = probe(&declared, None, false).await;
    assert_eq!(rows.iter().filter(|(_, o)| o.is_err()).count(), 1, "nodes alone are forbidden: {rows:#?}");
    let rows = probe(&context("stranger"), None, false).await;
    assert!(rows.last().unwrap().1.as_ref().unwrap_err().contains("401"), "{rows:#?}");
    let wrong = endpoint("https://elsewhere.example".into(), "t");
    let rows = probe(&in_account(context("observer")), Some(&wrong), false).await;
    assert!(rows[0].1.as_ref().unwrap_err().contains("https://elsewhere.example"), "{rows:#?}");
}
