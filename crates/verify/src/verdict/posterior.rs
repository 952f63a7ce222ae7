//! How probable each way and each model is, given everything seen.
//!
//! Logarithms of likelihoods are summed within a family and a class of forgeability, capped, and then
//! added up: results that share a cause must not count twice, and what is cheap to forge must not prove.

use std::collections::BTreeMap;

use super::Weighed;
use crate::probe::{Family, Forgeability};
use crate::tables::{Channel, Models, Rules, Sign};

const CHANNELS: usize = Channel::ALL.len();

/// Least probability at which a model is taken for the one that answers.
const SURE: f64 = 0.9;

/// How probable what is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posterior {
    /// By channel, adding up to 1.
    pub(crate) channel: BTreeMap<Channel, f64>,
    /// By model, of Claude answers, adding up to 1.
    pub(crate) model: BTreeMap<String, f64>,
    /// The claimed model, if it is Claude.
    pub(crate) claimed_of_claude: f64,
}

impl Posterior {
    /// The claimed model answers.
    pub(crate) fn claimed(&self) -> f64 {
        self.claimed_of_claude * (1.0 - self.of(Channel::NotClaude))
    }

    /// One channel.
    pub(crate) fn of(&self, channel: Channel) -> f64 {
        self.channel.get(&channel).copied().unwrap_or(0.0)
    }

    /// All channels that are meant for it.
    pub(crate) fn genuine_channel(&self) -> f64 {
        let genuine = self
            .channel
            .iter()
            .filter(|(channel, _)| channel.is_genuine());
        genuine.map(|(_, probability)| probability).sum()
    }
}

/// How probable everything is. `claimed` is the claimed model's id in the table, if it is in there.
pub(crate) fn posterior(
    rules: &Rules,
    models: &Models,
    claimed: Option<&str>,
    weighed: &[Weighed<'_>],
) -> Posterior {
    let model = by_model(rules, models, claimed, weighed);
    let other = other_served(&model, claimed);
    let about_channel: Vec<&Weighed<'_>> = weighed
        .iter()
        .filter(|one| !is_of_model(one, other, claimed))
        .collect();
    let channel = channels(rules, &about_channel);
    let claimed_of_claude = match claimed {
        Some(id) => model.get(id).copied().unwrap_or(0.0),
        None => unlisted(rules, weighed),
    };
    Posterior {
        channel,
        model,
        claimed_of_claude,
    }
}

/// A claimed model that is not in the table: only what names it tells.
fn unlisted(rules: &Rules, weighed: &[Weighed<'_>]) -> f64 {
    let mut odds = rules.prior.claimed / (1.0 - rules.prior.claimed);
    for one in weighed {
        let Some(model) = one.row.model.filter(|_| one.reading.fits.is_some()) else {
            continue;
        };
        let factor = (model.fits.max(0.001) / model.misfits.max(0.001)).min(100.0);
        match one.row.sign {
            Sign::For => odds *= factor,
            Sign::Against => odds /= factor,
            Sign::Channel => {}
        }
    }
    odds / (1.0 + odds)
}

/// Another model of Claude that surely answers.
fn other_served<'a>(model: &'a BTreeMap<String, f64>, claimed: Option<&str>) -> Option<&'a str> {
    let sure = model.iter().find(|(_, share)| **share >= SURE)?;
    (Some(sure.0.as_str()) != claimed).then_some(sure.0.as_str())
}

/// Whether a result is only what this other model does: then it says nothing of the way.
fn is_of_model(one: &Weighed<'_>, other: Option<&str>, claimed: Option<&str>) -> bool {
    let fits = one
        .reading
        .fits
        .as_ref()
        .filter(|_| one.row.model.is_some());
    let Some((fits, other)) = fits.zip(other) else {
        return false;
    };
    let has = |id: &str| fits.iter().any(|fit| fit == id);
    has(other) && !claimed.is_some_and(has)
}

