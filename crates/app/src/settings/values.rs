//! The settings as types. Their meaning and defaults are in `config/default.toml`.

use serde::{Deserialize, Serialize};

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "config/default.toml documents every member, with units"
)]
pub struct Settings {
    pub server: Server,
    pub upstream: Upstream,
    pub console: Console,
    pub capture: Capture,
    pub routing: Routing,
    pub verify: Verify,
    pub pricing: Pricing,
    pub stations: Stations,
    pub analyzer: Analyzer,
    pub advisor: Advisor,
    pub security: Security,
    pub ui: Ui,
    pub desktop: Desktop,
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($member:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(pub $member: $kind),* }
    };
}

section! {
    /// Where Relayscope listens.
    Server { port: u16, bind: String, hosts: Vec<String> }
}
section! {
    /// Where requests go while no site is configured.
    Upstream {
        anthropic_base_url: String,
        openai_base_url: String,
        openrouter_base_url: String,
        api_key: String,
        outbound: String,
        connect_timeout_s: u64,
        first_byte_timeout_s: u64,
        idle_timeout_s: u64,
    }
}
section! {
    /// The terminal panel.
    Console { enable: bool }
}
section! {
    /// What is recorded.
    Capture {
        max_history: u32,
        bodies: bool,
        max_body_mib: u32,
        retention_days: u32,
        retention_mib: u32,
        queue_mib: u32,
    }
}
section! {
    /// Keys and failover.
    Routing {
        strategy: String,
        sticky: bool,
        max_attempts: u32,
        max_wait_s: u64,
        retry_after_timeout: bool,
    }
}
section! {
    /// Authenticity tests.
    Verify {
        depth: String,
        max_cost_usd: f64,
        concurrency: u32,
        retest_days: u32,
        passive: bool,
    }
}
section! {
    /// Money.
    Pricing { exchange_rate: f64 }
}
section! {
    /// Balances, logs and check-in of relay stations.
    Stations {
        auto_query: bool,
        auto_query_minutes: u32,
        low_balance_usd: f64,
        notify_low_balance: bool,
        checkin_pages: u32,
        balance_auth: String,
        log_auth: String,
        proxy: String,
        timeout_s: u64,
        user_agent: String,
        balance_path: String,
        usage_path: String,
        logs_path: String,
        logs_page_size: u32,
    }
}
section! {
    /// Similarity.
    Analyzer { similarity_threshold_warning: f64, similarity_threshold_critical: f64 }
}
section! {
    /// The advisor.
    Advisor {
        enable: bool,
        enable_rate_limit: bool,
        max_cost_per_hour_usd: f64,
        stream_cost_comment: bool,
        header_encoding: HeaderEncoding,
    }
}
section! {
    /// Who may call.
    Security {
        require_api_key: bool,
        api_key: String,
        rate_limit_per_minute: u32,
        rate_limit_loopback: bool,
        vault: String,
    }
}
section! {
    /// How the panel looks.
    Ui { language: String, theme: String, density: String }
}
section! {
    /// The desktop app.
    Desktop { start_minimized: bool, close_to_tray: bool, free_window_after_s: u64 }
}

impl Verify {
    /// How deep a test goes.
    pub fn depth(&self) -> verify::Depth {
        match &self.depth[..] {
            "quick" => verify::Depth::Quick,
            "full" => verify::Depth::Full,
            _ => verify::Depth::Standard,
        }
    }
}

/// How text in response headers is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderEncoding {
    /// Percent-encoded UTF-8.
    Percent,
    /// Raw bytes.
    Utf8,
}

/// Settings whose value is a secret.
pub(super) const SECRETS: &[&str] = &["upstream.api_key", "security.api_key"];

/// Settings that hold from the next start on.
pub(super) const AT_START: &[&str] = &[
    "server.port",
    "server.bind",
    "server.hosts",
    "console.enable",
    "capture.queue_mib",
];

