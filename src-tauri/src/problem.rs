//! Why the server did not start, as a page: the sentence and the ways out, the best first.

use app::OpenError;
use server::StartError;

use crate::page::{Act, Button, Page, Weight};
use crate::text::Text;

/// The page for `error`.
pub(crate) fn page(error: &StartError, text: &Text) -> Page {
    let say = |key| text.say(key, &[]);
    let quit = Button {
        act: Act::Quit,
        label: say("error.quit"),
        weight: Weight::Quiet,
    };
    let retry = |weight| Button {
        act: Act::Retry,
        label: say("error.retry"),
        weight,
    };
    match error {
        StartError::PortTaken {
            port,
            holder,
            next_free,
        } => port_taken(*port, holder.as_deref(), *next_free, text),
        StartError::DataDirInUse { pid, port } => {
            let mut paragraphs = vec![text.say("error.in_use.text", &[("pid", &pid.to_string())])];
            if let Some(port) = port {
                paragraphs.push(text.say("error.in_use.port", &[("port", &port.to_string())]));
            }
            let buttons = vec![retry(Weight::Primary), quit];
            Page {
                title: say("error.in_use.title"),
                paragraphs,
                buttons,
            }
        }
        other => {
            let title = match other {
                StartError::Open(OpenError::Settings(_)) => say("error.config.title"),
                StartError::Open(OpenError::Store(_)) => say("error.store.title"),
                _ => say("error.other.title"),
            };
            let paragraphs = vec![other.to_string(), say("error.untouched")];
            Page {
                title,
                paragraphs,
                buttons: vec![retry(Weight::Primary), quit],
            }
        }
    }
}

fn port_taken(port: u16, holder: Option<&str>, next_free: Option<u16>, text: &Text) -> Page {
    let port = port.to_string();
    let unknown = text.say("error.port.unknown", &[]);
    let gaps = [
        ("port", port.as_str()),
        ("holder", holder.unwrap_or(&unknown)),
    ];
    let mut paragraphs = vec![text.say("error.port.text", &gaps)];
    let mut buttons = Vec::new();
    if let Some(next) = next_free {
        let next = next.to_string();
        let gap = [("next", next.as_str())];
        paragraphs.push(text.say("error.port.next", &gap));
        let label = text.say("error.use_port", &gap);
        buttons.push(Button {
            act: Act::UsePort,
            label,
            weight: Weight::Primary,
        });
    }
    buttons.push(Button {
        act: Act::Retry,
        label: text.say("error.retry_port", &gaps),
        weight: if next_free.is_some() {
            Weight::Plain
        } else {
            Weight::Primary
        },
    });
    buttons.push(Button {
        act: Act::Quit,
        label: text.say("error.quit", &[]),
        weight: Weight::Quiet,
    });
    Page {
        title: text.say("error.port.title", &gaps),
        paragraphs,
        buttons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn check(error: &StartError, title: &str, sentences: &[&str], buttons: &[(Act, &str)]) {
        let page = page(error, &Text::new(Language::English));
        assert_eq!(page.title, title);
        assert_eq!(page.paragraphs, sentences);
        let shown: Vec<_> = page
            .buttons
            .iter()
            .map(|button| (button.act, button.label.as_str()))
            .collect();
        assert_eq!(shown, buttons);
        assert_eq!(
            page.buttons.first().map(|button| button.weight),
            Some(Weight::Primary)
        );
    }

    #[test]
    fn a_taken_port_names_its_holder_and_offers_the_next() {
        let holder = Some("node (pid 4121)".to_owned());
        check(
            &StartError::PortTaken {
                port: 7357,
                holder,
                next_free: Some(7358),
            },
            "Port 7357 is taken",
            &[
                "The proxy is stopped: port 7357 is taken by node (pid 4121). Claude Code and Codex cannot connect.",
                "7358 is free. Programs that use the old address have to follow.",
            ],
            &[
                (Act::UsePort, "Use 7358"),
                (Act::Retry, "Try 7357 again"),
                (Act::Quit, "Quit"),
            ],
        );
        check(
            &StartError::PortTaken {
                port: 7357,
                holder: None,
                next_free: None,
            },
            "Port 7357 is taken",
            &[
                "The proxy is stopped: port 7357 is taken by another program. Claude Code and Codex cannot connect.",
            ],
            &[(Act::Retry, "Try 7357 again"), (Act::Quit, "Quit")],
        );
    }

    #[test]
    fn a_data_directory_in_use_says_by_whom() {
        check(
            &StartError::DataDirInUse {
                pid: 77,
                port: Some(7357),
            },
            "Relayscope is already running",
            &[
                "Process 77 uses this data directory. Use its panel, or end it first.",
                "Its panel is at http://127.0.0.1:7357/.",
            ],
            &[(Act::Retry, "Try again"), (Act::Quit, "Quit")],
        );
    }
}
