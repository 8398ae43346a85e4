//! An account with one database, its sources at work, and a service in front of them that answers by a function.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc as std_mpsc};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use tokio::sync::{mpsc, watch};

use crate::estate::{DeclaredAccount, DeclaredDatabase, DeclaredEstate, Estate, Observation, SourceName, SourceRecord};
use crate::source::aws::{Before, Files, http, wire};
use crate::source::severed::{self, End};
use crate::source::{Clock, Outbox, Purse, Source};

/// One request as the service sees it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// Such as `DescribeDBClusters`.
    pub(super) operation: String,
    /// The access key that signed it.
    pub(super) key: String,
    /// The body, as text as far as it is text.
    pub(super) body: String,
    /// The body as it came.
    pub(super) bytes: Vec<u8>,
    /// How many requests of this operation came before.
    pub(super) nth: usize,
}

/// What the service answers.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    /// Where the request goes over a real connection, in place of all that.
    real: Option<SocketAddr>,
}

impl Reply {
    pub(super) fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind)], body, real: None }
    }

    pub(super) fn xml(status: u16, body: &str) -> Self {
        Self::new(status, "text/xml", body.as_bytes().to_vec())
    }

    pub(super) fn json(status: u16, body: &str) -> Self {
        Self::new(status, "application/x-amz-json-1.1", body.as_bytes().to_vec())
    }

    pub(super) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// None at all: nobody takes the connection.
    pub(super) fn refused() -> Self {
        Self { real: Some(severed::free()), ..Self::new(0, "", Vec::new()) }
    }

    /// None either, but the request was heard: the connection ends so.
    pub(super) fn cut(end: End) -> Self {
        Self { real: Some(severed::server(end).0), ..Self::new(0, "", Vec::new()) }
    }

    /// None in time.
    pub(super) fn late() -> Self {
        Self::new(1, "", Vec::new())
    }

    pub(super) fn half(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }
}

/// A clock that began in the morning: what the cap means does not hang on when the test runs.
pub(super) fn morning() -> Clock {
    Clock::paced("2026-11-21T06:00:00Z".parse().unwrap(), 1.0)
}

/// STS' word on whose credentials they are.
pub(super) fn identity(id: &str) -> Reply {
    Reply::xml(
        200,
        &format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{id}:user/a</Arn><UserId>U</UserId><Account>{id}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    )
}

/// A cluster whose first member is the writer.
pub(super) fn rds_cluster(id: &str, members: &[&str]) -> String {
    let member = |(i, m): (usize, &&str)| {
        format!(
            "<DBClusterMember><DBInstanceIdentifier>{m}</DBInstanceIdentifier><IsClusterWriter>{}</IsClusterWriter></DBClusterMember>",
            i == 0
        )
    };
    let members = members.iter().enumerate().map(member).collect::<Vec<_>>().concat();
    format!(
        "<DBCluster><DBClusterIdentifier>{id}</DBClusterIdentifier><Status>available</Status><Engine>aurora-postgresql</Engine><DBClusterMembers>{members}</DBClusterMembers></DBCluster>"
    )
}

/// A page of clusters.
pub(super) fn rds_clusters(clusters: &[String], marker: Option<&str>) -> Reply {
    let marker = marker.map(|m| format!("<Marker>{m}</Marker>")).unwrap_or_default();
    let clusters = clusters.concat();
    Reply::xml(
        200,
        &format!(
            "<DescribeDBClustersResponse><DescribeDBClustersResult>{marker}<DBClusters>{clusters}</DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>"
        ),
    )
}

type Answers = Box<dyn Fn(&Sent) -> Reply + Send>;

/// One request on its way to the service, and where the answer goes.
type Asked = (HttpRequest, tokio::sync::oneshot::Sender<Reply>);

/// The way to the service, and the real one.
#[derive(Debug, Clone)]
struct Line(mpsc::UnboundedSender<Asked>, SharedHttpConnector);

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let (mut again, real) = (request.try_clone().expect("a body in memory"), self.1.clone());
        self.0.send((request, answer)).expect("the service is there");
        HttpConnectorFuture::new(async move {
            let reply = answered.await.expect("the service answers");
            if let Some(address) = reply.real {
                again.set_uri(format!("http://{address}/")).unwrap();
                return real.call(again).await;
            }
            if reply.status == 1 {
                return Err(ConnectorError::timeout("nothing came".into()));
            }
            let mut response = HttpResponse::new(reply.status.try_into().unwrap(), SdkBody::from(reply.body));
            for (name, value) in reply.headers {
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        })
    }
}

fn sent(request: &HttpRequest, counts: &mut HashMap<String, usize>) -> Sent {
    let bytes = request.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(bytes).into_owned();
    let by_query = body.split('&').find_map(|part| part.strip_prefix("Action="));
    let by_target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let by_path = request.uri().rsplit('/').next();
    let operation = by_query.or(by_target).or(by_path).unwrap_or_default().to_owned();
    let signature = request.headers().get("authorization").unwrap_or_default();
    let key = signature.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let count = counts.entry(operation.clone()).or_default();
    *count += 1;
    Sent { operation, key: key.to_owned(), body, bytes: bytes.to_vec(), nth: *count - 1 }
}

