//! The rules by which one word is said.

use std::collections::BTreeSet;

use super::Weighed;
use super::posterior::Posterior;
use crate::claim::Claim;
use crate::probe::{Family, Forgeability};
use crate::reading::{Contradiction, Finding, Integrity};
use crate::report::{IntegrityAxis, Routing, Verdict};
use crate::tables::{Channel, Rules, Sign};

/// Everything that a verdict rests on.
pub(crate) struct Grounds<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) weighed: &'a [Weighed<'a>],
    pub(crate) posterior: &'a Posterior,
    pub(crate) contradictions: Vec<&'a Contradiction>,
    pub(crate) integrity: IntegrityAxis,
    pub(crate) routing: Option<Routing>,
    /// Tokens that are put before every request, where that is known.
    pub(crate) injected: Option<f64>,
    /// Share of the planned weight that gave an answer.
    pub(crate) coverage: f64,
}

/// What is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    pub(crate) confidence: f64,
    pub(crate) headline: Claim,
    pub(crate) reasons: Vec<Claim>,
}

/// Says one word.
pub(crate) fn decide(grounds: &Grounds<'_>) -> Decision {
    let (verdict, headline) = grounds.word();
    Decision {
        confidence: grounds.confidence(verdict),
        reasons: grounds.reasons(verdict),
        verdict,
        headline,
    }
}

/// Families that fail and are forged together are one witness.
fn witness(family: Family) -> Family {
    match family {
        Family::Replay => Family::Signature,
        other => other,
    }
}

