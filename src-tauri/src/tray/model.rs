//! What the tray shows, as a value computed from the state of the app. No Tauri type in here.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::credit::Credit;
use crate::text::Text;

/// What one glance at the icon says; each has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// The proxy carries requests.
    On,
    /// The proxy was switched off, or is not up yet.
    Off,
    /// Something needs the user.
    Alert,
}

/// What a menu entry does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Show and focus the window.
    Show,
    /// Switch the proxy.
    Proxy,
    /// Copy the proxy's address.
    CopyAddress,
    /// Switch start at login.
    StartAtLogin,
    /// Query all balances.
    QueryBalances,
    /// Check in where it is due.
    CheckIn,
    /// End the program.
    Quit,
    /// Try this site first, by its id.
    UseSite(String),
}

/// Begins the names of entries that choose a site.
const SITE: &str = "site:";

impl Command {
    const FIXED: [Self; 7] = [
        Self::Show,
        Self::Proxy,
        Self::CopyAddress,
        Self::StartAtLogin,
        Self::QueryBalances,
        Self::CheckIn,
        Self::Quit,
    ];

    /// Name of the menu entry.
    pub(crate) fn id(&self) -> Cow<'static, str> {
        match self {
            Self::Show => "show".into(),
            Self::Proxy => "proxy".into(),
            Self::CopyAddress => "copy-address".into(),
            Self::StartAtLogin => "start-at-login".into(),
            Self::QueryBalances => "query-balances".into(),
            Self::CheckIn => "check-in".into(),
            Self::Quit => "quit".into(),
            Self::UseSite(site) => format!("{SITE}{site}").into(),
        }
    }

    /// The command behind the menu entry `id`.
    pub(crate) fn of(id: &str) -> Option<Self> {
        match id.strip_prefix(SITE) {
            Some(site) => Some(Self::UseSite(site.to_owned())),
            None => Self::FIXED.into_iter().find(|command| command.id() == id),
        }
    }
}

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Does something.
    Action(Command, String),
    /// Switches something.
    Check(Command, String, Switch),
    /// One of several: what they are, and each of them.
    Choice(String, Vec<(Command, String, Switch)>),
    /// Only says something.
    Note(String),
    /// A line between groups.
    Separator,
}

/// Position of a check entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// Ticked.
    On,
    /// Not ticked.
    Off,
}

impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// The whole tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrayModel {
    /// The icon.
    pub(crate) mark: Mark,
    /// Text under the pointer.
    pub(crate) tip: String,
    /// The menu, from the top.
    pub(crate) entries: Vec<Entry>,
}

/// Today's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Today {
    /// Requests that began today.
    pub(crate) requests: u32,
    /// Of these: their model has no price.
    pub(crate) unpriced: u32,
    /// Of these: their cost is an estimate.
    pub(crate) estimated: u32,
    /// Cost in US dollars, unpriced ones left out.
    pub(crate) cost_usd: f64,
}

/// A site that requests can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Its id.
    pub(crate) id: String,
    /// Its name for people.
    pub(crate) name: String,
    /// Whether it is tried first.
    pub(crate) active: bool,
}

/// The proxy, as far as the tray shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Proxy {
    /// Not up yet.
    Starting,
    /// Could not be started.
    Stopped,
    /// The server is up.
    Up {
        /// Where.
        address: SocketAddr,
        /// Whether it carries requests.
        switch: Switch,
        /// Whether something hinders it.
        hindered: bool,
        /// Today's figures.
        today: Today,
        /// Sites, in the user's order.
        sites: Vec<Site>,
    },
}

/// What the tray is made from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    /// The proxy.
    pub(crate) proxy: Proxy,
    /// Start at login; `None` where it cannot be known.
    pub(crate) start_at_login: Option<Switch>,
    /// Balances and check-ins.
    pub(crate) credit: Credit,
}

