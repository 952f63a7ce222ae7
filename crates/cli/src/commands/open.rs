//! `relayscope open`.

use std::path::PathBuf;

use app::DataDir;
use reqwest::Method;

use super::serve::open_browser;
use crate::ask::Server;
use crate::failure::Failure;

/// Opens the panel of the Relayscope that runs on this data directory.
pub(crate) fn run(data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let place = DataDir::place(data_dir)?;
    let holder = DataDir::holder(&place).and_then(|holder| holder.port);
    let Some(port) = holder else {
        return Err(Failure::new(format!(
            "Relayscope is not running on {}: start it with `relayscope serve` or the desktop app",
            place.display()
        )));
    };
    let server = Server::of(&place, port)?;
    let asked = server.ask(Method::POST, "/api/session/one-time", None);
    let answer = super::runtime()?.block_on(asked)?;
    let Some(address) = answer["url"].as_str() else {
        return Err(Failure::new("the running Relayscope gave no address"));
    };
    open_browser(address);
    Ok(())
}
