//! What is never sent, and what may have been, on real sockets: no port, no name, no TLS, no answer.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::json;

use super::fire;
use crate::operate::{Answer, Call, Service};
use crate::source::severed::{ENDS, free, plain, server};

async fn fired(endpoint: &str) -> Answer {
    let credentials = Credentials::new("111122223333", "not-a-secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let call = Call {
        service: Service::Rds,
        action: "FailoverDBCluster".to_owned(),
        region: None,
        cli: String::new(),
        request: json!({"DBClusterIdentifier": "orders-use1"}),
    };
    fire(&config, "us-east-1", &call).await
}

fn unsent(answer: &Answer) {
    assert!(matches!(answer, Answer::Unsent(why) if why.starts_with("no connection: ")), "{answer:?}");
}

#[tokio::test]
async fn what_has_no_connection_was_not_sent() {
    unsent(&fired(&format!("http://{}", free())).await);
    unsent(&fired("http://no-such-host.invalid").await);
}

#[tokio::test]
async fn what_finds_no_tls_was_not_sent() {
    let (plain, heard) = plain();
    unsent(&fired(&format!("https://{plain}")).await);
    let (silent, _heard) = server(|_| {});
    unsent(&fired(&format!("https://{silent}")).await);
    let hello = heard.recv().unwrap();
    assert!(!hello.windows(8).any(|w| w == b"Failover"), "nothing of the request has left");
    assert_eq!(heard.try_iter().count(), 0, "and it is not tried again");
}

/// Where nobody accepts, the connection does not come about in its time.
#[tokio::test]
async fn what_waits_for_its_connection_in_vain_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        queue.push(stream);
        assert!(queue.len() < 10_000, "the queue of those who wait to be accepted has an end");
    }
    let begun = Instant::now();
    unsent(&fired(&format!("http://{address}")).await);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_was_written_may_have_acted() {
    for (number, end) in ENDS.into_iter().enumerate() {
        let (address, heard) = server(end);
        let answer = fired(&format!("http://{address}")).await;
        assert!(matches!(answer, Answer::Lost { .. }), "{number}: {answer:?}");
        assert_eq!(heard.try_iter().count(), 1, "{number}: it goes out once");
    }
}
