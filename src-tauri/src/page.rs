//! The shell's own pages, for when there is no panel to show: a title, sentences and buttons.
//!
//! They are plain HTML without a script: a button is a form whose address the window's navigation
//! guard reads and never loads. So no page of this program can call into it.

use tauri::Url;

use crate::text::Language;

/// Host of the pages and of the buttons' addresses.
pub(crate) const SCHEME: &str = "relayscope";

/// What the page may load: nothing but its own style.
pub(crate) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Start again with the free port that was found.
    UsePort,
    /// Start again as before.
    Retry,
    /// Minimise the main window.
    Minimise,
    /// Close this page.
    Cancel,
    /// End the program.
    Quit,
}

impl Act {
    const ALL: [Self; 5] = [
        Self::UsePort,
        Self::Retry,
        Self::Minimise,
        Self::Cancel,
        Self::Quit,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::UsePort => "/do/use-port",
            Self::Retry => "/do/retry",
            Self::Minimise => "/do/minimise",
            Self::Cancel => "/do/cancel",
            Self::Quit => "/do/quit",
        }
    }
}

/// How much a button stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// What most people want; Enter presses it.
    Primary,
    /// Another good way.
    Plain,
    /// Apart from the others.
    Quiet,
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Button {
    /// What it does.
    pub(crate) act: Act,
    /// What it says.
    pub(crate) label: String,
    /// How much it stands out.
    pub(crate) weight: Weight,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Heading and window title.
    pub(crate) title: String,
    /// Sentences, one paragraph each.
    pub(crate) paragraphs: Vec<String>,
    /// Buttons, the best first.
    pub(crate) buttons: Vec<Button>,
}

impl Page {
    /// The page as HTML.
    pub(crate) fn html(&self, language: Language) -> String {
        let paragraphs: String = self
            .paragraphs
            .iter()
            .map(|text| format!("<p>{}</p>\n", escaped(text)))
            .collect();
        // Drawn from the right, so that the best one is in the corner and, quiet ones apart, last.
        let buttons: String = self.buttons.iter().rev().map(Button::html).collect();
        include_str!("../error-page/page.html")
            .replace("{{lang}}", language.tag())
            .replace("{{style}}", include_str!("../error-page/page.css"))
            .replace("{{buttons}}", &buttons)
            .replace("{{title}}", &escaped(&self.title))
            .replace("{{paragraphs}}", &paragraphs)
    }
}

impl Button {
    fn html(&self) -> String {
        let (class, focus) = match self.weight {
            Weight::Primary => ("primary", " autofocus"),
            Weight::Plain => ("plain", ""),
            Weight::Quiet => ("quiet", ""),
        };
        let (path, label) = (self.act.path(), escaped(&self.label));
        format!(
            "<form class=\"{class}\" action=\"{path}\"><button{focus}>{label}</button></form>\n"
        )
    }
}

/// Where a page lies. Windows' webview knows no schemes of its own, so hosts stand for them.
pub(crate) fn address(name: &str) -> String {
    if cfg!(windows) {
        format!("http://{SCHEME}.localhost/{name}")
    } else {
        format!("{SCHEME}://localhost/{name}")
    }
}

/// What the address of a pressed button means.
pub(crate) fn act(url: &Url) -> Option<Act> {
    ours(url).then_some(())?;
    Act::ALL.into_iter().find(|act| act.path() == url.path())
}

/// Whether a page of this module may be loaded from `url`.
pub(crate) fn ours(url: &Url) -> bool {
    match url.scheme() {
        SCHEME => url.host_str() == Some("localhost"),
        "http" => cfg!(windows) && url.host_str() == Some("relayscope.localhost"),
        _ => false,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Option<Url> {
        Url::parse(text).ok()
    }

    #[test]
    fn a_page_shows_text_as_text() {
        let page = Page {
            title: "Port <7357>".into(),
            paragraphs: vec![
                "<script>alert(1)</script> & more".into(),
                "{{buttons}}".into(),
            ],
            buttons: vec![Button {
                act: Act::Quit,
                label: "\"Quit\"".into(),
                weight: Weight::Primary,
            }],
        };
        let html = page.html(Language::Chinese);
        assert!(html.contains("<html lang=\"zh-CN\">"));
        assert!(html.contains("<h1 id=\"title\">Port &lt;7357&gt;</h1>"));
        assert!(html.contains("<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"));
        assert!(html.contains("<form class=\"primary\" action=\"/do/quit\"><button autofocus>&quot;Quit&quot;</button></form>"));
        assert!(!html.contains("<script"));
        assert_eq!(
            html.matches("<form").count(),
            1,
            "a paragraph cannot bring a gap of its own"
        );
    }

    #[test]
    fn buttons_are_read_from_their_address_and_nothing_else_is() {
        for act in Act::ALL {
            let pressed = url(&format!("{}?", address(act.path().trim_start_matches('/'))));
            assert_eq!(pressed.as_ref().and_then(super::act), Some(act));
        }
        for other in [
            "https://relay.example/do/quit",
            "relayscope://evil/do/quit",
            "relayscope://localhost/do/other",
        ] {
            assert_eq!(url(other).as_ref().and_then(act), None, "{other}");
        }
    }
}