impl Settings {
    /// What is wrong with the values, as key and sentence; the types are right already.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let check =
            |wrong: bool, key: &'static str, says: &str| wrong.then(|| (key, says.to_owned()));
        let one_of = |key, value: &str, known: &[&str]| {
            check(
                !known.contains(&value),
                key,
                &format!("must be one of {}", known.join(", ")),
            )
        };
        let address = |key, text: &str| {
            net::BaseUrl::parse(text)
                .err()
                .map(|error| (key, error.to_string()))
        };
        let fraction = |key, number: f64| {
            check(
                !(0.0..=1.0).contains(&number),
                key,
                "must be between 0 and 1",
            )
        };
        let (upstream, capture, security) = (&self.upstream, &self.capture, &self.security);
        address("upstream.anthropic_base_url", &upstream.anthropic_base_url)
            .or_else(|| address("upstream.openai_base_url", &upstream.openai_base_url))
            .or_else(|| {
                address(
                    "upstream.openrouter_base_url",
                    &upstream.openrouter_base_url,
                )
            })
            .or_else(|| {
                let error = net::Outbound::parse(&upstream.outbound).err()?;
                Some(("upstream.outbound", error.to_string()))
            })
            .or_else(|| {
                let bad = upstream
                    .api_key
                    .chars()
                    .any(|c| c.is_control() || c.is_whitespace());
                check(
                    bad,
                    "upstream.api_key",
                    "must not hold spaces or line breaks",
                )
            })
            .or_else(|| {
                let bad = self.server.bind.parse::<std::net::IpAddr>().is_err();
                check(
                    bad,
                    "server.bind",
                    "must be an IP address such as 127.0.0.1",
                )
            })
            .or_else(|| {
                let bad = !(1..=3600).contains(&upstream.connect_timeout_s);
                check(
                    bad,
                    "upstream.connect_timeout_s",
                    "must be between 1 and 3600",
                )
            })
            .or_else(|| {
                let bad = !(1..=86_400).contains(&upstream.first_byte_timeout_s);
                check(
                    bad,
                    "upstream.first_byte_timeout_s",
                    "must be between 1 and 86400",
                )
            })
            .or_else(|| {
                let bad = !(1..=10_000).contains(&capture.max_history);
                check(bad, "capture.max_history", "must be between 1 and 10000")
            })
            .or_else(|| {
                let bad = !(1..=256).contains(&capture.max_body_mib);
                check(bad, "capture.max_body_mib", "must be between 1 and 256")
            })
            .or_else(|| {
                let bad = !(1..=4096).contains(&capture.queue_mib);
                check(bad, "capture.queue_mib", "must be between 1 and 4096")
            })
            .or_else(|| {
                let rate = self.pricing.exchange_rate;
                let bad = !(rate.is_finite() && rate > 0.0 && rate < 1_000.0);
                check(bad, "pricing.exchange_rate", "must be a number above 0")
            })
            .or_else(|| self.stations.problem())
            .or_else(|| {
                let number = self.analyzer.similarity_threshold_warning;
                fraction("analyzer.similarity_threshold_warning", number)
            })
            .or_else(|| {
                let number = self.analyzer.similarity_threshold_critical;
                fraction("analyzer.similarity_threshold_critical", number)
            })
            .or_else(|| {
                let limit = self.advisor.max_cost_per_hour_usd;
                let bad = !(limit.is_finite() && limit >= 0.0);
                check(
                    bad,
                    "advisor.max_cost_per_hour_usd",
                    "must be a number, 0 or more",
                )
            })
            .or_else(|| {
                let key = &security.api_key;
                let bad = !key.is_empty()
                    && (key.len() < 24 || key.chars().any(|c| !c.is_ascii_graphic()));
                check(
                    bad,
                    "security.api_key",
                    "must have 24 characters or more, without spaces",
                )
            })
            .or_else(|| {
                let known = route::strategies::named(&self.routing.strategy).is_ok();
                check(
                    !known,
                    "routing.strategy",
                    "must be round_robin, weighted, least_used, random or fill_first",
                )
            })
            .or_else(|| {
                let bad = !(1..=10).contains(&self.routing.max_attempts);
                check(bad, "routing.max_attempts", "must be between 1 and 10")
            })
            .or_else(|| {
                let depth = &self.verify.depth;
                one_of("verify.depth", depth, &["quick", "standard", "full"])
            })
            .or_else(|| {
                let cost = self.verify.max_cost_usd;
                let bad = !(cost.is_finite() && cost > 0.0);
                check(bad, "verify.max_cost_usd", "must be a number above 0")
            })
            .or_else(|| {
                let bad = !(1..=8).contains(&self.verify.concurrency);
                check(bad, "verify.concurrency", "must be between 1 and 8")
            })
            .or_else(|| {
                let bad = self.verify.retest_days > 365;
                check(bad, "verify.retest_days", "must be between 0 and 365")
            })
            .or_else(|| {
                one_of(
                    "security.vault",
                    &self.security.vault,
                    &["auto", "keychain", "file"],
                )
            })
            .or_else(|| one_of("ui.language", &self.ui.language, &["system", "en", "zh-CN"]))
            .or_else(|| one_of("ui.theme", &self.ui.theme, &["system", "light", "dark"]))
            .or_else(|| {
                one_of(
                    "ui.density",
                    &self.ui.density,
                    &["compact", "default", "relaxed"],
                )
            })
    }
}