impl Grounds<'_> {
    fn word(&self) -> (Verdict, Claim) {
        if let Some(routing) = self.mixed() {
            let share = format!("{:.0}", routing.share * 100.0);
            let claim = Claim::new("verdict.mixed")
                .with("share", share)
                .with("low", format!("{:.0}", routing.low * 100.0))
                .with("high", format!("{:.0}", routing.high * 100.0));
            return (Verdict::Mixed, claim);
        }
        if let Some(claim) = self.contradicted() {
            return (Verdict::Contradicted, claim);
        }
        if self.is_proven() {
            if self.is_left_alone() {
                return (
                    Verdict::Genuine,
                    Claim::new("verdict.genuine").with("channel", self.channel()),
                );
            }
            return (Verdict::Consistent, Claim::new("verdict.meddled"));
        }
        if self.is_consistent() {
            return (Verdict::Consistent, Claim::new("verdict.consistent"));
        }
        if self.witnesses().is_empty() {
            return (Verdict::Unverifiable, Claim::new("verdict.unverifiable"));
        }
        (Verdict::Unverifiable, Claim::new("verdict.conflicting"))
    }

    /// Some calls are the claimed model's, some are not.
    fn mixed(&self) -> Option<Routing> {
        self.routing
            .filter(|routing| routing.foreign > 0 && routing.foreign < routing.calls)
    }

    fn contradicted(&self) -> Option<Claim> {
        if let Some(sure) = self.contradictions.first() {
            return Some(sure.claim());
        }
        let limits = &self.rules.verdict;
        let hard = self.hard_families().len();
        let is_broad = hard > 0 && self.is_contradicted_all_over();
        if (hard < limits.hard_families && !is_broad) || !self.witnesses().is_empty() {
            return None;
        }
        let claude = 1.0 - self.posterior.of(Channel::NotClaude);
        if 1.0 - claude >= limits.contradicted {
            return Some(Claim::new("verdict.not-claude"));
        }
        if self.posterior.of(Channel::Reverse) >= limits.contradicted {
            return Some(Claim::new("verdict.reverse"));
        }
        let not_genuine = 1.0 - self.posterior.genuine_channel();
        if not_genuine >= limits.contradicted {
            return Some(Claim::new("verdict.not-genuine"));
        }
        let other = claude * (1.0 - self.posterior.claimed_of_claude);
        (other >= limits.contradicted).then(|| Claim::new("verdict.other-model"))
    }

    /// Nearly everything that was asked speaks against it, in family after family.
    fn is_contradicted_all_over(&self) -> bool {
        let limits = &self.rules.verdict;
        let against = || {
            self.weighed
                .iter()
                .filter(|one| one.row.sign == Sign::Against)
        };
        let families: BTreeSet<Family> = against().map(|one| witness(one.about.family)).collect();
        against().count() >= limits.broad_results && families.len() >= limits.broad_families
    }

    /// Figures that are not Anthropic's do not deny what its keys prove: they are somebody's billing.
    fn denies(&self) -> bool {
        let mut families = self.hard_families().into_iter();
        families
            .any(|family| !(self.has_keys() && matches!(family, Family::Tokens | Family::Cache)))
    }

    /// Anthropic's keys, or two independent witnesses that are hard to forge, and nothing hard against it.
    fn is_proven(&self) -> bool {
        let limits = &self.rules.verdict;
        let enough = self.has_keys() || self.witnesses().len() >= 2;
        enough
            && !self.denies()
            && self.posterior.claimed_of_claude >= limits.claimed
            && self.posterior.claimed() >= limits.claimed
            && self.posterior.genuine_channel() >= limits.genuine_channel
            && self.names_model()
    }

    fn is_consistent(&self) -> bool {
        let likely = self.posterior.claimed() * self.posterior.genuine_channel();
        !self.witnesses().is_empty() && !self.denies() && likely >= 0.6
    }

    /// Something hard to forge tells the claimed model from at least one other.
    fn names_model(&self) -> bool {
        self.weighed.iter().any(|one| {
            one.row.sign == Sign::For
                && one.forge() != Forgeability::Static
                && one.row.model.is_some()
                && one.reading.fits.is_some()
        })
    }

    fn is_left_alone(&self) -> bool {
        let harmless = |kind: Integrity| match kind {
            // Proxies for subscriptions put Claude Code's first line before everything.
            Integrity::PromptInjection => {
                let little = self
                    .injected
                    .is_some_and(|tokens| tokens <= self.rules.verdict.known_injection);
                little && self.channel() == Channel::Subscription.name() && self.is_known_proxy()
            }
            // Dropped parameters change nothing about who answers.
            Integrity::ParametersStripped => true,
            _ => false,
        };
        let mut kinds = Integrity::ALL.into_iter();
        self.hard_families().is_empty()
            && kinds.all(|kind| self.integrity.get(kind) != Finding::Yes || harmless(kind))
    }

    /// Something besides what is put before prompts shows that subscriptions answer.
    fn is_known_proxy(&self) -> bool {
        const CLEARLY: f64 = 1.0;
        self.weighed.iter().any(|one| {
            let own = one.row.log_channel(Channel::Subscription);
            let direct = one.row.log_channel(Channel::FirstParty);
            one.about.family != Family::Tokens && own - direct >= CLEARLY
        })
    }

    fn has_keys(&self) -> bool {
        let mut weighed = self.weighed.iter();
        weighed.any(|one| one.row.sign == Sign::For && one.forge() == Forgeability::Keys)
    }

    /// Independent families with a pass that is hard to forge.
    fn witnesses(&self) -> BTreeSet<Family> {
        let hard =
            |one: &&Weighed<'_>| one.row.sign == Sign::For && one.forge() != Forgeability::Static;
        self.weighed
            .iter()
            .filter(hard)
            .map(|one| witness(one.about.family))
            .collect()
    }

    /// Independent families with a positive fact against the claim.
    fn hard_families(&self) -> BTreeSet<Family> {
        let hard = |one: &&Weighed<'_>| one.row.sign == Sign::Against && one.row.hard;
        self.weighed
            .iter()
            .filter(hard)
            .map(|one| witness(one.about.family))
            .collect()
    }

    fn channel(&self) -> &'static str {
        let best = Channel::ALL.into_iter().max_by(|one, other| {
            self.posterior
                .of(*one)
                .total_cmp(&self.posterior.of(*other))
        });
        match best {
            Some(channel) if self.posterior.of(channel) >= self.rules.verdict.channel_named => {
                channel.name()
            }
            _ => "unknown",
        }
    }

    fn confidence(&self, verdict: Verdict) -> f64 {
        let posterior = self.posterior;
        let good = posterior.claimed() * posterior.genuine_channel();
        let sure = match verdict {
            Verdict::Genuine => good * (0.85 + 0.15 * self.coverage),
            Verdict::Consistent => good * (0.7 + 0.2 * self.coverage),
            Verdict::Contradicted if self.contradictions.is_empty() => 1.0 - good,
            Verdict::Contradicted => 0.99,
            Verdict::Mixed => {
                let foreign = self.routing.map_or(0, |routing| routing.foreign).min(10) as i32;
                1.0 - 0.1_f64.powi(foreign.max(1))
            }
            Verdict::Unverifiable => 1.0 - (2.0 * good - 1.0).abs(),
        };
        (sure.clamp(0.0, 0.999) * 1_000.0).round() / 1_000.0
    }

    /// The weightiest probes' lines, those for the verdict first.
    fn reasons(&self, verdict: Verdict) -> Vec<Claim> {
        let mut reasons: Vec<Claim> = self.contradictions.iter().map(|one| one.claim()).collect();
        let speaks_against = matches!(verdict, Verdict::Contradicted | Verdict::Mixed);
        let first = if speaks_against {
            Sign::Against
        } else {
            Sign::For
        };
        let mut weighed: Vec<&Weighed<'_>> = self.weighed.iter().collect();
        weighed.sort_by_key(|one| {
            (
                one.row.sign != first,
                std::cmp::Reverse(one.forge()),
                !one.row.hard,
            )
        });
        let lines = weighed.iter().filter(|one| one.row.sign != Sign::Channel);
        reasons.extend(lines.map(|one| one.reading.summary.clone()));
        reasons.dedup();
        reasons.truncate(8);
        reasons
    }
}
