//! `relayscope recharge`: the ledger.

use app::view::{EntryInput, EntryView, LedgerView, SiteList};
use clap::Subcommand;
use reqwest::Method;

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use super::find;
use crate::failure::Failure;

/// Arguments of `recharge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Note that credit was bought
    Add(Add),
    /// The ledger of a site
    List(List),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Name of the site
    name: String,
    /// What was paid, such as 100 or 12.50
    amount: String,
    /// CNY or USD
    #[arg(long, default_value = "CNY")]
    currency: String,
    /// Credit received, US dollars
    #[arg(long, value_name = "USD")]
    credit: Option<String>,
    /// Day or time [default: now]
    #[arg(long)]
    date: Option<String>,
    /// How it was paid
    #[arg(long)]
    method: Option<String>,
    /// Note
    #[arg(long)]
    note: Option<String>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Name of the site
    name: String,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Adds to the ledger, or shows it.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| match arguments.command {
        Command::Add(arguments) => add(client, arguments).await,
        Command::List(arguments) => list(client, &arguments).await,
    })
}

async fn path(client: &mut Client, name: &str) -> Result<String, Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, name)?;
    Ok(format!("/api/stations/{}/ledger", site.id))
}

async fn add(client: &mut Client, arguments: Add) -> Result<(), Failure> {
    let path = path(client, &arguments.name).await?;
    let input = EntryInput {
        kind: "recharge".to_owned(),
        date: arguments.date.unwrap_or_default(),
        paid: arguments.amount,
        currency: arguments.currency,
        credit_usd: arguments.credit.unwrap_or_default(),
        method: arguments.method.unwrap_or_default(),
        note: arguments.note.unwrap_or_default(),
    };
    let ledger: LedgerView = client.send(Method::POST, &path, &input).await?;
    if arguments.json {
        return answer::document(&ledger);
    }
    let count = ledger.entries.iter().filter(|it| it.kind == "recharge");
    let count = answer::count(count.count(), "recharge");
    answer::say(&format!("noted: {} has {count}", ledger.name))
}

async fn list(client: &mut Client, arguments: &List) -> Result<(), Failure> {
    let path = path(client, &arguments.name).await?;
    let ledger: LedgerView = client.get(&path).await?;
    if arguments.json {
        return answer::document(&ledger);
    }
    if ledger.entries.is_empty() {
        answer::progress(
            "nothing noted: add a recharge with `relayscope recharge add NAME AMOUNT`",
        );
        return Ok(());
    }
    answer::say(&table(&ledger.entries))?;
    if let Some(change) = &ledger.change {
        answer::progress(&format!(
            "balance {:+.4} = spent {:+.4} + recharged {:+.4} + check-ins {:+.4} + unexplained {:+.4} (US dollars)",
            change.change_usd,
            change.spent_usd,
            change.recharged_usd,
            change.checkin_usd,
            change.unexplained_usd
        ));
    }
    Ok(())
}

fn table(entries: &[EntryView]) -> String {
    let headings = [
        ("DATE", Side::Left),
        ("KIND", Side::Left),
        ("PAID", Side::Right),
        ("CREDIT", Side::Right),
        ("¥ PER $", Side::Right),
        ("METHOD", Side::Left),
        ("NOTE", Side::Left),
    ];
    let row = |entry: &EntryView| {
        let sign = match entry.currency.as_deref() {
            Some("USD") => "$",
            _ => "¥",
        };
        let paid = entry.paid.map(|paid| format!("{sign}{paid:.2}"));
        let credit = entry.credit_usd.map(|credit| format!("${credit:.2}"));
        let rate = entry.cny_per_usd.map(|rate| format!("{rate:.2}"));
        [
            entry.at.chars().take(10).collect(),
            entry.kind.clone(),
            paid.unwrap_or_default(),
            credit.unwrap_or_default(),
            rate.unwrap_or_default(),
            entry.method.clone(),
            entry.note.clone(),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    answer::table(headings, &rows)
}
