//! The made-up stations of the testkit, over real connections.

use std::time::{Duration, Instant};

use base::{Secret, Timestamp};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use relayscope_station::{
    Account, AccountToken, Address, Answer, Balance, Call, CallFailure, CheckInState, CheckInWish,
    Heard, KeyShape, LogQuery, Method, Problem, Reply, StationKind, Step, Target, Transport,
    converse,
};
use testkit::stations::{Key, Plan, Software, Station, Trap, Window};

use crate::harness::line;

/// Patience with a single answer.
const PATIENCE: Duration = Duration::from_millis(1_500);
const USD: i64 = 500_000;

struct Wire {
    client: Client<HttpConnector, Full<Bytes>>,
    address: Address,
    key: Secret<String>,
    account: Secret<String>,
}

impl Transport for Wire {
    async fn send(&self, call: &Call) -> Reply {
        let method = match call.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        let mut request = http::Request::builder()
            .method(method)
            .uri(self.address.url_of(call, &self.key));
        for (name, value) in call.headers_for(&self.key, Some(&self.account)) {
            request = request.header(name, value);
        }
        let body = call.body_for(&self.key).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let began = Instant::now();
        match tokio::time::timeout(PATIENCE, self.answer(request, call.cap, began)).await {
            Ok(reply) => reply,
            Err(_) => Err(CallFailure::Timeout {
                seconds: PATIENCE.as_secs(),
            }),
        }
    }
}

impl Wire {
    async fn answer(
        &self,
        request: http::Request<Full<Bytes>>,
        cap: usize,
        began: Instant,
    ) -> Reply {
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|_| CallFailure::Connect)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, cap).collect().await;
        let body =
            body.map_err(
                |error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
                    Some(_) => CallFailure::TooLarge { cap: cap as u64 },
                    None => CallFailure::Broken,
                },
            )?;
        let headers = head.headers.iter();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        value.to_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            body: body.to_bytes().to_vec(),
            ms: began.elapsed().as_millis() as u64,
        })
    }
}

struct Visitor {
    wire: Wire,
    on: Target,
}

impl Visitor {
    fn new(station: &Station) -> Self {
        let (key, account) =
            station.change(|state| (state.keys[0].text.clone(), state.account.token.clone()));
        let address = Address::parse(&station.base_url()).unwrap();
        Self {
            wire: Wire {
                client: Client::builder(TokioExecutor::new()).build_http(),
                address: address.clone(),
                key: Secret::new(key.clone()),
                account: Secret::new(account),
            },
            on: Target {
                address,
                key: KeyShape::of(&key),
                now: Timestamp::parse("2026-11-20T12:00:00Z").unwrap(),
                ..Target::default()
            },
        }
    }

    fn with_account(mut self, token: AccountToken) -> Self {
        self.on.account = Some(Account {
            token,
            user_id: Some("321".into()),
        });
        self
    }

    async fn run<T: Send>(&self, next: impl Fn(&Target, &Heard) -> Step<T> + Send + Sync) -> T {
        let mut heard = Heard::default();
        converse(&self.wire, &self.on.address, &mut heard, |heard| {
            next(&self.on, heard)
        })
        .await
    }

    async fn balance(&self) -> Balance {
        self.run(relayscope_station::balance).await.balance
    }

    async fn calls_a_model(&self) -> http::StatusCode {
        let body = r#"{"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":true}"#;
        let request = http::Request::post(format!("{}/v1/messages", self.on.address.origin))
            .header("x-api-key", self.wire.key.reveal())
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let answer = self.wire.client.request(request).await.unwrap();
        let status = answer.status();
        answer.into_body().collect().await.unwrap();
        status
    }
}

#[tokio::test]
async fn every_software_is_recognised_and_read() {
    for (software, kind, expected) in [
        (
            Software::NewApi,
            StationKind::NewApi,
            "new-api active key USD left 20 used 0 of 20 spend ~20",
        ),
        (
            Software::OneApi,
            StationKind::OneApi,
            "one-api active key USD left 20 used 0 of 20 spend ~20 +may_be_understated",
        ),
        (
            Software::OneHub,
            StationKind::OneHub,
            "one-hub active key USD left 20 used 0 of 20 spend ~20 +key_or_account",
        ),
        (
            Software::DoneHub,
            StationKind::DoneHub,
            "done-hub active key USD left 20 used 0 of 20 spend ~20 +key_or_account",
        ),
        (
            Software::Veloera,
            StationKind::Veloera,
            "veloera active key USD left 20 used 0 of 20 spend ~20 +key_or_account",
        ),
        (
            Software::Sub2Api,
            StationKind::Sub2Api,
            "sub2api active key USD left 20 used 0 of 20 spend ~20",
        ),
        (
            Software::ClaudeRelayService,
            StationKind::ClaudeRelayService,
            "claude-relay-service active key USD left 20 used 0 of 20 spend 20",
        ),
        (
            Software::VoApi,
            StationKind::VoApi,
            "voapi unsupported key USD left ? used ? of ? spend ? (needs)",
        ),
        (
            Software::OpenAiBilling,
            StationKind::OpenAiBilling,
            "openai-billing active key USD left 20 used 0 of 20 spend ~20 +key_or_account",
        ),
        (
            Software::Unknown,
            StationKind::Unknown,
            "unknown unreachable key USD left ? used ? of ? spend ? (web_page)",
        ),
    ] {
        let station = Station::start(software).await.unwrap();
        let visitor = Visitor::new(&station);
        let reading = visitor.run(relayscope_station::balance).await;
        let detection = reading.detection.unwrap();
        assert_eq!(detection.kind, kind, "{software:?} {detection:?}");
        assert_eq!(
            line(&reading.balance),
            expected,
            "{software:?} {:?}",
            station.asked()
        );
        assert_eq!(station.change(|state| state.account.rotations), 0);
    }
}

