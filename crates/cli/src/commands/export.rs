//! `relayscope export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};

use super::answer;
use super::client::{self, Client, Place};
use crate::failure::Failure;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file to write; `-`: standard output
    file: PathBuf,
    /// Format
    #[arg(long, value_enum, default_value_t = Format::Relayscope)]
    format: Format,
    /// Keys and credentials in clear: whoever has the file can spend your credit
    #[arg(long)]
    with_secrets: bool,
    /// What KonataAPI's recharge amounts shall be: dollars of credit, or renminbi paid
    #[arg(long, value_enum, default_value_t = Amounts::Credit)]
    amounts: Amounts,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Relayscope,
    KonataStats,
    KonataConfig,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Amounts {
    Credit,
    PaidCny,
}

/// Writes sites and ledgers as a file.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| export(client, &arguments).await)
}

async fn export(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let format = match arguments.format {
        Format::Relayscope => "relayscope",
        Format::KonataStats => "konata-stats",
        Format::KonataConfig => "konata-config",
    };
    let amounts = match arguments.amounts {
        Amounts::Credit => "credit",
        Amounts::PaidCny => "paid_cny",
    };
    let body = json!({
        "format": format, "with_secrets": arguments.with_secrets, "amounts": amounts,
    });
    let document: Value = client.send(Method::POST, "/api/export", &body).await?;
    if arguments.file.as_os_str() == "-" {
        return answer::document(&document);
    }
    let text = serde_json::to_string_pretty(&document)? + "\n";
    write(&arguments.file, &text).map_err(|error| {
        let shown = arguments.file.display();
        Failure::new(format!("{shown} cannot be written ({error})"))
    })?;
    let count = |name: &str| document[name].as_array().map(Vec::len);
    let sites = count("sites").or(count("profiles")).unwrap_or(0);
    let sites = answer::count(sites, "site");
    let keys = match arguments.with_secrets {
        true => "with their keys: keep the file to yourself",
        false => "without keys",
    };
    answer::say(&format!("wrote {sites} {keys}"))
}

/// Whole or not at all, readable for its owner only.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let parent = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut fresh = tempfile::NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))?;
    fresh.write_all(text.as_bytes())?;
    fresh.as_file().sync_all()?;
    fresh.persist(file)?;
    Ok(())
}