impl TrayModel {
    /// The tray for `facts`, in order: window, proxy, program.
    pub(crate) fn new(facts: &Facts, text: &Text) -> Self {
        let mut entries = vec![
            Entry::Action(Command::Show, text.say("tray.show", &[])),
            Entry::Separator,
        ];
        let (mark, tip) = match &facts.proxy {
            Proxy::Starting => {
                entries.push(Entry::Note(text.say("tray.starting", &[])));
                (Mark::Off, text.say("tray.tip.off", &[]))
            }
            Proxy::Stopped => {
                entries.push(Entry::Note(text.say("tray.stopped", &[])));
                (Mark::Alert, text.say("error.window", &[]))
            }
            Proxy::Up {
                address,
                switch,
                hindered,
                today,
                sites,
            } => {
                let address = address.to_string();
                let gaps = [("address", address.as_str())];
                entries.push(Entry::Check(
                    Command::Proxy,
                    text.say("tray.proxy", &gaps),
                    *switch,
                ));
                entries.extend(active_site(sites, &facts.credit, text));
                entries.push(Entry::Action(
                    Command::CopyAddress,
                    text.say("tray.copy_address", &[]),
                ));
                entries.push(Entry::Note(today_line(today, text)));
                let credit = facts.credit.entries(text);
                if !credit.is_empty() {
                    entries.push(Entry::Separator);
                    entries.extend(credit);
                }
                let low: Vec<&str> = facts.credit.low().map(|site| &site.name[..]).collect();
                match switch {
                    Switch::On if !*hindered && !low.is_empty() => {
                        let gaps = [("sites", &low.join(", ")[..])];
                        (Mark::Alert, text.say("tray.tip.low", &gaps))
                    }
                    Switch::On if *hindered => (Mark::Alert, text.say("tray.tip.on", &gaps)),
                    Switch::On => (Mark::On, text.say("tray.tip.on", &gaps)),
                    Switch::Off => (Mark::Off, text.say("tray.tip.off", &[])),
                }
            }
        };
        entries.push(Entry::Separator);
        if let Some(switch) = facts.start_at_login {
            let line = text.say("tray.start_at_login", &[]);
            entries.push(Entry::Check(Command::StartAtLogin, line, switch));
        }
        entries.push(Entry::Action(Command::Quit, text.say("tray.quit", &[])));
        Self { mark, tip, entries }
    }
}

/// The sites to choose from, where there is a choice.
fn active_site(sites: &[Site], credit: &Credit, text: &Text) -> Option<Entry> {
    if sites.is_empty() {
        return None;
    }
    let active = sites.iter().find(|site| site.active);
    let title = match active {
        Some(site) => text.say("tray.active_site", &[("site", &site.name)]),
        None => text.say("tray.no_active_site", &[]),
    };
    let choice = |site: &Site| {
        let command = Command::UseSite(site.id.clone());
        let line = match &credit.amount(&site.id)[..] {
            "" => site.name.clone(),
            amount => format!("{}  {amount}", site.name),
        };
        (command, line, site.active.into())
    };
    Some(Entry::Choice(title, sites.iter().map(choice).collect()))
}

fn today_line(today: &Today, text: &Text) -> String {
    // An estimate stays marked as one.
    let about = if today.estimated > 0 { "~" } else { "" };
    let cost = format!("{about}${}", grouped(today.cost_usd));
    let key = if today.requests == 1 {
        "tray.today_one"
    } else {
        "tray.today"
    };
    let line = text.say(
        key,
        &[("cost", &cost), ("requests", &today.requests.to_string())],
    );
    match today.unpriced {
        0 => line,
        count => text.say(
            "tray.unpriced",
            &[("today", &line), ("count", &count.to_string())],
        ),
    }
}

