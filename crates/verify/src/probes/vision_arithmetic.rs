//! P27 and P28: what pictures cost. Anthropic counts squares of 28 pixels, up to a size that tells
//! generations apart.

use serde_json::{Value, json};

use super::pictures::Picture;
use super::{mute_claim, steady};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};
use crate::tables::{ImageTier, Model};

static ABOUT_ARITHMETIC: About = About {
    id: "vision-arithmetic",
    number: "P27",
    family: Family::Tokens,
    forge: Forgeability::Emulator,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 360, 32),
    source: "platform.claude.com: vision; checked on a recording with Sonnet 4.5",
};

static ABOUT_TIER: About = About {
    id: "vision-tier",
    number: "P28",
    family: Family::Tokens,
    forge: Forgeability::Emulator,
    axis: Axis::Capability,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 2_700, 16),
    source: "platform.claude.com: vision, sizes by generation",
};

/// Pixels of a square that is one token.
const SQUARE: u64 = 28;

/// Tokens by which a picture may be off: what surrounds it.
const TOLERANCE: i64 = 2;

/// What a picture of this size costs on a tier.
pub(super) fn tokens(width: u64, height: u64, tier: ImageTier) -> u64 {
    let (edge, most) = match tier {
        ImageTier::Standard => (1_568.0, 1_568),
        ImageTier::High => (2_576.0, 4_784),
    };
    let squares = |width: f64, height: f64| {
        let side = |length: f64| (length / SQUARE as f64).ceil() as u64;
        side(width) * side(height)
    };
    let (width, height) = (width as f64, height as f64);
    let mut scale: f64 = (edge / width.max(height)).min(1.0);
    // As large as fits: found by halving, because the squares jump.
    if squares(width * scale, height * scale) > most {
        let (mut low, mut high) = (0.0, scale);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if squares(width * middle, height * middle) <= most {
                low = middle;
            } else {
                high = middle;
            }
        }
        scale = low;
    }
    squares(width * scale, height * scale)
}

/// A question about a picture; the same words for every size.
fn ask(context: &Context, slot: &str, width: usize, height: usize) -> Option<Ask> {
    let mut random = context.random(slot);
    let block = Picture::noise(width, height, &mut random).block()?;
    let content: Value = json!([block, { "type": "text", "text": "Reply OK." }]);
    let messages = json!([{ "role": "user", "content": content }]);
    let body = set(context.turn(16, ""), "messages", messages);
    let most = tokens(width as u64, height as u64, ImageTier::High) + 40;
    Some(Ask::messages(slot, body).shared().with_input(most))
}

fn prompt(own: &[&Observation], slot: &str) -> Option<i64> {
    let tokens = in_slot(own, slot)?.answered()?.usage.prompt()?;
    i64::try_from(tokens).ok()
}

/// P27.
pub(super) struct VisionArithmetic;

impl Probe for VisionArithmetic {
    fn about(&self) -> &'static About {
        &ABOUT_ARITHMETIC
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let asks = [
            ask(context, "picture-280", 280, 280),
            ask(context, "picture-560", 560, 280),
        ];
        asks.into_iter().flatten().collect()
    }

    fn read(&self, _context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let (Some(small), Some(large)) = (prompt(own, "picture-280"), prompt(own, "picture-560"))
        else {
            return Reading::neutral(mute_claim(own));
        };
        let expected = tokens(560, 280, ImageTier::Standard) as i64
            - tokens(280, 280, ImageTier::Standard) as i64;
        let got = large - small;
        let mut evidence = Evidence::of(
            Claim::new("vision.measured")
                .with("small", small)
                .with("large", large),
        )
        .expecting(expected, got)
        .from_source(ABOUT_ARITHMETIC.source);
        evidence.call = in_slot(own, "picture-560").map(Observation::id);
        let reading = if (got - expected).abs() <= TOLERANCE {
            Reading::new(
                Outcome::Pass,
                "exact",
                Claim::new("vision.exact").with("tokens", got),
            )
            .scoring(Axis::Billing, 1.0)
        } else if got.abs() <= TOLERANCE && small < 90 {
            // No room for a picture at all: it was left out on the way.
            Reading::new(Outcome::Fail, "dropped", Claim::new("vision.dropped"))
                .finding(Integrity::Truncation, Finding::Yes)
                .scoring(Axis::Capability, 0.0)
        } else if steady::jitters(all) {
            Reading::neutral(Claim::new("tokens.jitter"))
        } else if let Some(factor) = factor(all) {
            let claim = Claim::new("vision.factor").with("factor", format!("{factor:.2}"));
            Reading::new(Outcome::Fail, "factor", claim)
                .finding(Integrity::UsageInflation, Finding::Yes)
                .figure("inflation_factor", factor)
                .scoring(Axis::Billing, 0.0)
        } else {
            let claim = Claim::new("vision.differs").with("tokens", got);
            let reading = Reading::new(Outcome::Fail, "differs", claim).scoring(Axis::Billing, 0.2);
            if got > expected {
                reading.finding(Integrity::UsageInflation, Finding::Yes)
            } else {
                reading
            }
        };
        reading
            .seen(evidence)
            .figure("picture_difference", got as f64)
    }
}

