//! What is wrong with the values of settings whose types are right.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::values::{
    Advisor, Analyzer, Capture, Pricing, Routing, Security, Server, Settings, Stations, Ui,
    Upstream, Verify,
};

/// Key of the setting, and a sentence.
type Problem = (&'static str, String);

impl Settings {
    /// The first thing that is wrong.
    pub(super) fn problem(&self) -> Option<Problem> {
        first([
            self.upstream.problem(),
            self.server.problem(),
            self.capture.problem(),
            self.pricing.problem(),
            self.stations.problem(),
            self.analyzer.problem(),
            self.advisor.problem(),
            self.security.problem(),
            self.routing.problem(),
            self.verify.problem(),
            self.ui.problem(),
        ])
    }
}

impl Upstream {
    fn problem(&self) -> Option<Problem> {
        first([
            address("upstream.anthropic_base_url", &self.anthropic_base_url),
            address("upstream.openai_base_url", &self.openai_base_url),
            address("upstream.openrouter_base_url", &self.openrouter_base_url),
            way_out("upstream.outbound", &self.outbound),
            unless(
                !self.api_key.chars().any(is_blank),
                "upstream.api_key",
                "must not hold spaces or line breaks",
            ),
            within(
                "upstream.connect_timeout_s",
                self.connect_timeout_s,
                1..=3600,
            ),
            within(
                "upstream.first_byte_timeout_s",
                self.first_byte_timeout_s,
                1..=86_400,
            ),
        ])
    }
}

impl Server {
    fn problem(&self) -> Option<Problem> {
        unless(
            self.bind.parse::<IpAddr>().is_ok(),
            "server.bind",
            "must be an IP address such as 127.0.0.1",
        )
    }
}

impl Capture {
    fn problem(&self) -> Option<Problem> {
        first([
            within("capture.max_history", self.max_history, 1..=10_000),
            within("capture.max_body_mib", self.max_body_mib, 1..=256),
            within("capture.queue_mib", self.queue_mib, 1..=4096),
        ])
    }
}

impl Pricing {
    fn problem(&self) -> Option<Problem> {
        let rate = self.exchange_rate;
        unless(
            rate.is_finite() && rate > 0.0 && rate < 1_000.0,
            "pricing.exchange_rate",
            "must be a number above 0",
        )
    }
}

impl Stations {
    fn problem(&self) -> Option<Problem> {
        let low = self.low_balance_usd;
        let auth = |key, form: &str| one_of(key, form, &["bearer", "url_key"]);
        first([
            within(
                "stations.auto_query_minutes",
                self.auto_query_minutes,
                5..=1440,
            ),
            unless(
                low.is_finite() && (0.0..=1_000_000.0).contains(&low),
                "stations.low_balance_usd",
                "must be a number from 0 to 1000000",
            ),
            within("stations.checkin_pages", self.checkin_pages, 1..=50),
            auth("stations.balance_auth", &self.balance_auth),
            auth("stations.log_auth", &self.log_auth),
            (!self.proxy.is_empty())
                .then(|| way_out("stations.proxy", &self.proxy))
                .flatten(),
            within("stations.timeout_s", self.timeout_s, 1..=120),
            unless(
                self.user_agent.is_ascii() && !self.user_agent.chars().any(char::is_control),
                "stations.user_agent",
                "must be plain ASCII on one line",
            ),
            path("stations.balance_path", &self.balance_path),
            path("stations.usage_path", &self.usage_path),
            path("stations.logs_path", &self.logs_path),
            within("stations.logs_page_size", self.logs_page_size, 10..=1000),
        ])
    }
}

impl Analyzer {
    fn problem(&self) -> Option<Problem> {
        let fraction = |key, number: f64| {
            let fits = (0.0..=1.0).contains(&number);
            unless(fits, key, "must be between 0 and 1")
        };
        let (warning, critical) = (
            self.similarity_threshold_warning,
            self.similarity_threshold_critical,
        );
        first([
            fraction("analyzer.similarity_threshold_warning", warning),
            fraction("analyzer.similarity_threshold_critical", critical),
        ])
    }
}

impl Advisor {
    fn problem(&self) -> Option<Problem> {
        let limit = self.max_cost_per_hour_usd;
        unless(
            limit.is_finite() && limit >= 0.0,
            "advisor.max_cost_per_hour_usd",
            "must be a number, 0 or more",
        )
    }
}

impl Security {
    fn problem(&self) -> Option<Problem> {
        let key = &self.api_key;
        let is_strong = key.len() >= 24 && key.chars().all(|c| c.is_ascii_graphic());
        first([
            unless(
                key.is_empty() || is_strong,
                "security.api_key",
                "must have 24 characters or more, without spaces",
            ),
            one_of("security.vault", &self.vault, &["auto", "keychain", "file"]),
        ])
    }
}

impl Routing {
    fn problem(&self) -> Option<Problem> {
        first([
            unless(
                route::strategies::named(&self.strategy).is_ok(),
                "routing.strategy",
                "must be round_robin, weighted, least_used, random or fill_first",
            ),
            within("routing.max_attempts", self.max_attempts, 1..=10),
        ])
    }
}

impl Verify {
    fn problem(&self) -> Option<Problem> {
        let cost = self.max_cost_usd;
        first([
            one_of("verify.depth", &self.depth, &["quick", "standard", "full"]),
            unless(
                cost.is_finite() && cost > 0.0,
                "verify.max_cost_usd",
                "must be a number above 0",
            ),
            within("verify.concurrency", self.concurrency, 1..=8),
            within("verify.retest_days", self.retest_days, 0..=365),
        ])
    }
}

impl Ui {
    fn problem(&self) -> Option<Problem> {
        first([
            one_of("ui.language", &self.language, &["system", "en", "zh-CN"]),
            one_of("ui.theme", &self.theme, &["system", "light", "dark"]),
            one_of(
                "ui.density",
                &self.density,
                &["compact", "default", "relaxed"],
            ),
        ])
    }
}

fn first<const COUNT: usize>(found: [Option<Problem>; COUNT]) -> Option<Problem> {
    found.into_iter().flatten().next()
}

fn unless(is_right: bool, key: &'static str, says: &str) -> Option<Problem> {
    (!is_right).then(|| (key, says.to_owned()))
}

fn within(
    key: &'static str,
    number: impl Into<u64>,
    limits: RangeInclusive<u64>,
) -> Option<Problem> {
    let says = format!("must be between {} and {}", limits.start(), limits.end());
    unless(limits.contains(&number.into()), key, &says)
}

fn one_of(key: &'static str, value: &str, known: &[&str]) -> Option<Problem> {
    let says = format!("must be one of {}", known.join(", "));
    unless(known.contains(&value), key, &says)
}

fn address(key: &'static str, text: &str) -> Option<Problem> {
    let error = net::BaseUrl::parse(text).err()?;
    Some((key, error.to_string()))
}

fn way_out(key: &'static str, text: &str) -> Option<Problem> {
    let error = net::Outbound::parse(text).err()?;
    Some((key, error.to_string()))
}

fn path(key: &'static str, path: &str) -> Option<Problem> {
    let begins = path.is_empty() || path.starts_with('/');
    unless(
        begins && !path.chars().any(is_blank),
        key,
        "must be empty or a path that begins with /",
    )
}

fn is_blank(letter: char) -> bool {
    letter.is_control() || letter.is_whitespace()
}
