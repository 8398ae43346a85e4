//! Asks IAM what a principal may do: two requests of its query protocol, signed here, since its SDK is larger than
//! everything else that the console speaks.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;

use super::super::trouble::{Kind, Trouble, judge_answer, root};

/// How long an answer may take.
const ATTEMPT: Duration = Duration::from_secs(8);

/// IAM, as one set of credentials sees it.
pub(super) struct Iam {
    pub(super) http: SharedHttpClient,
    pub(super) credentials: Credentials,
    /// Where IAM is: `https://iam.amazonaws.com`, or what environment and profile say.
    pub(super) endpoint: String,
    /// The region that its signatures name.
    pub(super) region: &'static str,
}

/// What a simulation said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Simulated {
    /// `allowed`, `implicitDeny` or `explicitDeny`.
    pub(super) decision: String,
    /// Condition keys that policies name and that nothing was said about.
    pub(super) missing: Vec<String>,
}

impl Iam {
    /// Whether a principal may take an action on a resource in a region.
    pub(super) async fn simulate(
        &self,
        principal: &str,
        action: &str,
        resource: &str,
        region: &str,
    ) -> Result<Simulated, Trouble> {
        let body = self
            .ask(
                "iam:SimulatePrincipalPolicy",
                &[
                    ("Action", "SimulatePrincipalPolicy"),
                    ("PolicySourceArn", principal),
                    ("ActionNames.member.1", action),
                    ("ResourceArns.member.1", resource),
                    ("ContextEntries.member.1.ContextKeyName", "aws:RequestedRegion"),
                    ("ContextEntries.member.1.ContextKeyType", "string"),
                    ("ContextEntries.member.1.ContextKeyValues.member.1", region),
                ],
            )
            .await?;
        simulated(&body).ok_or_else(|| Trouble::new(Kind::Other, "IAM's simulation answered without a decision"))
    }

    /// The ARN of a role, its path included.
    pub(super) async fn role(&self, name: &str) -> Result<String, Trouble> {
        let body = self.ask("iam:GetRole", &[("Action", "GetRole"), ("RoleName", name)]).await?;
        element(&body, "Arn").ok_or_else(|| Trouble::new(Kind::Other, "IAM described a role without its ARN"))
    }

    async fn ask(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String, Trouble> {
        let mut form = "Version=2010-05-08".to_owned();
        for (name, value) in parameters {
            form.push('&');
            form.push_str(name);
            form.push('=');
            form.push_str(&super::super::eks::token::escaped(value));
        }
        let request = self.signed(form).map_err(|why| Trouble::new(Kind::Other, why))?;
        let limits =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_timeout(ATTEMPT).build();
        let operation = Operation::builder()
            .service_name("iam")
            .operation_name(action.to_owned())
            .http_client(self.http.clone())
            .endpoint_url(&self.endpoint)
            .no_auth()
            .no_retry()
            .sleep_impl(TokioSleep::new())
            .timeout_config(limits)
            .serializer(move |request: HttpRequest| Ok(request))
            .deserializer::<_, Infallible>(|answer| {
                let body = answer.body().bytes().map(|b| String::from_utf8_lossy(b).into_owned());
                let body = body.ok_or_else(|| OrchestratorError::other("the answer was not read whole"))?;
                Ok((answer.status().as_u16(), body))
            })
            .build();
        match operation.invoke(request).await {
            Ok((200..300, body)) => Ok(body),
            Ok((status, body)) => {
                let (code, message) = (element(&body, "Code"), element(&body, "Message"));
                Err(judge_answer(code.as_deref(), message.as_deref(), status, action))
            }
            Err(error) => {
                let why = if matches!(error, SdkError::TimeoutError(_)) {
                    "no answer in time".to_owned()
                } else {
                    root(&error)
                };
                Err(Trouble::new(Kind::Unreachable, format!("{action} cannot be reached: {why}")))
            }
        }
    }

    fn signed(&self, form: String) -> Result<HttpRequest, String> {
        let url = format!("{}/", self.endpoint.trim_end_matches('/'));
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("iam")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| error.to_string())?;
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let body = SignableBody::Bytes(form.as_bytes());
        let signable = SignableRequest::new("POST", url.as_str(), std::iter::once(kind), body);
        let signable = signable.map_err(|error| error.to_string())?;
        let (instructions, _) = sign(signable, &params.into()).map_err(|error| error.to_string())?.into_parts();
        let (headers, _) = instructions.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(form));
        request.set_method("POST").map_err(|error| error.to_string())?;
        request.set_uri(url).map_err(|error| error.to_string())?;
        request.headers_mut().insert(kind.0, kind.1);
        for header in headers {
            request.headers_mut().insert(header.name(), header.value().to_owned());
        }
        Ok(request)
    }
}

/// The decision of an answer about one action.
fn simulated(xml: &str) -> Option<Simulated> {
    let decision = element(xml, "EvalDecision")?;
    let missing =
        xml.split_once("<MissingContextValues>").and_then(|(_, rest)| rest.split_once("</MissingContextValues>"));
    let missing = missing.map(|(list, _)| members(list)).unwrap_or_default();
    Some(Simulated { decision, missing })
}

/// The text of the first element of that name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(plain(text.trim()))
}

/// The texts of a list's members.
fn members(xml: &str) -> Vec<String> {
    let each = xml.split("<member>").skip(1);
    each.filter_map(|rest| Some(plain(rest.split_once("</member>")?.0.trim()))).collect()
}

fn plain(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_is_read() {
        let xml = "<SimulatePrincipalPolicyResponse xmlns=\"x\"><SimulatePrincipalPolicyResult><EvaluationResults><member>\
                   <MatchedStatements><member><SourcePolicyId>p</SourcePolicyId></member></MatchedStatements>\
                   <MissingContextValues><member>aws:MultiFactorAuthPresent</member></MissingContextValues>\
                   <EvalDecision>implicitDeny</EvalDecision><EvalActionName>rds:FailoverDBCluster</EvalActionName></member>\
                   </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
        let expected =
            Simulated { decision: "implicitDeny".into(), missing: vec!["aws:MultiFactorAuthPresent".into()] };
        assert_eq!(simulated(xml), Some(expected));
        assert_eq!(simulated("<html>no</html>"), None);
        let allowed = "<EvalDecision>allowed</EvalDecision><MissingContextValues/>";
        assert_eq!(simulated(allowed), Some(Simulated { decision: "allowed".into(), missing: vec![] }));
        assert_eq!(element("<Message>a &lt;b&gt; &amp;amp;</Message>", "Message").as_deref(), Some("a <b> &amp;"));
    }
}
