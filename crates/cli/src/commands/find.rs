//! What a name on the command line means.

use app::view::{KeyView, SiteView};

use crate::failure::Failure;

/// A site by id, or by name in any case.
pub(crate) fn site<'a>(sites: &'a [SiteView], name: &str) -> Result<&'a SiteView, Failure> {
    let wanted = name.trim().to_lowercase();
    let by_id = sites.iter().find(|site| site.id == name);
    let found = by_id.or_else(|| sites.iter().find(|site| site.name.to_lowercase() == wanted));
    found.ok_or_else(|| {
        // People mix up arguments: what looks like a key is not repeated.
        let name = base::redact::text(name);
        Failure::new(format!("there is no site named “{name}”"))
    })
}

/// A key by id, or by its label or the end that its masked form shows, where only one has it.
pub(crate) fn key<'a>(
    keys: impl Iterator<Item = &'a KeyView>,
    text: &str,
) -> Result<&'a KeyView, Failure> {
    let mut matching = Vec::new();
    for key in keys {
        if key.id == text {
            return Ok(key);
        }
        if key.label.eq_ignore_ascii_case(text) || ends_with(&key.masked, text) {
            matching.push(key);
        }
    }
    match &matching[..] {
        [only] => Ok(only),
        [] => Err(Failure::new(
            "there is no key with that id, label or ending: `relayscope tokens` lists them",
        )),
        several => {
            let ids: Vec<&str> = several.iter().map(|key| &key.id[..]).collect();
            let (count, ids) = (several.len(), ids.join(", "));
            Err(Failure::new(format!(
                "{count} keys go by that label or ending: name one by its id ({ids})"
            )))
        }
    }
}

/// Whether a masked key ends so. Short keys are masked whole and end with nothing.
fn ends_with(masked: &str, text: &str) -> bool {
    let shown = masked.rsplit('•').next().unwrap_or_default();
    !shown.is_empty() && (shown == text || masked == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_up(id: &str, label: &str, masked: &str) -> KeyView {
        KeyView {
            id: id.to_owned(),
            site: "a".to_owned(),
            label: label.to_owned(),
            masked: masked.to_owned(),
            state: "active".to_owned(),
            scope: None,
            cause: None,
            until: None,
            weight: 1,
            enabled: true,
            in_flight: 0,
            requests: 0,
            failures: 0,
            last_error: None,
            last_used: None,
            scopes: Vec::new(),
        }
    }

    #[test]
    fn a_key_goes_by_id_label_or_ending() {
        let keys = [
            made_up("key_1", "main", "sk-••••••••7Qf2"),
            made_up("key_2", "spare", "sk-••••••••9xYz"),
            made_up("key_3", "key_1", "••••••••"),
            made_up("key_4", "twin", "sk-••••••••aaaa"),
            made_up("key_5", "Twin", "sk-••••••••aaaa"),
        ];
        let found = |text: &str| key(keys.iter(), text).map(|key| &key.id[..]).ok();
        assert_eq!(found("key_1"), Some("key_1"), "an id wins over a label");
        assert_eq!(found("SPARE"), Some("key_2"));
        assert_eq!(found("9xYz"), Some("key_2"));
        assert_eq!(found("sk-••••••••7Qf2"), Some("key_1"));
        for none in ["", "Qf2", "••••••••", "nobody", "twin", "aaaa"] {
            assert_eq!(found(none), None, "{none:?}");
        }
    }
}