fn channels(rules: &Rules, weighed: &[&Weighed<'_>]) -> BTreeMap<Channel, f64> {
    let mut sums: BTreeMap<(Forgeability, Family), [f64; CHANNELS]> = BTreeMap::new();
    for one in weighed {
        let sum = sums
            .entry((one.forge(), one.about.family))
            .or_insert([0.0; CHANNELS]);
        for channel in Channel::ALL {
            sum[channel.index()] += one.row.log_channel(channel);
        }
    }
    let mut classes: BTreeMap<Forgeability, [f64; CHANNELS]> = BTreeMap::new();
    for ((forge, _), sum) in sums {
        let capped = capped(&sum, cap_for(rules, forge), rules.caps.against);
        let class = classes.entry(forge).or_insert([0.0; CHANNELS]);
        for (total, more) in class.iter_mut().zip(capped) {
            *total += more;
        }
    }
    let mut total = Channel::ALL.map(|channel| {
        rules
            .prior
            .channel
            .get(&channel)
            .copied()
            .unwrap_or(0.0)
            .max(1e-9)
            .ln()
    });
    for (forge, sum) in classes {
        let capped = capped(&sum, cap_for(rules, forge), f64::INFINITY);
        for (total, more) in total.iter_mut().zip(capped) {
            *total += more;
        }
    }
    let shares = shares(&total);
    Channel::ALL.into_iter().zip(shares).collect()
}

/// What one kind of results says, relative to the likeliest channel: at most `favour` for a genuine
/// channel against the others, at most `against` against any.
fn capped(sum: &[f64; CHANNELS], favour: f64, against: f64) -> [f64; CHANNELS] {
    let genuine = Channel::ALL
        .into_iter()
        .filter(|channel| channel.is_genuine());
    let best = genuine
        .map(|channel| sum[channel.index()])
        .fold(f64::NEG_INFINITY, f64::max);
    let top = sum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut capped = *sum;
    for channel in Channel::ALL {
        let value = &mut capped[channel.index()];
        if !channel.is_genuine() {
            *value = value.max(best - favour);
        }
        *value = value.max(top - against) - top;
    }
    capped
}

fn cap_for(rules: &Rules, forge: Forgeability) -> f64 {
    match forge {
        Forgeability::Static => rules.caps.static_for,
        Forgeability::Emulator => rules.caps.emulator_for,
        Forgeability::Keys => rules.caps.keys_for,
    }
}

fn by_model(
    rules: &Rules,
    models: &Models,
    claimed: Option<&str>,
    weighed: &[Weighed<'_>],
) -> BTreeMap<String, f64> {
    let ids: Vec<&str> = models.all().iter().map(|model| model.id.as_str()).collect();
    let mut families: BTreeMap<Family, Vec<f64>> = BTreeMap::new();
    for one in weighed {
        let Some(fits) = one
            .reading
            .fits
            .as_ref()
            .filter(|_| one.row.model.is_some())
        else {
            continue;
        };
        let sum = families
            .entry(one.about.family)
            .or_insert_with(|| vec![0.0; ids.len()]);
        for (value, id) in sum.iter_mut().zip(&ids) {
            *value += one.row.log_model(fits.iter().any(|fit| fit == id));
        }
    }
    let others = ids.len().saturating_sub(1).max(1) as f64;
    let mut total: Vec<f64> = ids
        .iter()
        .map(|id| match claimed {
            Some(claimed) if *id == claimed => rules.prior.claimed.ln(),
            Some(_) => ((1.0 - rules.prior.claimed) / others).ln(),
            None => (1.0 / ids.len().max(1) as f64).ln(),
        })
        .collect();
    for sum in families.values() {
        let top = sum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (total, value) in total.iter_mut().zip(sum) {
            *total += (value - top).max(-rules.caps.against);
        }
    }
    let shares = shares(&total);
    ids.into_iter().map(str::to_owned).zip(shares).collect()
}

/// Logarithms as shares that add up to 1.
fn shares(logs: &[f64]) -> Vec<f64> {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}
