//! `relayscope import`.

use std::path::PathBuf;

use app::view::ImportPlan;
use reqwest::Method;
use serde_json::json;

use super::answer;
use super::client::{self, Client, Place};
use crate::failure::Failure;

/// Largest file that is read: the server takes no larger one.
const LARGEST: u64 = 30 * 1024 * 1024;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// KonataAPI's stats.json or config.json, or an archive of Relayscope
    file: PathBuf,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Take over the settings in the file as well
    #[arg(long)]
    settings: bool,
    /// What KonataAPI's recharge amounts are: dollars of credit, or renminbi paid
    #[arg(long, value_enum, default_value_t = Amounts::Credit)]
    amounts: Amounts,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Amounts {
    Credit,
    PaidCny,
}

/// Takes a file over: everything in it, or nothing.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    let shown = arguments.file.display().to_string();
    let length = std::fs::metadata(&arguments.file).map(|it| it.len());
    let unreadable =
        |error: std::io::Error| Failure::new(format!("{shown} cannot be read ({error})"));
    if length.map_err(unreadable)? > LARGEST {
        return Err(Failure::new(format!("{shown} is larger than 30 MiB")));
    }
    let bytes = std::fs::read(&arguments.file).map_err(unreadable)?;
    let file = String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("{shown} is no text in UTF-8")))?;
    client::with(place, async |client| import(client, &arguments, file).await)
}

async fn import(client: &mut Client, arguments: &Arguments, file: String) -> Result<(), Failure> {
    let path = match arguments.dry_run {
        true => "/api/import/preview",
        false => "/api/import",
    };
    let amounts = match arguments.amounts {
        Amounts::Credit => "credit",
        Amounts::PaidCny => "paid_cny",
    };
    let body = json!({ "file": file, "settings": arguments.settings, "amounts": amounts });
    let plan: ImportPlan = client.send(Method::POST, path, &body).await?;
    if arguments.json {
        return answer::document(&plan);
    }
    for skipped in &plan.skipped {
        let name = match &skipped.name[..] {
            "" => String::new(),
            name => format!(" ({name})"),
        };
        let reason = super::tokens::words(&skipped.reason);
        answer::progress(&format!("left out: {}{name}: {reason}", skipped.place));
    }
    for ignored in &plan.ignored {
        answer::progress(&format!("not known here: {ignored}"));
    }
    if !plan.settings.is_empty() && !arguments.settings {
        answer::progress("the file holds settings: --settings takes them over");
    }
    let verb = if plan.done {
        "imported"
    } else {
        "would import"
    };
    let sites = answer::count(plan.new_sites as usize, "site");
    let keys = answer::count(plan.new_keys as usize, "key");
    let records = answer::count(plan.new_records as usize, "record");
    answer::say(&format!(
        "{verb} {sites}, {keys}, {records}; here already: {} and {}",
        answer::count(plan.known_sites as usize, "site"),
        answer::count(plan.known_records as usize, "record")
    ))
}
