//! Whatever a station answers: nothing panics, every conversation ends, and amounts are exact.

use base::{Nanos, Timestamp};
use proptest::prelude::*;
use relayscope_station::{
    Account, AccountToken, Address, Answer, Call, CheckInWish, Decimal, Heard, Json, KeyShape,
    LogQuery, MOST_CALLS, Reply, StationKind, Step, Target, Transport, converse, evidence,
};

use crate::harness::{NOW, ready};

/// Answers everything with the same, or with answers in turn.
struct Mad(Vec<Answer>);

impl Transport for Mad {
    async fn send(&self, call: &Call) -> Reply {
        let at = call.path.len() % self.0.len();
        Ok(self.0[at].clone())
    }
}

const NAMES: &[&str] = &[
    "success",
    "code",
    "data",
    "error",
    "message",
    "object",
    "type",
    "hard_limit_usd",
    "total_usage",
    "access_until",
    "total_available",
    "total_used",
    "total_granted",
    "unlimited_quota",
    "expires_at",
    "mode",
    "isValid",
    "remaining",
    "unit",
    "balance",
    "subscription",
    "quota",
    "limit",
    "used",
    "rate_limits",
    "window",
    "items",
    "created_at",
    "other",
    "limits",
    "usage",
    "total",
    "totalCostLimit",
    "system_name",
    "quota_per_unit",
    "quota_display_type",
    "usd_exchange_rate",
    "email",
    "basicBalance",
    "planName",
    "daily_usage",
    "model_stats",
    "daily_limit_usd",
    "daily_usage_usd",
    "status",
    "stats",
];

const TEXTS: &[&str] = &[
    "billing_subscription",
    "token_usage",
    "quota_limited",
    "unrestricted",
    "USD",
    "TOKENS",
    "CNY",
    "钱包余额",
    "null",
    "{}",
    "{\"frt\":-1000,\"model_ratio\":1e308}",
    "1e999999",
    "-1",
    "NaN",
    "2026-08-22T00:00:00Z",
    "",
];

const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1",
    "100000000",
    "1e308",
    "-1e308",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "0.1",
    "1e-320",
    "500000",
    "1786096500",
    "56000000000000",
    "NaN",
    "Infinity",
];

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        prop::sample::select(NUMBERS).prop_map(str::to_owned),
        prop::sample::select(TEXTS).prop_map(|text| serde_json::to_string(text).unwrap()),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..10).prop_map(
                |members| {
                    let members = members
                        .into_iter()
                        .map(|(name, value)| format!("\"{name}\":{value}"));
                    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
                }
            ),
        ]
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    let body = prop_oneof![
        4 => json().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..64),
    ];
    let status = prop::sample::select(
        &[
            200_u16, 200, 200, 200, 301, 400, 401, 403, 404, 429, 500, 511,
        ][..],
    );
    let location = prop::option::of(prop::sample::select(
        &[
            "/",
            "//x",
            "https://x/",
            "https://relay.example/y",
            "",
            "::",
        ][..],
    ));
    (status, body, location).prop_map(|(status, body, location)| Answer {
        status,
        headers: location
            .map(|place| ("location".to_owned(), place.to_owned()))
            .into_iter()
            .collect(),
        body,
        ms: 1,
    })
}

fn target() -> impl Strategy<Value = Target> {
    let kinds: Vec<StationKind> = StationKind::all().collect();
    let tokens = prop::option::of(prop::sample::select(
        &[AccountToken::Access, AccountToken::Jwt][..],
    ));
    let shapes = prop::sample::select(
        &[
            KeyShape::Absent,
            KeyShape::Jwt,
            KeyShape::OneApi,
            KeyShape::ClaudeRelay,
        ][..],
    );
    (prop::sample::select(kinds), tokens, shapes).prop_map(|(kind, token, key)| Target {
        address: Address::parse("https://relay.example/api").unwrap(),
        kind,
        key,
        account: token.map(|token| Account {
            token,
            user_id: None,
        }),
        now: Timestamp(NOW),
        ..Target::default()
    })
}

fn ends<T: Send>(
    on: &Target,
    mad: &Mad,
    next: impl Fn(&Heard) -> Step<T> + Send + Sync,
) -> (T, Heard) {
    let mut heard = Heard::default();
    let result = ready(converse(mad, &on.address, &mut heard, |heard: &Heard| {
        assert!(heard.said().len() <= MOST_CALLS, "goes on and on");
        next(heard)
    }));
    (result, heard)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_answer_leads_to_an_end(on in target(), answers in prop::collection::vec(answer(), 1..6)) {
        let mad = Mad(answers);
        let (reading, heard) = ends(&on, &mad, |heard| relayscope_station::balance(&on, heard));
        let balance = &reading.balance;
        // A reading without figures says why.
        prop_assert!(balance.has_figures() || balance.reason.is_some(), "{balance:?}");
        if let Some(spendable) = balance.spendable.value() {
            prop_assert!(spendable.0 >= 0);
        }
        serde_json::to_string(&reading).unwrap();
        evidence(&heard, &[]);
        let query = LogQuery { may_use_url_key: true, ..LogQuery::default() };
        let _ = ends(&on, &mad, |heard| relayscope_station::logs(&on, &query, heard));
        let _ = ends(&on, &mad, |heard| relayscope_station::check_in(&on, CheckInWish::Do, heard));
    }

    #[test]
    fn amounts_are_exact(whole in 0_u64..9_000_000_000, decimals in 0_u64..1_000_000_000, exponent in 0_u32..6, negative: bool) {
        let sign = if negative { "-" } else { "" };
        let nanos = i64::try_from(whole).unwrap() * 1_000_000_000 + i64::try_from(decimals).unwrap();
        let nanos = Nanos(if negative { -nanos } else { nanos });
        let plain = format!("{sign}{whole}.{decimals:09}");
        prop_assert_eq!(Decimal::parse(&plain).unwrap().nanos(), Some(nanos));
        // The same number, its point moved by an exponent.
        let shifted = format!("{sign}{whole}{decimals:09}e-9");
        prop_assert_eq!(Decimal::parse(&shifted).unwrap().nanos(), Some(nanos));
        let raised = format!("{sign}{whole}.{decimals:09}{}E-{exponent}", "0".repeat(3));
        let back = Decimal::parse(&raised).unwrap().times(Decimal::whole(10_i64.pow(exponent)));
        prop_assert_eq!(back.unwrap().nanos(), Some(nanos));
        prop_assert_eq!(Decimal::parse(&nanos.to_string()).unwrap().to_string(), nanos.to_string());
        // Inside a text inside JSON as well.
        for document in [format!("{{\"a\":{plain}}}"), format!("{{\"a\":\"{plain}\"}}")] {
            let json = Json::read(document.as_bytes()).unwrap();
            prop_assert_eq!(json.get("a").number().unwrap().nanos(), Some(nanos));
        }
    }

    #[test]
    fn any_bytes_are_json_or_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let ours = Json::read(&bytes);
        if let Ok(text) = std::str::from_utf8(&bytes) && serde_json::from_str::<serde_json::Value>(text).is_ok() {
            prop_assert!(ours.is_some());
        }
    }
}
