//! One upstream, several keys: every call gets a healthy one.

use std::collections::HashMap;

use base::{Clock, Secret};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use route::{
    Allowance, Ask, Attempt, Classifier, Course, Failure, KeyConfig, KeyId, Next, Nobody, Pool,
    Progress, Report, Settings, SharedPool, SiteConfig, SiteId, Usage, Verdict,
};

use crate::answer::AnswerBody;
use crate::base_url::{BaseUrl, BaseUrlError};
use crate::error::NetError;
use crate::upstream::Upstream;

/// Bytes of an error answer that are read to see whose fault it is.
const ERROR_BYTES: usize = 64 * 1024;

/// Calls one upstream with the keys of a pool, for programs that need no routes.
///
/// A key that fails is recognised from the answer itself and steps aside, and the call is made again with
/// the next one where that cannot bill twice: see [`Course`]. The state of the keys is in
/// [`Rotation::pool`].
///
/// ```
/// use base::{Secret, SystemClock};
/// use bytes::Bytes;
/// use http::{HeaderMap, Request, header::AUTHORIZATION};
/// use relayscope_net::{BaseUrl, ConnectTimeout, Outbound, OwnAddresses, Rotation, Upstream};
/// # use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let address = format!("http://{}", listener.local_addr()?);
/// # tokio::spawn(async move {
/// #     loop {
/// #         let Ok((mut socket, _)) = listener.accept().await else { return };
/// #         let mut heard = vec![0; 4096];
/// #         let length = socket.read(&mut heard).await.unwrap_or(0);
/// #         let good = String::from_utf8_lossy(&heard[..length]).contains("sk-good");
/// #         let (status, body) = if good { ("200 OK", "{}") } else { ("401 No", r#"{"error":{"message":"invalid api key"}}"#) };
/// #         let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
/// #         let _ = socket.write_all(answer.as_bytes()).await;
/// #     }
/// # });
/// let timeout = ConnectTimeout(std::time::Duration::from_secs(10));
/// let upstream = Upstream::new(Outbound::Direct, timeout, OwnAddresses::default());
/// let keys = ["sk-dead", "sk-good"].map(|key| Secret::new(key.to_owned()));
/// let rotation = Rotation::new(upstream, BaseUrl::parse(&address)?, keys)?;
///
/// let request = Request::post("/v1/chat/completions").body(Bytes::from_static(b"{}"))?;
/// let bearer = |headers: &mut HeaderMap, key: &str| {
///     if let Ok(value) = format!("Bearer {key}").parse() {
///         headers.insert(AUTHORIZATION, value);
///     }
/// };
/// let response = rotation.call("gpt-6", &request, bearer, &SystemClock).await?;
/// assert_eq!(response.status(), 200);
/// // The dead key was tried once and is never tried again.
/// # use base::Clock;
/// let states = rotation.pool().with(|pool| pool.view(SystemClock.now()));
/// assert_eq!(states.iter().filter(|key| key.state == route::KeyState::Invalid).count(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Rotation {
    upstream: Upstream,
    base: BaseUrl,
    site: SiteId,
    keys: HashMap<KeyId, Secret<String>>,
    pool: SharedPool,
    classifier: Classifier,
    allowance: Allowance,
}