/// Two decimals, thousands set off by commas.
fn grouped(amount: f64) -> String {
    let plain = format!("{amount:.2}");
    let (whole, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut digits = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            digits.push(',');
        }
        digits.push(digit);
    }
    format!("{digits}.{cents}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn up(switch: Switch, today: Today) -> Facts {
        let address = SocketAddr::from(([127, 0, 0, 1], 7357));
        Facts {
            proxy: Proxy::Up {
                address,
                switch,
                hindered: false,
                today,
                sites: Vec::new(),
            },
            start_at_login: Some(Switch::Off),
            credit: Credit::default(),
        }
    }

    fn lines(facts: &Facts, language: Language) -> Vec<String> {
        let mark = |switch| if switch == Switch::On { "✓" } else { "·" };
        TrayModel::new(facts, &Text::new(language))
            .entries
            .into_iter()
            .map(|entry| match entry {
                Entry::Action(_, text) => text,
                Entry::Check(_, text, switch) => format!("{} {text}", mark(switch)),
                Entry::Choice(text, of) => {
                    let of = of
                        .iter()
                        .map(|(_, name, switch)| format!("{} {name}", mark(*switch)));
                    format!("{text} [{}]", of.collect::<Vec<_>>().join(", "))
                }
                Entry::Note(text) => format!("({text})"),
                Entry::Separator => "—".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_running_proxy_shows_its_address_and_the_day() {
        let today = Today {
            requests: 312,
            cost_usd: 9.84,
            ..Today::default()
        };
        let shown = lines(&up(Switch::On, today), Language::English);
        let expected = [
            "Show window",
            "—",
            "✓ Proxy on 127.0.0.1:7357",
            "Copy address",
            "(Today $9.84, 312 requests)",
            "—",
            "· Start at login",
            "Quit Relayscope",
        ];
        assert_eq!(shown, expected);
        let shown = lines(&up(Switch::Off, today), Language::Chinese);
        assert_eq!(shown[2], "· 代理：127.0.0.1:7357");
        assert_eq!(shown[4], "(今日 $9.84，312 次请求)");
    }

    #[test]
    fn the_active_site_can_be_chosen() {
        let mut facts = up(Switch::On, Today::default());
        let site = |id: &str, name: &str, active| Site {
            id: id.into(),
            name: name.into(),
            active,
        };
        let set = |facts: &mut Facts, all: Vec<Site>| {
            if let Proxy::Up { sites, .. } = &mut facts.proxy {
                *sites = all;
            }
        };
        set(
            &mut facts,
            vec![site("a", "Lanshan", true), site("b", "摸鱼", false)],
        );
        let shown = lines(&facts, Language::English);
        assert_eq!(shown[3], "Active site: Lanshan [✓ Lanshan, · 摸鱼]");
        set(&mut facts, vec![site("b", "摸鱼", false)]);
        let shown = lines(&facts, Language::Chinese);
        assert_eq!(shown[3], "当前站点：自动 [· 摸鱼]");
    }

    #[test]
    fn estimates_and_unpriced_requests_are_not_hidden() {
        let today = Today {
            requests: 1,
            unpriced: 2,
            estimated: 1,
            cost_usd: 1234.5,
        };
        let shown = lines(&up(Switch::On, today), Language::English);
        assert_eq!(shown[4], "(Today ~$1,234.50, 1 request, 2 without a price)");
    }

    #[test]
    fn the_icon_follows_the_proxy() {
        let text = Text::new(Language::English);
        let mark = |facts: &Facts| TrayModel::new(facts, &text).mark;
        assert_eq!(mark(&up(Switch::On, Today::default())), Mark::On);
        assert_eq!(mark(&up(Switch::Off, Today::default())), Mark::Off);
        let mut hindered = up(Switch::On, Today::default());
        if let Proxy::Up { hindered, .. } = &mut hindered.proxy {
            *hindered = true;
        }
        assert_eq!(mark(&hindered), Mark::Alert);
        let facts = |proxy| Facts {
            proxy,
            start_at_login: None,
            credit: Credit::default(),
        };
        assert_eq!(mark(&facts(Proxy::Starting)), Mark::Off);
        assert_eq!(mark(&facts(Proxy::Stopped)), Mark::Alert);
    }

    #[test]
    fn a_stopped_proxy_can_still_be_left() {
        let facts = Facts {
            proxy: Proxy::Stopped,
            start_at_login: None,
            credit: Credit::default(),
        };
        let shown = lines(&facts, Language::English);
        assert_eq!(
            shown,
            [
                "Show window",
                "—",
                "(Proxy stopped)",
                "—",
                "Quit Relayscope"
            ]
        );
    }

    #[test]
    fn commands_are_found_by_the_name_of_their_entry() {
        let site = Command::UseSite("site_1".into());
        for command in Command::FIXED.into_iter().chain([site]) {
            assert_eq!(Command::of(&command.id()), Some(command));
        }
        assert_eq!(Command::of("nonsense"), None);
    }
}