#[tokio::test]
async fn a_call_is_charged_and_appears_in_the_log() {
    for (software, account) in [
        (Software::NewApi, None),
        (Software::NewApi, Some(AccountToken::Access)),
        (Software::OneApi, Some(AccountToken::Access)),
        (Software::OneHub, Some(AccountToken::Access)),
        (Software::Veloera, Some(AccountToken::Access)),
        (Software::Sub2Api, Some(AccountToken::Jwt)),
        (Software::Sub2Api, None),
        (Software::ClaudeRelayService, None),
    ] {
        let station = Station::start(software).await.unwrap();
        let mut visitor = Visitor::new(&station);
        if let Some(token) = account {
            visitor = visitor.with_account(token);
        }
        let before = visitor.balance().await;
        assert_eq!(visitor.calls_a_model().await, 200, "{software:?}");
        let after = visitor.balance().await;
        let (before, after) = (
            before.remaining.value().unwrap().0,
            after.remaining.value().unwrap().0,
        );
        // A millionth is lost where dollars are rounded.
        let paid = station.change(|state| state.rows[0].quota) * 2_000;
        assert!(
            (before - after - paid).abs() <= 1_000,
            "{software:?}: {before} {after} {paid}"
        );
        let page = visitor
            .run(|on, heard| relayscope_station::logs(on, &LogQuery::default(), heard))
            .await
            .unwrap();
        assert_eq!(page.rows.len(), 1, "{software:?} {page:?}");
        let cost = page.rows[0].cost.unwrap().0;
        assert!((cost - paid).abs() <= 1_000, "{software:?}: {cost} {paid}");
        assert!(page.rows[0].prompt_tokens.unwrap() > 0);
    }
}

#[tokio::test]
async fn check_in_is_done_once_a_day() {
    for software in [Software::NewApi, Software::Veloera] {
        let station = Station::start(software).await.unwrap();
        let visitor = Visitor::new(&station).with_account(AccountToken::Access);
        let wish =
            |wish| move |on: &Target, heard: &Heard| relayscope_station::check_in(on, wish, heard);
        assert_eq!(
            visitor.run(wish(CheckInWish::Look)).await.state,
            CheckInState::Due
        );
        let done = visitor.run(wish(CheckInWish::Do)).await;
        assert_eq!(
            (done.state, done.confirmed, done.awarded_quota),
            (CheckInState::Done, true, Some(7_321))
        );
        assert_eq!(
            visitor.run(wish(CheckInWish::Do)).await.state,
            CheckInState::AlreadyDone
        );
        assert_eq!(station.change(|state| state.account.check_ins.len()), 1);
        assert!(
            station
                .asked()
                .iter()
                .all(|asked| asked.target != "/api/user/token")
        );
    }
}

#[tokio::test]
async fn the_small_bucket_empties_and_billing_goes_on() {
    let station = Station::start(Software::NewApi).await.unwrap();
    let visitor = Visitor::new(&station);
    for _ in 0..25 {
        assert_eq!(
            visitor
                .balance()
                .await
                .remaining
                .value()
                .unwrap()
                .to_string(),
            "20"
        );
    }
    assert_eq!(station.change(|state| state.bucket.len()), 20);
    let log = visitor
        .run(|on, heard| relayscope_station::logs(on, &LogQuery::default(), heard))
        .await;
    assert_eq!(log, Err(Problem::RateLimited { seconds: None }));
    station.change(|state| state.settings.retry_after = true);
    let log = visitor
        .run(|on, heard| relayscope_station::logs(on, &LogQuery::default(), heard))
        .await;
    assert!(matches!(
        log,
        Err(Problem::RateLimited {
            seconds: Some(1..=1_200)
        })
    ));
}

