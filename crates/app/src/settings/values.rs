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
