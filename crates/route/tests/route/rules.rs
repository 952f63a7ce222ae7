//! Which sites a request may go to.

use relayscope_route::{
    DroppedFor, ModelPattern, Purpose, Route, RouteAsk, RouteError, RouteWhy, Rule, Rules, SiteId,
    SiteInfo, When,
};

fn route(sites: &[&str]) -> Route {
    Route(sites.iter().map(|site| SiteId::from(*site)).collect())
}

fn model(pattern: &str) -> When {
    When {
        model: Some(ModelPattern::new(pattern)),
        ..When::default()
    }
}

fn project(name: &str) -> When {
    When {
        project: Some(name.into()),
        ..When::default()
    }
}

fn rule(when: When, sites: &[&str]) -> Rule {
    Rule {
        when,
        route: route(sites),
        model: None,
        off: false,
    }
}

fn rules() -> Rules {
    let client_key = When {
        client_key: Some("laptop".into()),
        ..When::default()
    };
    let provider = When {
        provider: Some("openrouter".into()),
        ..When::default()
    };
    Rules {
        default: route(&["main", "spare"]),
        rules: vec![
            rule(model("claude-opus-*"), &["opus"]),
            rule(model("claude-*"), &["claude", "main"]),
            rule(project("shop"), &["shop", "main"]),
            rule(client_key, &["spare"]),
            rule(provider, &["router"]),
        ],
    }
}

fn sites() -> Vec<SiteInfo> {
    let names = ["main", "spare", "opus", "claude", "shop", "router", "Off"];
    let sites = names.iter().map(|name| SiteInfo {
        id: (*name).into(),
        usable: *name != "Off",
    });
    sites.collect()
}

fn check(ask: RouteAsk<'_>, expected: &[&str], code: &str) {
    let choice = rules().choose(&ask, &sites()).unwrap();
    assert_eq!(Route(choice.sites), route(expected), "{ask:?}");
    let why = serde_json::to_value(&choice.why).unwrap();
    assert_eq!(why["code"], code, "{ask:?}");
}

#[test]
fn the_most_explicit_wish_wins() {
    let opus = RouteAsk {
        model: Some("claude-opus-5-5"),
        ..RouteAsk::default()
    };
    let shop = RouteAsk {
        project: Some("shop"),
        ..opus
    };
    let laptop = RouteAsk {
        client_key: Some("laptop"),
        ..shop
    };
    let router = RouteAsk {
        provider: Some("OpenRouter"),
        ..laptop
    };
    let named = RouteAsk {
        site: Some("main"),
        ..router
    };
    check(RouteAsk::default(), &["main", "spare"], "by_default");
    check(opus, &["opus"], "by_model");
    check(shop, &["shop", "main"], "by_project");
    check(laptop, &["spare"], "by_client_key");
    check(router, &["router"], "by_provider");
    check(named, &["main"], "by_site");
    let sonnet = RouteAsk {
        model: Some("claude-sonnet-5"),
        project: Some("unknown"),
        client_key: Some("unknown"),
        ..RouteAsk::default()
    };
    check(sonnet, &["claude", "main"], "by_model");
    let provider = RouteAsk {
        provider: Some("anthropic"),
        ..RouteAsk::default()
    };
    check(provider, &[], "by_provider");
}

#[test]
fn the_reason_carries_its_values() {
    let ask = RouteAsk {
        model: Some("claude-opus-5-5"),
        ..RouteAsk::default()
    };
    let why = rules().choose(&ask, &sites()).unwrap().why;
    let expected = RouteWhy::ByModel {
        pattern: "claude-opus-*".into(),
        model: "claude-opus-5-5".into(),
    };
    assert_eq!(why, expected);
}

#[test]
fn a_site_that_is_named_has_to_exist_and_to_work() {
    let named = |site| RouteAsk {
        site: Some(site),
        ..RouteAsk::default()
    };
    let choose = |site| rules().choose(&named(site), &sites());
    assert_eq!(choose("SPARE").unwrap().sites, ["spare".into()]);
    assert_eq!(
        choose("mars").unwrap_err(),
        RouteError::UnknownSite("mars".into())
    );
    assert_eq!(
        choose("Off").unwrap_err(),
        RouteError::SiteNotUsable("Off".into())
    );
}

