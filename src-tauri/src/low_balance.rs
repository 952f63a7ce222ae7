//! The notification that a balance is low, and what its buttons do.

use std::sync::Arc;

use app::stations::{LowBalance, StationInput};

use crate::notification;
use crate::shell::Shell;
use crate::text::Text;

/// Hours of rest that the button gives.
const SNOOZE_HOURS: f64 = 24.0;

/// Tells the user, and does what is pressed.
pub(crate) fn tell(shell: &Arc<Shell>, low: LowBalance) {
    let text = shell.text();
    let (title, body) = words(&low, &text);
    let shell = Arc::clone(shell);
    tauri::async_runtime::spawn(async move {
        #[cfg(target_os = "linux")]
        if let Some(pressed) = notification::ask(title, body, buttons(&low, &text)).await {
            act(&shell, &low, &pressed).await;
        }
        // The other systems' notifications have no buttons here: the panel and the tray offer the same.
        #[cfg(not(target_os = "linux"))]
        {
            let _ = &shell;
            notification::show(title, body).await;
        }
    });
}

/// Title and body.
fn words(low: &LowBalance, text: &Text) -> (String, String) {
    let amount = format!("${:.2}", low.remaining_usd);
    let threshold = format!("${:.2}", low.threshold_usd);
    let title = text.say("low.title", &[("site", &low.name), ("amount", &amount)]);
    let mut body = text.say("low.body", &[("threshold", &threshold)]);
    if let Some(days) = low.days_left {
        let key = if days < 1.5 {
            "low.days_one"
        } else {
            "low.days"
        };
        let days = format!("{days:.0}");
        body.push_str(&text.say(key, &[("days", &days)]));
    }
    (title, body)
}

#[cfg(target_os = "linux")]
fn buttons(low: &LowBalance, text: &Text) -> Vec<(&'static str, String)> {
    let mut buttons = vec![("site", text.say("low.open", &[]))];
    if low.recharge_url.is_some() {
        buttons.push(("recharge", text.say("low.recharge", &[])));
    }
    buttons.push(("snooze", text.say("low.snooze", &[])));
    buttons
}

#[cfg(target_os = "linux")]
async fn act(shell: &Arc<Shell>, low: &LowBalance, pressed: &str) {
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

#[cfg(target_os = "linux")]
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

    fn low(days_left: Option<f64>) -> LowBalance {
        LowBalance {
            site: "site_1".to_owned(),
            name: "Nebula Hub".to_owned(),
            remaining_usd: 3.852,
            threshold_usd: 5.0,
            days_left,
            site_url: "https://nebula.example".to_owned(),
            recharge_url: None,
        }
    }

    #[test]
    fn site_amount_and_days_are_told() {
        let english = Text::new(Language::English);
        let (title, body) = words(&low(Some(2.2)), &english);
        assert_eq!(title, "Nebula Hub: $3.85 left");
        assert_eq!(body, "Below $5.00. Empty in 2 days at today’s pace.");
        let (_, body) = words(&low(None), &english);
        assert_eq!(body, "Below $5.00.");
        let (title, body) = words(&low(Some(0.4)), &Text::new(Language::Chinese));
        assert_eq!(title, "Nebula Hub：余额 $3.85");
        assert_eq!(body, "低于 $5.00。按现在的速度，今天就会用完。");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_recharge_page_has_a_button_where_it_is_known() {
        let text = Text::new(Language::English);
        let names = |low: &LowBalance| {
            let buttons = buttons(low, &text);
            buttons
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&low(None)), ["site", "snooze"]);
        let known = LowBalance {
            recharge_url: Some("https://nebula.example/topup".to_owned()),
            ..low(None)
        };
        assert_eq!(names(&known), ["site", "recharge", "snooze"]);
    }
}
