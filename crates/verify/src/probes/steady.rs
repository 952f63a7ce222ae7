//! Whether prompt counts hold still. Where they do not, no difference of counts says anything.

use serde_json::Value;

use crate::observe::Observation;

/// Prompt counts of equal requests without caching, in the order of asking: one list for each request.
fn repeated(all: &[&Observation]) -> Vec<Vec<u64>> {
    let mut groups: Vec<(&Value, Vec<u64>)> = Vec::new();
    for seen in all {
        let Some(body) = &seen.call.request.body else {
            continue;
        };
        let Some(count) = seen.answered().and_then(|message| message.usage.prompt()) else {
            continue;
        };
        match groups.iter_mut().find(|(known, _)| *known == body) {
            Some((_, counts)) => counts.push(count),
            None => groups.push((body, vec![count])),
        }
    }
    let counts = groups.into_iter().map(|(_, counts)| counts);
    counts.filter(|counts| counts.len() > 1).collect()
}

/// Equal requests were counted differently.
pub(super) fn jitters(all: &[&Observation]) -> bool {
    let mut groups = repeated(all).into_iter();
    groups.any(|counts| counts.windows(2).any(|pair| pair[0].abs_diff(pair[1]) > 1))
}