impl Stations {
    /// What is wrong with the values.
    fn problem(&self) -> Option<(&'static str, String)> {
        let check =
            |wrong: bool, key: &'static str, says: &str| wrong.then(|| (key, says.to_owned()));
        let auth = |key, form: &str| {
            let known = matches!(form, "bearer" | "url_key");
            check(!known, key, "must be bearer or url_key")
        };
        let path = |key, path: &str| {
            let fits = path.is_empty() || path.starts_with('/');
            let bad = !fits || path.chars().any(|c| c.is_control() || c.is_whitespace());
            check(bad, key, "must be empty or a path that begins with /")
        };
        let low = self.low_balance_usd;
        check(
            !(5..=1440).contains(&self.auto_query_minutes),
            "stations.auto_query_minutes",
            "must be between 5 and 1440",
        )
        .or_else(|| {
            let bad = !(low.is_finite() && (0.0..=1_000_000.0).contains(&low));
            check(
                bad,
                "stations.low_balance_usd",
                "must be a number from 0 to 1000000",
            )
        })
        .or_else(|| {
            let bad = !(1..=50).contains(&self.checkin_pages);
            check(bad, "stations.checkin_pages", "must be between 1 and 50")
        })
        .or_else(|| auth("stations.balance_auth", &self.balance_auth))
        .or_else(|| auth("stations.log_auth", &self.log_auth))
        .or_else(|| {
            let proxy = Some(&self.proxy).filter(|proxy| !proxy.is_empty())?;
            let error = net::Outbound::parse(proxy).err()?;
            Some(("stations.proxy", error.to_string()))
        })
        .or_else(|| {
            let bad = !(1..=120).contains(&self.timeout_s);
            check(bad, "stations.timeout_s", "must be between 1 and 120")
        })
        .or_else(|| {
            let bad = !self.user_agent.is_ascii() || self.user_agent.chars().any(char::is_control);
            check(
                bad,
                "stations.user_agent",
                "must be plain ASCII on one line",
            )
        })
        .or_else(|| path("stations.balance_path", &self.balance_path))
        .or_else(|| path("stations.usage_path", &self.usage_path))
        .or_else(|| path("stations.logs_path", &self.logs_path))
        .or_else(|| {
            let bad = !(10..=1000).contains(&self.logs_page_size);
            check(
                bad,
                "stations.logs_page_size",
                "must be between 10 and 1000",
            )
        })
    }
}
