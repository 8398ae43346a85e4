//! An account of its own in the servers of the bed, and the console that operates on it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::line::Line;

pub(crate) fn bed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run tests/run, or source the environment of tests/bed/up"))
}

/// One operation as it went: exit code, journal entries, and what was said on standard error.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) entries: Vec<Value>,
    pub(crate) said: String,
}

impl Ran {
    pub(crate) fn events(&self) -> Vec<&str> {
        self.entries.iter().filter_map(|e| e["event"].as_str()).collect()
    }

    /// The last outcome.
    pub(crate) fn outcome(&self) -> &str {
        self.entries.iter().rev().find_map(|e| e["outcome"].as_str()).unwrap_or("none")
    }

    pub(crate) fn entry(&self, event: &str) -> &Value {
        self.entries.iter().find(|e| e["event"] == event).unwrap_or_else(|| panic!("no {event}: {self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit {}\n{}", self.exit, self.said)?;
        self.entries.iter().try_for_each(|e| writeln!(f, "{e}"))
    }
}

/// An account, a line to its services, and a home for the console.
pub(crate) struct Stage {
    pub(crate) account: String,
    pub(crate) line: Line,
    pub(crate) service: String,
    pub(crate) home: tempfile::TempDir,
    /// What is added to the account's table in the estate file.
    pub(crate) account_lines: String,
    /// The account's id in the estate file.
    pub(crate) declared: String,
    pub(crate) environment: Vec<(String, String)>,
}

impl Stage {
    /// A new account whose services are one server of the bed.
    pub(crate) fn on(server: &str) -> Self {
        let service = bed(server);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let account = format!("3{:011}", nanos % 100_000_000_000);
        let home = tempfile::tempdir().unwrap();
        let line = Line::to(&service);
        let environment = vec![];
        Self { declared: account.clone(), account, line, service, home, account_lines: String::new(), environment }
    }

    /// Aurora cluster `orders-use1` with writer orders-1 and reader orders-2, secondary `orders-usw2` with orders-3.
    pub(crate) fn with_database() -> Self {
        let stage = Self::on("QUARTERDECK_BED_MINISTACK");
        let created = stage.cluster("orders-use1", "us-east-1", "");
        stage.instance("orders-1", "orders-use1", "us-east-1");
        stage.instance("orders-2", "orders-use1", "us-east-1");
        let arn = created.split_once("<DBClusterArn>").unwrap().1.split_once('<').unwrap().0.to_owned();
        stage.ask(
            "us-east-1",
            &format!(
                "Action=CreateGlobalCluster&GlobalClusterIdentifier=orders-global&SourceDBClusterIdentifier={arn}"
            ),
        );
        stage.cluster("orders-usw2", "us-west-2", "&GlobalClusterIdentifier=orders-global");
        stage.instance("orders-3", "orders-usw2", "us-west-2");
        stage
    }

    pub(crate) fn cluster(&self, id: &str, region: &str, more: &str) -> String {
        let own = if more.is_empty() { "&MasterUsername=orders&MasterUserPassword=not-a-secret-1" } else { more };
        self.ask(
            region,
            &format!(
                "Action=CreateDBCluster&DBClusterIdentifier={id}&Engine=aurora-postgresql&EngineVersion=16.8\
             &ServerlessV2ScalingConfiguration.MinCapacity=0.5&ServerlessV2ScalingConfiguration.MaxCapacity=16{own}"
            ),
        )
    }

    pub(crate) fn instance(&self, id: &str, cluster: &str, region: &str) -> String {
        self.ask(region, &format!(
            "Action=CreateDBInstance&DBInstanceIdentifier={id}&DBClusterIdentifier={cluster}&Engine=aurora-postgresql&DBInstanceClass=db.serverless"
        ))
    }

    /// Asks RDS itself, past the line.
    pub(crate) fn ask(&self, region: &str, form: &str) -> String {
        self.http(
            region,
            "rds",
            "POST",
            "/",
            "application/x-www-form-urlencoded",
            &format!("{form}&Version=2014-10-31"),
        )
    }

    pub(crate) fn http(&self, region: &str, service: &str, method: &str, path: &str, kind: &str, body: &str) -> String {
        // The server trips over itself when stages are set up at once: that says nothing of what is tested.
        let mut answer = self.http_once(region, service, method, path, kind, body);
        for _ in 0..5 {
            if !answer.contains("changed size during iteration") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            answer = self.http_once(region, service, method, path, kind, body);
        }
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path} {body}: {answer}");
        answer
    }

    fn http_once(&self, region: &str, service: &str, method: &str, path: &str, kind: &str, body: &str) -> String {
        let host = self.service.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let credential = format!("{}/20261121/{region}/{service}/aws4_request", self.account);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// What RDS says of the cluster.
    pub(crate) fn described(&self, region: &str) -> String {
        self.ask(region, "Action=DescribeDBClusters")
    }

    /// Writes the estate file; its path.
    pub(crate) fn estate(&self) -> PathBuf {
        let estate = self.home.path().join("estate.toml");
        let Self { declared, account_lines, .. } = self;
        std::fs::write(&estate, format!(
            "[estate]\nname = \"operate\"\n[[account]]\nname = \"own\"\nid = \"{declared}\"\nenvironment = \"staging\"\n\
             regions = [\"us-east-1\", \"us-west-2\"]\n{account_lines}\n\
             [[cluster]]\nname = \"prod-use1\"\naccount = \"own\"\nregion = \"us-east-1\"\neks = \"prod\"\n\
             [[database]]\nname = \"orders\"\naccount = \"own\"\nregion = \"us-east-1\"\ncluster = \"orders-use1\"\nglobal = \"orders-global\"\n\
             [[database]]\nname = \"alone\"\naccount = \"own\"\nregion = \"us-east-1\"\ncluster = \"orders-use1\"\n"
        ))
        .unwrap();
        estate
    }

    /// The variables that the console runs with.
    pub(crate) fn surroundings(&self) -> Vec<(String, String)> {
        let home = |name: &str| self.home.path().join(name).display().to_string();
        let mut all: Vec<(String, String)> = [
            ("QUARTERDECK_HOME", home("")),
            ("AWS_ENDPOINT_URL", self.line.url.clone()),
            ("AWS_ACCESS_KEY_ID", self.account.clone()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", home("no-config")),
            ("AWS_SHARED_CREDENTIALS_FILE", home("no-credentials")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        all.extend(self.environment.iter().cloned());
        all
    }

    /// Starts the console with these arguments.
    pub(crate) fn quarterdeck(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command.arg("--estate").arg(self.estate()).args(arguments);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        command.envs(self.surroundings());
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    /// The plan of an operation, and the exit code.
    pub(crate) fn plan(&self, arguments: &[&str]) -> (i32, Value) {
        let all: Vec<&str> =
            ["operate", "plan", "--format", "json"].into_iter().chain(arguments.iter().copied()).collect();
        let (exit, out, said) = self.quarterdeck(&all);
        let plan = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: exit {exit}\n{out}\n{said}"));
        (exit, plan)
    }

    /// Runs an operation to its end.
    pub(crate) fn run(&self, confirm: &str, arguments: &[&str]) -> Ran {
        let first = ["operate", "run", "--format", "json", "--reason", "a test", "--confirm", confirm];
        let all: Vec<&str> = first.into_iter().chain(arguments.iter().copied()).collect();
        let (exit, out, said) = self.quarterdeck(&all);
        let entries = out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ran { exit, entries, said }
    }
}