#[tokio::test]
async fn states_of_keys_are_seen_where_the_software_shows_them() {
    let key = |change: fn(&mut Key)| {
        move |state: &mut testkit::stations::State| change(&mut state.keys[0])
    };
    let spent = key(|key| key.left = Some(0));
    let expired = key(|key| key.until = 1_767_225_600);
    let disabled = key(|key| key.disabled = true);
    let unlimited = key(|key| key.left = None);
    for (software, change, expected) in [
        (
            Software::NewApi,
            &spent as &dyn Fn(&mut testkit::stations::State),
            "exhausted (key_exhausted)",
        ),
        (Software::NewApi, &expired, "expired (key_expired)"),
        (Software::NewApi, &disabled, "disabled (key_disabled)"),
        (Software::NewApi, &unlimited, "active (account_hidden)"),
        (Software::OneApi, &spent, "exhausted (key_exhausted)"),
        (Software::OneHub, &expired, "expired (key_expired)"),
        (Software::OneHub, &unlimited, "active"),
        (Software::Sub2Api, &spent, "exhausted (key_exhausted)"),
        (Software::Sub2Api, &expired, "expired (key_expired)"),
        (Software::Sub2Api, &unlimited, "active"),
        (
            Software::ClaudeRelayService,
            &disabled,
            "disabled (key_disabled)",
        ),
    ] {
        let station = Station::start(software).await.unwrap();
        station.change(|state| change(state));
        let said = line(&Visitor::new(&station).balance().await);
        let words: Vec<&str> = said.split(' ').collect();
        let reason = words.iter().find(|word| word.starts_with('('));
        let short = [Some(&words[1]), reason]
            .into_iter()
            .flatten()
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(short, expected, "{software:?}: {said}");
    }
}

#[tokio::test]
async fn windows_plans_and_debts_of_sub2api() {
    let station = Station::start(Software::Sub2Api).await.unwrap();
    station.change(|state| {
        state.keys[0].left = None;
        state.keys[0].windows = vec![Window {
            window: "5h".into(),
            limit: 10 * USD,
            used: 4 * USD,
        }];
    });
    let visitor = Visitor::new(&station);
    assert!(line(&visitor.balance().await).contains("spend ~6 unlimited [5h 4/10]"));
    station.change(|state| {
        state.keys[0].windows.clear();
        state.account.plan = Some(Plan {
            name: "VIP".into(),
            limits: [Some(5 * USD), None, Some(50 * USD)],
            used: [5 * USD, 5 * USD, 5 * USD],
            until: 1_900_000_000,
        });
    });
    assert!(line(&visitor.balance().await).contains("exhausted subscription USD left 0"));
    station.change(|state| {
        state.account.plan = None;
        state.account.left = -USD;
    });
    assert!(line(&visitor.balance().await).contains("exhausted account USD left -1"));
    assert_eq!(visitor.calls_a_model().await, 403);
}

#[tokio::test]
async fn traps_are_told_by_name() {
    let elsewhere = Station::start(Software::NewApi).await.unwrap();
    for (trap, expected) in [
        (Trap::Page, "web_page"),
        (Trap::Challenge, "challenge"),
        (Trap::OldChallenge, "challenge"),
        (
            Trap::Elsewhere(elsewhere.base_url().replace("127.0.0.1", "localhost")),
            "other_host",
        ),
        (Trap::Circle, "redirect_loop"),
        (Trap::CaptivePortal, "captive_portal"),
        (Trap::PlainNotFound, "no_endpoint"),
        (Trap::RateLimited, "rate_limited"),
        (Trap::Status(503), "server_error"),
        (Trap::Json(b"{\"success\":".to_vec()), "not_json"),
        (Trap::Json(b" ".to_vec()), "empty"),
        (Trap::BadText, "refused"),
        (Trap::Huge { mib: 300 }, "no_answer"),
        (Trap::Drip { gap_ms: 50 }, "no_answer"),
        (Trap::Cut, "no_answer"),
        (Trap::Silence, "no_answer"),
        (Trap::Reset, "no_answer"),
        (Trap::Noise, "no_answer"),
    ] {
        let station = Station::start(Software::NewApi).await.unwrap();
        let mut visitor = Visitor::new(&station);
        visitor.on.kind = StationKind::NewApi;
        station.change(|state| {
            state.traps = vec![
                ("/api/usage".into(), trap.clone()),
                ("/v1/dashboard".into(), trap.clone()),
            ]
        });
        let balance = visitor.balance().await;
        let reason = serde_json::to_value(balance.reason.as_ref().unwrap()).unwrap();
        assert_eq!(reason["code"], expected, "{trap:?} {balance:?}");
        assert!(!balance.has_figures(), "{trap:?}");
    }
    // No key, nor anything else, was carried to the other address.
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_missing_slash_is_followed_on_the_same_host() {
    let station = Station::start(Software::NewApi).await.unwrap();
    let visitor = Visitor::new(&station);
    station.change(|state| state.settings.check_in = false);
    let mut heard = Heard::default();
    let asked = converse(
        &visitor.wire,
        &visitor.on.address,
        &mut heard,
        |heard: &Heard| {
            let call = Call::get("x", "/api/usage/token")
                .with(relayscope_station::Auth::Key(Default::default()));
            match heard.answer("x") {
                None => Step::Ask(Box::new(call)),
                Some(answer) => Step::Done(answer.status),
            }
        },
    );
    assert_eq!(asked.await, 200);
    assert_eq!(station.asked().len(), 2);
}
