//! P17: how many accounts answer. Signatures name the account that they were made for.

use std::collections::BTreeSet;

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::signature;

static ABOUT: About = About {
    id: "account-pool",
    number: "P17",
    family: Family::Signature,
    forge: Forgeability::Emulator,
    axis: Axis::Stability,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "public recordings: constant per account (very likely the organisation)",
};

/// Signatures from which one account is more than chance.
const ENOUGH: usize = 4;

/// P17.
pub(super) struct AccountPool;

impl Probe for AccountPool {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let prefixes = &context.tables.signatures.program_prefixes;
        let mut accounts = BTreeSet::new();
        let (mut signatures, mut resold) = (0_usize, false);
        let mut evidence = Vec::new();
        for seen in all {
            let texts = seen
                .answered()
                .map(|message| message.signatures())
                .unwrap_or_default();
            for read in texts
                .iter()
                .filter_map(|text| signature::read(text, prefixes).ok())
            {
                resold |= read.profile.is_some();
                let Some(account) = read.account else {
                    continue;
                };
                signatures += 1;
                if accounts.insert(account.clone()) {
                    let claim = Claim::new("pool.account").with("account", account);
                    evidence.push(Evidence::of(claim).at(seen.id()).from_source(ABOUT.source));
                }
            }
        }
        let count = accounts.len();
        let claim = |code: &str| {
            Claim::new(code)
                .with("accounts", count)
                .with("signatures", signatures)
        };
        let mut reading = match count {
            0 => return Reading::neutral(Claim::new("pool.nothing")),
            1 if resold => Reading::new(Outcome::Pass, "resold", claim("pool.resold")),
            1 if signatures >= ENOUGH => Reading::new(Outcome::Pass, "one", claim("pool.one")),
            1 => Reading::neutral(claim("pool.one")),
            _ => Reading::new(Outcome::Warn, "several", claim("pool.several")),
        };
        reading.evidence = evidence;
        reading.figure("accounts", count as f64)
    }
}
