//! The buttons of that notification. Only Linux's notifications tell which one was pressed.

use std::sync::Arc;

use app::stations::{LowBalance, StationInput};

use crate::shell::Shell;
use crate::text::Text;

/// Hours of rest that the button gives.
const SNOOZE_HOURS: f64 = 24.0;

/// Name and label of each.
pub(super) fn offered(low: &LowBalance, text: &Text) -> Vec<(&'static str, String)> {
    let mut buttons = vec![("site", text.say("low.open", &[]))];
    if low.recharge_url.is_some() {
        buttons.push(("recharge", text.say("low.recharge", &[])));
    }
    buttons.push(("snooze", text.say("low.snooze", &[])));
    buttons
}

/// Does what is pressed.
pub(super) async fn act(shell: &Arc<Shell>, low: &LowBalance, pressed: &str) {
    let page = match pressed {
        "site" => Some(low.site_url.clone()),
        "recharge" => low.recharge_url.clone(),
        "snooze" => {
            snooze(shell, low).await;
            return;
        }
        // A click on the notification itself.
        _ => {
            shell.show();
            return;
        }
    };
    if let Some(page) = page
        && let Err(error) = webbrowser::open(&page)
    {
        tracing::warn!(%error, "the page of a station could not be opened");
    }
}

async fn snooze(shell: &Arc<Shell>, low: &LowBalance) {
    let Some(app) = shell.core() else { return };
    let (stations, site) = (Arc::clone(app.stations()), low.site.clone());
    let input = StationInput {
        snooze_hours: Some(SNOOZE_HOURS),
        ..StationInput::default()
    };
    let snoozed = tauri::async_runtime::spawn_blocking(move || stations.change(&site, &input));
    match snoozed.await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a site could not be snoozed"),
        Err(error) => tracing::warn!(%error, "a site could not be snoozed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn low(recharge_url: Option<&str>) -> LowBalance {
        LowBalance {
            site: "site_1".to_owned(),
            name: "Nebula Hub".to_owned(),
            remaining_usd: 3.852,
            threshold_usd: 5.0,
            days_left: None,
            site_url: "https://nebula.example".to_owned(),
            recharge_url: recharge_url.map(str::to_owned),
        }
    }

    #[test]
    fn the_recharge_page_has_a_button_where_it_is_known() {
        let text = Text::new(Language::English);
        let names = |recharge_url| {
            let offered = offered(&low(recharge_url), &text);
            let names = offered.into_iter().map(|(name, _)| name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(None), ["site", "snooze"]);
        let known = names(Some("https://nebula.example/topup"));
        assert_eq!(known, ["site", "recharge", "snooze"]);
    }
}
