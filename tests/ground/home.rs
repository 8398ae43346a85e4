//! A person's folders on a machine, with one small cluster, and the program as a process in it.

#![allow(dead_code, reason = "each test binary that includes this file uses its part of it")]
#![allow(clippy::unwrap_used, reason = "what a test needs to run at all is there, or the test fails")]

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::story::story;

/// What is operated on.
pub(crate) const TARGET: &str = "lab/shop/deployment/cart";

/// A person's folders on a machine, with one cluster.
pub(crate) struct Home {
    pub(crate) folder: TempDir,
    pub(crate) cluster: Cluster,
}

impl Home {
    pub(crate) fn new(policy: &str) -> Self {
        let (folder, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: lab\n  cluster:\n    server: {}\nusers:\n- name: me\n  user: {{}}\n\
             contexts:\n- name: lab\n  context:\n    cluster: lab\n    user: me\ncurrent-context: lab\n",
            cluster.url()
        );
        fs::write(folder.path().join("kubeconfig"), kubeconfig).unwrap();
        let estate = format!(
            "[estate]\nname = \"Test\"\n[[cluster]]\nname = \"lab\"\ncontext = \"lab\"\nkubeconfig = \"{}\"\n{policy}",
            folder.path().join("kubeconfig").display()
        );
        fs::write(folder.path().join("estate.toml"), estate).unwrap();
        Self { folder, cluster }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.args(arguments).env("QUARTERDECK_HOME", self.folder.path()).env("HOME", self.folder.path());
        command.env_remove("QUARTERDECK_ESTATE").stdin(Stdio::null());
        command
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn scale(&self, replicas: u32, more: &[&str]) -> Output {
        self.call(&[&scaling(replicas).iter().map(String::as_str).collect::<Vec<_>>(), more].concat())
    }

    /// The same, on its way.
    pub(crate) fn begin(&self, replicas: u32) -> Child {
        let arguments = scaling(replicas);
        let mut command = self.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        command.args(["--confirm", "yes"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn journal(&self) -> Vec<Value> {
        let output = self.call(&["journal", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    pub(crate) fn story(&self) -> String {
        story(&self.journal())
    }

    /// Settles what is open, by looking at a plan.
    pub(crate) fn settle(&self) -> String {
        said(&self.call(&["operate", "plan", "workload.scale", TARGET, "replicas=9"]))
    }

    pub(crate) fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn wait_for(&self, what: &str, is: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is(self) {
            assert!(begun.elapsed() < Duration::from_mins(1), "waited for {what}: {}", self.story());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn scaling(replicas: u32) -> Vec<String> {
    let parameter = format!("replicas={replicas}");
    ["operate", "run", "workload.scale", TARGET, &parameter, "--reason", "INC-1", "--format", "json"]
        .map(str::to_owned)
        .into()
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn kill(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}
