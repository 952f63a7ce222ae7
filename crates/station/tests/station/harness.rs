//! A station made of fixtures: what it answers to which call.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use base::{Currency, Measured, Nanos, Secret, Timestamp};
use relayscope_station::{
    Account, AccountToken, Address, Answer, Balance, Call, CallFailure, Decimal, Heard, KeyForm,
    KeyShape, Reading, Reply, StationKind, Step, Target, Transport, converse,
};

/// The moment of all tests: 2026-08-22T06:00:00Z, when the fixtures were written.
pub(crate) const NOW: i64 = 1_787_378_400_000_000;

/// A station.
pub(crate) struct Station {
    answers: Vec<(String, Reply)>,
    asked: Mutex<Vec<Call>>,
    pub(crate) on: Target,
}

pub(crate) fn fixture(name: &str) -> Answer {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let body = std::fs::read(directory.join(name)).unwrap_or_else(|_| panic!("{name}"));
    let index: serde_json::Value =
        serde_json::from_slice(&std::fs::read(directory.join("INDEX.json")).unwrap()).unwrap();
    let entry = index
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["file"] == name);
    let entry = entry.unwrap_or_else(|| panic!("{name} is not in the index"));
    Answer {
        status: u16::try_from(entry["http"].as_u64().unwrap()).unwrap(),
        headers: vec![(
            "content-type".to_owned(),
            entry["content_type"].as_str().unwrap().to_owned(),
        )],
        body,
        ms: 12,
    }
}

impl Station {
    /// A station at `https://relay.example` with a key of One-API's shape.
    pub(crate) fn new() -> Self {
        Self {
            answers: Vec::new(),
            asked: Mutex::new(Vec::new()),
            on: Target {
                address: Address::parse("https://relay.example/v1").unwrap(),
                key: KeyShape::OneApi,
                balance_form: KeyForm::Bearer,
                now: Timestamp(NOW),
                ..Target::default()
            },
        }
    }

    /// A station of a known kind.
    pub(crate) fn of(kind: StationKind) -> Self {
        let mut station = Self::new();
        station.on.kind = kind;
        station
    }

    /// The fixture that answers `GET /path` (without its query).
    pub(crate) fn says(self, call: &str, name: &str) -> Self {
        let answer = fixture(name);
        self.replies(call, Ok(answer))
    }

    /// JSON that answers.
    pub(crate) fn tells(self, call: &str, status: u16, body: &str) -> Self {
        let answer = Answer {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.as_bytes().to_vec(),
            ms: 12,
        };
        self.replies(call, Ok(answer))
    }

    pub(crate) fn replies(mut self, call: &str, reply: Reply) -> Self {
        self.answers.push((call.to_owned(), reply));
        self
    }

    /// Adds a header to the last answer.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Some((_, Ok(answer))) = self.answers.last_mut() {
            answer.headers.push((name.into(), value.into()));
        }
        self
    }

    /// The user gave an access token and the user's number.
    pub(crate) fn with_account(mut self, token: AccountToken) -> Self {
        self.on.account = Some(Account {
            token,
            user_id: Some("321".into()),
        });
        self
    }

    /// `quota_per_unit` and the rest of New-API's status.
    pub(crate) fn with_status(self) -> Self {
        self.says("GET /api/status", "newapi_status.json")
    }

    pub(crate) fn run<T: Send>(
        &self,
        next: impl Fn(&Target, &Heard) -> Step<T> + Send + Sync,
    ) -> T {
        self.run_heard(next).0
    }

    pub(crate) fn run_heard<T: Send>(
        &self,
        next: impl Fn(&Target, &Heard) -> Step<T> + Send + Sync,
    ) -> (T, Heard) {
        let mut heard = Heard::default();
        let result = ready(converse(self, &self.on.address, &mut heard, |heard| {
            next(&self.on, heard)
        }));
        (result, heard)
    }

    pub(crate) fn reading(&self) -> Reading {
        self.run(relayscope_station::balance)
    }

    pub(crate) fn balance(&self) -> Balance {
        self.reading().balance
    }

    /// `GET /path` of every call, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(Call::title).collect()
    }

    /// Calls that carried a secret.
    pub(crate) fn asked_with_key(&self) -> BTreeSet<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|call| call.is_keyed())
            .map(Call::title)
            .collect()
    }
}

impl Transport for Station {
    async fn send(&self, call: &Call) -> Reply {
        self.asked.lock().unwrap().push(call.clone());
        let key = Secret::new("sk-test".to_owned());
        let url = self.on.address.url_of(call, &key);
        let rest = url.strip_prefix(&self.on.address.origin).unwrap_or(&url);
        let path = rest.split('?').next().unwrap();
        let method = call.title().split(' ').next().unwrap().to_owned();
        let title = format!("{method} {path}");
        let found = self.answers.iter().find(|(call, _)| *call == title);
        match found {
            Some((_, reply)) => reply.clone(),
            None => Ok(fixture("gin_404.txt")),
        }
    }
}

/// A future that never waits.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("waits"),
    }
}

/// One line that says everything about a balance which a person sees.
pub(crate) fn line(balance: &Balance) -> String {
    let json = |value: serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    let code = |problem: &relayscope_station::Problem| {
        json(serde_json::to_value(problem).unwrap()["code"].clone())
    };
    let mut parts = vec![
        balance.kind.to_string(),
        json(serde_json::to_value(balance.state).unwrap()),
        json(serde_json::to_value(balance.scope).unwrap()),
        json(serde_json::to_value(balance.unit).unwrap()),
        format!("left {}", amount(balance.remaining)),
        format!("used {}", amount(balance.used)),
        format!("of {}", amount(balance.granted)),
        format!("spend {}", amount(balance.spendable)),
    ];
    if balance.unlimited {
        parts.push("unlimited".to_owned());
    }
    if let Some(end) = balance.expires_at {
        parts.push(format!("until {end}"));
    }
    for window in &balance.windows {
        let (used, limit) = (amount(window.used), amount(window.limit));
        parts.push(format!("[{} {used}/{limit}]", window.window));
    }
    parts.extend(
        balance
            .reason
            .as_ref()
            .map(|reason| format!("({})", code(reason))),
    );
    parts.extend(balance.notes.iter().map(|note| format!("+{}", code(note))));
    parts.join(" ")
}

/// `12.5`, `~12.5`, `?`.
pub(crate) fn amount(amount: Measured<Nanos>) -> String {
    match amount {
        Measured::Exact(nanos) => nanos.to_string(),
        Measured::Estimated(nanos) => format!("~{nanos}"),
        Measured::Unknown(_) => "?".to_owned(),
    }
}

pub(crate) fn in_cny(balance: &Balance) -> String {
    amount(balance.convert(
        balance.remaining,
        Currency::Cny,
        Decimal::parse("7.3").unwrap(),
    ))
}

pub(crate) fn in_usd(balance: &Balance) -> String {
    amount(balance.convert(
        balance.remaining,
        Currency::Usd,
        Decimal::parse("7.3").unwrap(),
    ))
}

pub(crate) fn timeout() -> Reply {
    Err(CallFailure::Timeout { seconds: 20 })
}

/// Every fixture is used by some test here: by its name in the sources.
#[test]
fn every_fixture_is_read() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for file in std::fs::read_dir(directory.join("tests/station")).unwrap() {
        sources.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let unused: BTreeMap<String, ()> = std::fs::read_dir(directory.join("tests/fixtures"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "INDEX.json" && !sources.contains(&format!("\"{name}\"")))
        .map(|name| (name, ()))
        .collect();
    assert!(unused.is_empty(), "{:?}", unused.keys());
}
