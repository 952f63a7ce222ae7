//! Keys that come in: from the command line, or from standard input, where nobody else can read them.

use std::io::{IsTerminal, Read};

use app::view::{KeyView, SiteView};
use base::Secret;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::answer;
use super::super::client::Client;
use crate::failure::Failure;

/// Stands for "read standard input".
const STDIN: &str = "-";

/// A key as it was said. `Debug`, which clap wants, shows nothing of it.
#[derive(Clone, Debug)]
pub(super) struct Said(Secret<String>);

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

/// The keys, with those of standard input, one a line, in the place of each `-`.
pub(super) fn read(said: &[Said]) -> Result<Vec<Secret<String>>, Failure> {
    let mut keys = Vec::new();
    for Said(key) in said {
        if key.reveal() != STDIN {
            keys.push(key.clone());
            continue;
        }
        if std::io::stdin().is_terminal() {
            answer::progress("enter keys, one a line, and end with Ctrl-D:");
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let before = keys.len();
        keys.extend(lines.map(|line| Secret::new(line.to_owned())));
        if keys.len() == before {
            return Err(Failure::new("no key came on standard input"));
        }
    }
    Ok(keys)
}

/// Adds keys to a site: all of them or none.
pub(super) async fn add(
    client: &mut Client,
    site: &SiteView,
    keys: &[Secret<String>],
    label: Option<&str>,
    weight: Option<u32>,
) -> Result<Vec<KeyView>, Failure> {
    let path = format!("/api/sites/{}/keys", site.id);
    let mut added: Vec<KeyView> = Vec::new();
    for key in keys {
        let mut body = json!({"key": key.reveal(), "label": label.unwrap_or_default()});
        if let Some(weight) = weight {
            body["weight"] = weight.into();
        }
        match client.send(Method::POST, &path, &body).await {
            Ok(key) => added.push(key),
            Err(failure) => {
                take_back(client, &added).await?;
                return Err(failure);
            }
        }
    }
    Ok(added)
}

/// Removes keys that were just added.
pub(super) async fn take_back(client: &mut Client, added: &[KeyView]) -> Result<(), Failure> {
    for key in added {
        let path = format!("/api/keys/{}", key.id);
        let _: Value = client.send(Method::DELETE, &path, &()).await?;
    }
    Ok(())
}