/// Least factor that is told from rounding.
const LEAST_FACTOR: f64 = 1.05;

/// The one factor by which both differences of pictures are too large; `None` where there is none.
pub(super) fn factor(all: &[&Observation]) -> Option<f64> {
    let [small, wide, large] =
        ["picture-280", "picture-560", "picture-1920"].map(|slot| prompt(all, slot));
    let (small, wide, large) = (small?, wide?, large?);
    let by_wide = (wide - small) as f64 / 100.0;
    let tiers = [ImageTier::Standard, ImageTier::High].into_iter();
    let mut factors = tiers.map(|tier| {
        let genuine = tokens(1_920, 1_080, tier) as f64 - 100.0;
        (large - small) as f64 / genuine
    });
    let fits = |factor: &f64| (factor - by_wide).abs() <= 0.03 * by_wide;
    factors.find(fits).filter(|factor| *factor >= LEAST_FACTOR)
}

/// P28.
pub(super) struct VisionTier;

impl Probe for VisionTier {
    fn about(&self) -> &'static About {
        &ABOUT_TIER
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let asks = [
            ask(context, "picture-280", 280, 280),
            ask(context, "picture-1920", 1_920, 1_080),
        ];
        asks.into_iter().flatten().collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let (Some(small), Some(large)) = (prompt(own, "picture-280"), prompt(own, "picture-1920"))
        else {
            return Reading::neutral(mute_claim(own));
        };
        let got = large - small + tokens(280, 280, ImageTier::Standard) as i64;
        let is = |tier: ImageTier| (got - tokens(1_920, 1_080, tier) as i64).abs() <= 3;
        let seen_as = if is(ImageTier::Standard) {
            Some(ImageTier::Standard)
        } else {
            is(ImageTier::High).then_some(ImageTier::High)
        };
        let expected = context.facts().and_then(|facts| facts.image_tier);
        let mut evidence = Evidence::of(Claim::new("vision.large").with("tokens", got))
            .from_source(ABOUT_TIER.source);
        evidence.call = in_slot(own, "picture-1920").map(Observation::id);
        let shown = expected.map_or_else(
            || "–".to_owned(),
            |tier| tokens(1_920, 1_080, tier).to_string(),
        );
        evidence = evidence.expecting(shown, got);
        let like = |tier: ImageTier| {
            context.models_that(|model: &Model| model.image_tier.is_none_or(|known| known == tier))
        };
        let reading = match (seen_as, expected) {
            (Some(tier), Some(expected)) if tier == expected => Reading::new(
                Outcome::Pass,
                "as-expected",
                Claim::new("vision.tier").with("tokens", got),
            )
            .fitting(like(tier))
            .scoring(Axis::Capability, 1.0),
            (Some(tier), Some(_)) => Reading::new(
                Outcome::Fail,
                "other-tier",
                Claim::new("vision.other-tier").with("tokens", got),
            )
            .fitting(like(tier))
            .scoring(Axis::Capability, 0.2),
            (Some(_), None) => Reading::neutral(Claim::new("vision.tier").with("tokens", got)),
            (None, _) if steady::jitters(all) => Reading::neutral(Claim::new("tokens.jitter")),
            (None, _) if factor(all).is_some() => {
                Reading::neutral(Claim::new("vision.large").with("tokens", got))
            }
            (None, _) => Reading::new(
                Outcome::Warn,
                "no-tier",
                Claim::new("vision.no-tier").with("tokens", got),
            )
            .scoring(Axis::Billing, 0.3),
        };
        reading.seen(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documented table of sizes.
    #[test]
    fn pictures_cost_what_is_documented() {
        for (width, height, standard, high) in [
            (200, 200, 64, 64),
            (1_000, 1_000, 1_296, 1_296),
            (1_092, 1_092, 1_521, 1_521),
            (1_920, 1_080, 1_560, 2_691),
            (2_000, 1_500, 1_564, 3_888),
            (280, 280, 100, 100),
            (560, 280, 200, 200),
        ] {
            assert_eq!(
                tokens(width, height, ImageTier::Standard),
                standard,
                "{width}×{height}"
            );
            assert_eq!(
                tokens(width, height, ImageTier::High),
                high,
                "{width}×{height}"
            );
        }
    }

    /// 597×566 and 400×301 differ by 297 on Sonnet 4.5 (and 9 tokens of text).
    #[test]
    fn the_recorded_difference_is_found() {
        let tier = ImageTier::Standard;
        assert_eq!(tokens(597, 566, tier) - tokens(400, 301, tier), 297);
    }
}