/// The account, its sources and what came of them.
pub(super) struct Stage {
    pub(super) estate: Estate,
    told: mpsc::Receiver<Observation>,
    asked: std_mpsc::Receiver<String>,
    operations: Vec<String>,
    folder: tempfile::TempDir,
    _may_spend: watch::Sender<bool>,
}

impl Stage {
    pub(super) fn new(id: &str, answers: impl Fn(&Sent) -> Reply + Send + 'static) -> Self {
        Self::over(&declared(id), Before::default(), answers)
    }

    /// Over an estate of its own, after an earlier run.
    pub(super) fn over(
        declared: &DeclaredEstate,
        before: Before,
        answers: impl Fn(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        Self::new_at(declared, before, (&Purse::unlimited(), Clock::System), answers)
    }

    /// With a purse that pays for it, and the clock that says of which day.
    pub(super) fn spending(
        declared: &DeclaredEstate,
        purse: &Purse,
        clock: Clock,
        answers: impl Fn(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        Self::new_at(declared, Before::default(), (purse, clock), answers)
    }

    fn new_at(
        declared: &DeclaredEstate,
        before: Before,
        (purse, clock): (&Purse, Clock),
        answers: impl Fn(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { config: folder.path().join("config"), credentials: folder.path().join("credentials") };
        std::fs::write(&files.config, "[profile stage]\nregion = us-east-1\n").unwrap();
        let (http, asked) = serve(Box::new(answers));
        let mut estate = Estate::new(declared.clone());
        let (tell, told) = mpsc::channel(64);
        let (may_spend, spend) = watch::channel(true);
        let stage_folder = folder;
        write_key(stage_folder.path(), "OLDKEY");
        for source in wire(declared, before, Some(&files), &http).sources {
            estate.register(source.key(), source.feeds());
            let out = Outbox::new(source.key(), clock, tell.clone(), spend.clone()).with_purse(purse.clone());
            tokio::spawn(source.run(out));
        }
        Self { estate, told, asked, operations: Vec::new(), folder: stage_folder, _may_spend: may_spend }
    }

    /// Writes another key into the credentials file.
    pub(super) fn log_in(&self, key: &str) {
        write_key(self.folder.path(), key);
    }

    pub(super) fn source(&self, name: SourceName) -> &SourceRecord {
        self.estate.sources().iter().find(|s| s.key.name == name).unwrap()
    }

    /// Every operation that was asked for so far.
    pub(super) fn operations(&mut self) -> &[String] {
        self.operations.extend(self.asked.try_iter());
        &self.operations
    }

    pub(super) async fn until(&mut self, within: Duration, holds: impl Fn(&Estate) -> bool) {
        let told = async {
            while !holds(&self.estate) {
                let observation = self.told.recv().await.expect("sources never end");
                self.estate.apply(observation);
            }
        };
        let in_time = tokio::time::timeout(within, told).await.is_ok();
        assert!(in_time, "not within {within:?}\n{:#?}", self.estate.sources());
    }

    /// Takes in what is told meanwhile.
    pub(super) async fn pass(&mut self, time: Duration) {
        let told = async {
            while let Some(observation) = self.told.recv().await {
                self.estate.apply(observation);
            }
        };
        let _ = tokio::time::timeout(time, told).await;
    }
}

fn serve(answers: Answers) -> (SharedHttpClient, std_mpsc::Receiver<String>) {
    let (line, mut requests) = mpsc::unbounded_channel::<Asked>();
    let (note, asked) = std_mpsc::channel();
    tokio::spawn(async move {
        let mut counts = HashMap::new();
        while let Some((request, answer)) = requests.recv().await {
            let sent = sent(&request, &mut counts);
            let _ = note.send(sent.operation.clone());
            let _ = answer.send(answers(&sent));
        }
    });
    let line = Arc::new(line);
    let http = http_client_fn(move |settings, components| {
        let real = http::single().http_connector(settings, components);
        SharedHttpConnector::new(Line((*line).clone(), real))
    });
    (http, asked)
}

fn write_key(folder: &std::path::Path, key: &str) {
    let text = format!("[stage]\naws_access_key_id = {key}\naws_secret_access_key = secret\n");
    std::fs::write(folder.join("credentials"), text).unwrap();
}

/// One account with one database.
pub(super) fn declared(id: &str) -> DeclaredEstate {
    let account = DeclaredAccount {
        name: "production".into(),
        id: id.into(),
        environment: "production".into(),
        regions: vec!["us-east-1".into()],
        profile: Some("stage".into()),
        role_arn: None,
        operate_role_arn: None,
        guarded: true,
    };
    let database = DeclaredDatabase {
        name: "orders".into(),
        account: "production".into(),
        region: "us-east-1".into(),
        cluster: "orders".into(),
        global: None,
        max_connections: None,
    };
    DeclaredEstate { accounts: vec![account], databases: vec![database], ..DeclaredEstate::default() }
}