#[test]
fn sites_that_are_gone_are_left_out_and_told() {
    let rules = Rules {
        default: route(&["gone", "Off", "main", "main"]),
        rules: Vec::new(),
    };
    let choice = rules.choose(&RouteAsk::default(), &sites()).unwrap();
    assert_eq!(choice.sites, ["main".into()]);
    let reasons: Vec<_> = choice
        .dropped
        .iter()
        .map(|dropped| dropped.reason)
        .collect();
    assert_eq!(reasons, [DroppedFor::Missing, DroppedFor::NotUsable]);
    let rules = Rules {
        default: route(&["gone"]),
        rules: Vec::new(),
    };
    let error = rules.choose(&RouteAsk::default(), &sites()).unwrap_err();
    assert!(matches!(error, RouteError::NoSiteLeft(_)));
    let nothing = Rules::default()
        .choose(&RouteAsk::default(), &sites())
        .unwrap();
    assert_eq!(
        (nothing.sites, nothing.why),
        (Vec::new(), RouteWhy::ByDefault)
    );
}

#[test]
fn rules_are_read_as_they_are_written() {
    let text = serde_json::to_string(&rules()).unwrap();
    assert!(
        text.contains("{\"when\":{\"model\":\"claude-opus-*\"},\"route\":[\"opus\"]}"),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules());
    assert!(serde_json::from_str::<Rules>("{\"default\":[],\"rulez\":[]}").is_err());
}

#[test]
fn a_rule_renames_the_model() {
    let renames = |when, sites: &[&str], model: &str| Rule {
        model: Some(model.into()),
        ..rule(when, sites)
    };
    let subagent = When {
        purpose: Some(Purpose::Subagent),
        ..When::default()
    };
    let docs = When {
        project: Some("docs".into()),
        ..model("claude-*")
    };
    let rules = Rules {
        default: route(&["main"]),
        rules: vec![
            renames(docs, &["claude"], "deepseek-v4"),
            renames(subagent, &["spare"], "glm-5-air"),
            renames(model("haiku"), &[], "qwen-flash"),
            rule(model("opus"), &["opus"]),
            renames(model("opus"), &["main"], "never"),
        ],
    };
    assert!(rules.look_at_purposes());
    let check = |ask: RouteAsk<'_>, expected: &[&str], name: Option<&str>, code: &str| {
        let choice = rules.choose(&ask, &sites()).unwrap();
        assert_eq!(Route(choice.sites), route(expected), "{ask:?}");
        assert_eq!(choice.model.as_deref(), name, "{ask:?}");
        assert_eq!(
            serde_json::to_value(&choice.why).unwrap()["code"],
            code,
            "{ask:?}"
        );
    };
    let of = |model| RouteAsk {
        model: Some(model),
        ..RouteAsk::default()
    };
    check(
        of("claude-haiku-5-5"),
        &["main"],
        Some("qwen-flash"),
        "by_default",
    );
    check(of("claude-opus-5-5"), &["opus"], None, "by_model");
    check(of("gpt-5"), &["main"], None, "by_default");
    let docs = RouteAsk {
        project: Some("docs"),
        ..of("claude-sonnet-5")
    };
    check(docs, &["claude"], Some("deepseek-v4"), "by_project");
    let other_model = RouteAsk {
        project: Some("docs"),
        ..of("gpt-5")
    };
    check(other_model, &["main"], None, "by_default");
    let helper = RouteAsk {
        purposes: &[Purpose::Subagent],
        ..of("claude-sonnet-5")
    };
    check(helper, &["spare"], Some("glm-5-air"), "by_purpose");
    let named = RouteAsk {
        site: Some("main"),
        ..helper
    };
    check(named, &["main"], None, "by_site");
    let provider = RouteAsk {
        provider: Some("openai"),
        ..of("claude-haiku-5-5")
    };
    check(provider, &[], None, "by_provider");
}
