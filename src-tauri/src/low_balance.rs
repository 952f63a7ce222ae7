//! The notification that a balance is low.

#[cfg(target_os = "linux")]
mod buttons;

use std::sync::Arc;

use app::stations::LowBalance;

use crate::notification;
use crate::shell::Shell;
use crate::text::Text;

/// Tells the user, and where the notification has buttons, does what is pressed.
pub(crate) fn tell(shell: &Arc<Shell>, low: LowBalance) {
    let text = shell.text();
    let (title, body) = words(&low, &text);
    #[cfg(target_os = "linux")]
    {
        let shell = Arc::clone(shell);
        tauri::async_runtime::spawn(async move {
            let offered = buttons::offered(&low, &text);
            if let Some(pressed) = notification::ask(title, body, offered).await {
                buttons::act(&shell, &low, &pressed).await;
            }
        });
    }
    // The other systems' notifications have no buttons here: the panel and the tray offer the same.
    #[cfg(not(target_os = "linux"))]
    tauri::async_runtime::spawn(notification::show(title, body));
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
}
