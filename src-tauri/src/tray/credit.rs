//! Balances and check-ins in the menu.

use super::model::{Command, Entry};
use crate::text::Text;

/// Low sites that are named; the panel shows all.
const MOST_LOW: usize = 6;

/// What is known of all stations.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Credit {
    /// Sites that are due for check-in.
    pub(crate) due: u32,
    /// Sites, in the user's order.
    pub(crate) sites: Vec<SiteCredit>,
}

/// What is known of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SiteCredit {
    /// Id of the site.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// What is left, and its unit: `USD`, `CNY` or `quota`; `None`: not known.
    pub(crate) left: Option<(f64, String)>,
    /// Nothing limits it.
    pub(crate) unlimited: bool,
    /// Whether the user should know.
    pub(crate) low: bool,
}

impl Credit {
    /// The names of what is low, for the text under the pointer.
    pub(crate) fn low(&self) -> impl Iterator<Item = &SiteCredit> {
        self.sites.iter().filter(|site| site.low)
    }

    /// What is left at a site; empty where it is not known.
    pub(crate) fn amount(&self, id: &str) -> String {
        let site = self.sites.iter().find(|site| site.id == id);
        site.map(amount).unwrap_or_default()
    }

    /// The lines of the menu.
    pub(crate) fn entries(&self, text: &Text) -> Vec<Entry> {
        if self.sites.is_empty() {
            return Vec::new();
        }
        let query = text.say("tray.query", &[]);
        let mut entries = vec![Entry::Action(Command::QueryBalances, query)];
        if self.due > 0 {
            let line = text.say("tray.checkin", &[("count", &self.due.to_string())]);
            entries.push(Entry::Action(Command::CheckIn, line));
        }
        if self.low().next().is_some() {
            entries.push(Entry::Separator);
            entries.push(Entry::Note(text.say("tray.low", &[])));
            let line = |site: &SiteCredit| Entry::Note(format!("{}  {}", site.name, amount(site)));
            entries.extend(self.low().take(MOST_LOW).map(line));
        }
        entries
    }
}

fn amount(site: &SiteCredit) -> String {
    match (&site.left, site.unlimited) {
        (Some((left, unit)), _) => match &unit[..] {
            "USD" => format!("${left:.2}"),
            "CNY" => format!("¥{left:.2}"),
            _ if *left >= 1e6 => format!("{:.2}M", left / 1e6),
            _ => format!("{left:.0}"),
        },
        (None, true) => "∞".to_owned(),
        (None, false) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn site(name: &str, left: Option<(f64, &str)>, low: bool) -> SiteCredit {
        SiteCredit {
            id: name.to_owned(),
            name: name.to_owned(),
            left: left.map(|(left, unit)| (left, unit.to_owned())),
            unlimited: left.is_none(),
            low,
        }
    }

    #[test]
    fn low_sites_are_named_with_what_is_left() {
        let credit = Credit {
            due: 2,
            sites: vec![
                site("Lanshan", Some((128.4, "USD")), false),
                site("Nebula Hub", Some((3.85, "USD")), true),
                site("Baicha", Some((2_410_000.0, "quota")), false),
                site("Kapok", None, false),
            ],
        };
        let shown = credit.entries(&Text::new(Language::English));
        let expected = [
            Entry::Action(Command::QueryBalances, "Query all balances".to_owned()),
            Entry::Action(Command::CheckIn, "Check in all (2 due)".to_owned()),
            Entry::Separator,
            Entry::Note("Low balance".to_owned()),
            Entry::Note("Nebula Hub  $3.85".to_owned()),
        ];
        assert_eq!(shown, expected);
        let amounts = ["Lanshan", "Baicha", "Kapok", "nobody"].map(|id| credit.amount(id));
        assert_eq!(amounts, ["$128.40", "2.41M", "∞", ""]);
        assert!(
            Credit::default()
                .entries(&Text::new(Language::Chinese))
                .is_empty()
        );
    }
}
