//! A drain of several calls whose console is killed, or quits, on the way: it sends no more, and the next start tells pod
//! by pod what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use quarterdeck::operate::TargetKind;
use quarterdeck::operate::journal::Outcome;
use quarterdeck::operate::settle::settle;
use serde_json::{Value, json};

use super::doomed::{self, Moment, Part};
use super::draining::OwnNode;
use super::line::Line;
use super::scene::{Scene, admin, get, ground};

/// The test that a process which is to end on the way begins with.
const TEST: &str = "killed::whoever_breaks_off_a_drain_leaves_a_true_story";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_breaks_off_a_drain_leaves_a_true_story() {
    if tokio::task::spawn_blocking(doomed::played).await.unwrap() {
        return;
    }
    // Entries: 1 planned, 2 confirmed, 3 recorded, 4 rechecked, 5 and 6 the cordon's, 7 to 12 those of three evictions.
    let moments = [
        Moment::Before(5),
        Moment::After(6),
        Moment::Before(8),
        Moment::After(8),
        Moment::Quits(8),
        Moment::After(9),
        Moment::Before(10),
        Moment::Before(12),
    ];
    let each: Vec<_> = moments.into_iter().map(|moment| tokio::spawn(broken_off(moment))).collect();
    for one in each {
        one.await.unwrap();
    }
}

async fn broken_off(moment: Moment) {
    let line = Line::new().await;
    let scene = Scene::by("broken-off", line.cluster.clone()).await;
    let node = OwnNode::new(&scene).await;
    let on_it = json!({"spec": {"template": {"spec": node.wanted(&scene)}}});
    scene.workload("Deployment", "cart", 3, on_it).await;
    let before: Vec<String> = names(&scene.pods("cart").await);
    let home = tempfile::tempdir().unwrap();
    let kubeconfig = line.cluster.kubeconfig.clone().unwrap();
    let estate = format!(
        "[estate]\nname = \"Test\"\n[[cluster]]\nname = \"bed\"\ncontext = \"line\"\nkubeconfig = \"{}\"\n",
        kubeconfig.display()
    );
    std::fs::write(home.path().join("estate.toml"), estate).unwrap();
    let part = Part {
        home: home.path().to_owned(),
        operation: Some("node.drain".to_owned()),
        target: vec!["bed".to_owned(), "node".to_owned(), node.name().to_owned()],
        parameters: BTreeMap::from([("timeout".to_owned(), "300".to_owned())]),
        words: "yes".to_owned(),
        leaps: false,
        moment,
        pause: None,
    };
    let killed = tokio::task::spawn_blocking(move || doomed::play(&part, TEST, &[], |_| {})).await.unwrap();
    assert_eq!(killed, !matches!(moment, Moment::Quits(_)), "{moment:?}");
    let (came, heard) = line.counts();
    assert_eq!(came, heard);
    let ground = ground(&line.cluster, &home.path().join("state"));
    let sent = |entries: &[quarterdeck::operate::journal::Entry]| {
        entries.iter().filter(|e| e.note.event.word() == "sent").count()
    };
    let entries = ground.journal.entries().await.unwrap();
    assert!(came <= sent(&entries) && sent(&entries) <= came + 1, "{moment:?}: {came} of {}", sent(&entries));
    // What was just begun is not taken for dead at once.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let settled = settle(&ground, Duration::from_mins(1)).await.unwrap();
    let [settled] = settled.as_slice() else { panic!("{moment:?}: {settled:?}") };
    let words = settled.words.join("; ");
    let whole = came == 4;
    let truth = if whole { Outcome::Done } else { Outcome::Failed };
    assert_eq!(settled.outcome, truth, "{moment:?}: {words}");
    assert_eq!(line.counts(), (came, heard), "settling sends nothing");
    let now = scene.pods("cart").await;
    let left: Vec<String> =
        names(&now.iter().filter(|p| p["spec"]["nodeName"] == node.name()).cloned().collect::<Vec<_>>());
    let evicted: Vec<&String> = before.iter().filter(|pod| !left.contains(pod)).collect();
    let cordoned = get(&node.path()).await["spec"]["unschedulable"] == true;
    assert_eq!((came > 0, came.saturating_sub(1)), (cordoned, evicted.len()), "{moment:?}: {words}");
    if whole {
        assert_eq!((words.as_str(), evicted.len()), ("3 pods gone from the node; nothing stays on it", 3));
    } else if sent(&entries) == 0 {
        assert_eq!(words, "it ended before anything was sent: nothing was done");
    } else {
        let part = |begins: &str| words.split("; ").find_map(|p| p.split_once(begins)).map_or("", |(_, pods)| pods);
        for pod in &before {
            let named = format!("{}/{pod}", scene.namespace);
            let (gone, stays) = (part("evicted and gone: ").contains(&named), part("not evicted: ").contains(&named));
            assert_eq!((gone, stays), (evicted.contains(&pod), left.contains(pod)), "{moment:?}: {words}");
        }
        assert!(words.contains(&format!("it broke off after {}", sent(&entries))), "{moment:?}: {words}");
        assert_eq!(words.contains("the node is cordoned"), cordoned, "{moment:?}: {words}");
    }
    assert!(settle(&ground, Duration::from_secs(5)).await.unwrap().is_empty(), "it is told once");
    if !whole {
        // And the drain can be gone on with.
        let target = scene.target(TargetKind::Node, node.name());
        let ended = scene.run("node.drain", target, &[]).await;
        assert_eq!(ended.ending.outcome, Some(Outcome::Done), "{moment:?}: {:?}", ended.ending.words);
    }
    assert_eq!(line.counts().0, 4, "{moment:?}: one cordon and three evictions in all, none twice");
    admin("DELETE", &node.path(), &Value::Null).await;
}

fn names(pods: &[Value]) -> Vec<String> {
    pods.iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}
