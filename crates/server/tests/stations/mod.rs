//! Stations over real connections: from the click to what is kept.

mod alerts;
mod checkin;
mod money;
mod queries;
mod refusals;

use std::sync::{Arc, Mutex};

use app::stations::LowBalance;
use app::{Desktop, DesktopError};
use serde_json::{Value, json};
use testkit::stations::Station;

use crate::harness::{Door, Harness};

/// Sites' keys are sealed with a file, and nobody waits long.
const SETTINGS: &str = "[security]\nvault = \"file\"\n\n[stations]\ntimeout_s = 2\n";

async fn door() -> Door {
    Harness::new().settings_file(SETTINGS).start().await
}

impl Door {
    /// Asks, and wants it done.
    pub(super) async fn want(&self, method: &str, path: &str, body: Value) -> Value {
        let heard = self.try_to(method, path, body).await;
        assert!(heard.0 < 300, "{method} {path}: {} {}", heard.0, heard.1);
        heard.1
    }

    /// Asks; gives status and answer.
    pub(super) async fn try_to(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let heard = self.signed_in(method, path).body(body).send().await;
        (heard.status, heard.json())
    }

    /// Adds a site in front of a station.
    pub(super) async fn at_station(&self, name: &str, station: &Station) {
        let site = json!({"name": name, "url": station.base_url(), "keys": [station.key()], "api": "both"});
        self.want("POST", "/api/sites", site).await;
    }

    /// Queries a site.
    pub(super) async fn refresh(&self, name: &str) -> Value {
        let path = format!("/api/stations/{name}/refresh");
        self.want("POST", &path, Value::Null).await
    }
}

/// A desktop that remembers what it was told.
#[derive(Default)]
pub(super) struct Remembering {
    pub(super) low: Mutex<Vec<LowBalance>>,
    pub(super) pages: Mutex<Vec<String>>,
}

impl Desktop for Remembering {
    fn show_window(&self) {}

    fn has_tray(&self) -> bool {
        true
    }

    fn start_at_login(&self) -> Result<bool, DesktopError> {
        Ok(false)
    }

    fn set_start_at_login(&self, _: bool) -> Result<(), DesktopError> {
        Ok(())
    }

    fn notify(&self, _: &str, _: &str) {}

    fn open_page(&self, url: &str) -> Result<(), DesktopError> {
        self.pages.lock().unwrap().push(url.to_owned());
        Ok(())
    }

    fn tell_low_balance(&self, low: &LowBalance) {
        self.low.lock().unwrap().push(low.clone());
    }

    fn quit(&self) {}
}

/// Gives a server a desktop.
fn desktop(door: &Door) -> Arc<Remembering> {
    let desktop = Arc::new(Remembering::default());
    door.running().app().set_desktop(desktop.clone());
    desktop
}
