//! The way into EKS clusters for operations, by the identity that reads or by the operate role.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use base64::Engine;
use futures_util::future::BoxFuture;

use super::super::eks::token::presigned;
use super::super::trouble::explain;
use super::AwsHands;
use super::account::Known;
use crate::estate::DeclaredCluster;
use crate::operate::WritePass;
use crate::source::access::{EksEndpoint, EksEntry, EksGate, TokenMaker};

impl EksGate for AwsHands {
    fn observe<'a>(&'a self, cluster: &'a DeclaredCluster) -> BoxFuture<'a, Result<EksEntry, String>> {
        Box::pin(async move {
            let known = self.account_of(cluster)?.afresh().await.map_err(|why| why.words)?;
            entry(&known, &known, cluster).await
        })
    }

    fn operate<'a>(
        &'a self,
        pass: &'a WritePass,
        cluster: &'a DeclaredCluster,
        operation: &'a str,
    ) -> BoxFuture<'a, Result<EksEntry, String>> {
        Box::pin(async move {
            let account = self.account_of(cluster)?;
            // The endpoint is looked up by the identity that reads: the operate role may be allowed nothing but to act.
            let reader = account.known().await.map_err(|why| why.words)?;
            let armed = account.armed(pass, operation).await.map_err(|why| why.words)?;
            entry(&reader, &armed, cluster).await
        })
    }

    fn has_operate_role(&self, cluster: &DeclaredCluster) -> bool {
        self.account_of(cluster).is_ok_and(|account| account.operate_role().is_some())
    }
}

/// Asks EKS for the endpoint with `reader`, and makes tokens of `known`.
async fn entry(reader: &Known, known: &Known, cluster: &DeclaredCluster) -> Result<EksEntry, String> {
    let region =
        cluster.region.as_deref().ok_or_else(|| format!("the estate file names no region of {}", cluster.name))?;
    let eks = cluster.eks.as_deref().unwrap_or(&cluster.name);
    let client = aws_sdk_eks::Client::new(&reader.config(region));
    let answer = client.describe_cluster().name(eks).send().await;
    let answer = answer.map_err(|e| explain(&e, "eks:DescribeCluster", region).words)?;
    let described = answer.cluster.ok_or_else(|| format!("EKS has no cluster {eks} in {region}"))?;
    let url = described.endpoint.ok_or_else(|| {
        let status = described.status.as_ref().map_or("of no known status", |s| s.as_str());
        format!("EKS names no endpoint for {eks} yet: it is {status}")
    })?;
    let ca_pem = described
        .certificate_authority
        .and_then(|authority| authority.data)
        .and_then(|data| base64::engine::general_purpose::STANDARD.decode(data.trim()).ok());
    let tokens = Held { credentials: known.credentials().clone(), region: region.to_owned(), cluster: eks.to_owned() };
    Ok(EksEntry {
        endpoint: EksEndpoint { url, ca_pem, tokens: Arc::new(tokens) },
        arn: known.arn.clone(),
        account_id: known.account_id.clone(),
    })
}

/// Makes tokens of one concrete set of credentials, for as long as that set is held.
struct Held {
    credentials: Credentials,
    region: String,
    cluster: String,
}

impl TokenMaker for Held {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>> {
        let expired = self.credentials.expiry().is_some_and(|at| at <= SystemTime::now());
        let token = if expired {
            Err("the credentials of this operation have expired".to_owned())
        } else {
            presigned(&self.credentials, &self.region, &self.cluster)
        };
        Box::pin(std::future::ready(token))
    }
}