/// Why a call brought no good answer.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// Every key is out of service, and when the first one comes back.
    #[error(transparent)]
    Nobody(#[from] Nobody),
    /// The upstream could not be called.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The path cannot be joined to the address.
    #[error(transparent)]
    Address(#[from] BaseUrlError),
    /// The upstream refused, and no other key would do better.
    #[error("the upstream answered {}", .0.status())]
    Refused(Box<Response<Bytes>>),
}

impl Rotation {
    /// Over these keys, in this order.
    ///
    /// # Errors
    /// When the bundled tables of the pool cannot be read.
    pub fn new(
        upstream: Upstream,
        base: BaseUrl,
        keys: impl IntoIterator<Item = Secret<String>>,
    ) -> Result<Self, route::RoutingFileError> {
        let settings = Settings::bundled()?;
        let allowance = Allowance::from(&settings);
        let site = SiteId::from(base.authority());
        let named = keys.into_iter().enumerate();
        let named: Vec<_> = named
            .map(|(place, key)| (KeyId::from(format!("key-{place}").as_str()), key))
            .collect();
        let configs = named.iter().map(|(name, _)| KeyConfig::new(name.clone()));
        let mut pool = Pool::new(settings);
        pool.configure(vec![SiteConfig::new(site.clone(), configs)]);
        Ok(Self {
            upstream,
            base,
            site,
            keys: named.into_iter().collect(),
            pool: SharedPool::new(pool),
            classifier: Classifier::bundled()?,
            allowance,
        })
    }

    /// The keys and their states.
    pub fn pool(&self) -> &SharedPool {
        &self.pool
    }

    /// Makes a call. `request` has a path instead of an address; `identify` puts the key into its headers.
    ///
    /// # Errors
    /// See [`RotationError`]. A request that is wrong by itself is refused once and blamed on no key.
    pub async fn call(
        &self,
        model: &str,
        request: &Request<Bytes>,
        identify: impl Fn(&mut HeaderMap, &str),
        clock: &dyn Clock,
    ) -> Result<Response<AnswerBody>, RotationError> {
        let sites = [self.site.clone()];
        let mut course = Course::new(self.allowance.clone(), clock.now());
        let mut refused = None;
        loop {
            let ask = Ask {
                course: Some(&course),
                ..Ask::new(&sites, model)
            };
            let now = clock.now();
            let plan = self.pool.with(|pool| pool.plan(&ask, now, now.0 as u64));
            let candidate = match (plan, refused.take()) {
                (Ok(plan), _) if !plan.candidates.is_empty() => plan.candidates[0].clone(),
                (_, Some(error)) => return Err(error),
                (Err(nobody), None) => return Err(nobody.into()),
                (Ok(_), None) => continue,
            };
            let Ok(permit) = self.pool.begin(&candidate, now) else {
                continue;
            };
            course.note(&candidate);
            let key = self
                .keys
                .get(&candidate.key)
                .map(|key| key.reveal().as_str());
            let (verdict, error) = match self.attempt(request, key, &identify, clock).await {
                Ok(response) => {
                    let usage = Usage { tokens: 0 };
                    permit.report(&Report::Succeeded(usage), clock.now(), now.0 as u64);
                    return Ok(response);
                }
                Err(told) => told,
            };
            let Some(verdict) = verdict else {
                return Err(error);
            };
            let now = clock.now();
            let next = course.decide(&verdict, now, Progress::Nothing);
            permit.report(&Report::Failed(verdict), now, now.0 as u64);
            if next != Next::PlanAgain {
                return Err(error);
            }
            refused = Some(error);
        }
    }

    async fn attempt(
        &self,
        request: &Request<Bytes>,
        key: Option<&str>,
        identify: &impl Fn(&mut HeaderMap, &str),
        clock: &dyn Clock,
    ) -> Result<Response<AnswerBody>, (Option<Verdict>, RotationError)> {
        let mut sent = Request::new(Full::new(request.body().clone()));
        *sent.method_mut() = request.method().clone();
        *sent.headers_mut() = request.headers().clone();
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        *sent.uri_mut() = self.base.join(path).map_err(|error| (None, error.into()))?;
        if let Some(key) = key {
            identify(sent.headers_mut(), key);
        }
        let response = match self.upstream.send(sent).await {
            Ok(answer) => answer.response,
            Err(error) => {
                let verdict = Verdict::of(Failure::from(&error).cause());
                return Err((Some(verdict), error.into()));
            }
        };
        if !response.status().is_client_error() && !response.status().is_server_error() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        // What of an error cannot be read is missing from the judgement, no more.
        let body = Limited::new(body, ERROR_BYTES).collect().await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let verdict = self.classifier.judge(
            &Attempt::Answered(route::Answer {
                status: parts.status.as_u16(),
                headers: &parts.headers,
                body: &body,
            }),
            clock.now(),
        );
        let refused = Response::from_parts(parts, body);
        Err((verdict, RotationError::Refused(Box::new(refused))))
    }
}

impl From<&NetError> for Failure {
    fn from(error: &NetError) -> Self {
        match error {
            NetError::Resolve { .. } => Self::NameNotFound,
            NetError::Connect { .. } => Self::ConnectFailed,
            NetError::Tls { .. } => Self::TlsFailed,
            NetError::ConnectTimeout { .. } => Self::ConnectTimeout,
            NetError::SelfLoop { .. } => Self::SelfLoop,
            NetError::Proxy { .. } => Self::ProxyRefused,
            NetError::Closed { .. } => Self::ConnectionReset,
            NetError::Protocol { .. } => Self::ProtocolError,
        }
    }
}
