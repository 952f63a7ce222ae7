//! Screens as a user sees them.

use app::view::{
    AttemptView, BodyView, ConnectionView, Detail, ExchangeRow, Message, PricingView, TimingView,
};
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::fixture::{
    NOW, finished, left, proxy, snapshot, streaming, totals, unreachable, waiting,
};
use super::{Look, arrange, draw};
use crate::console::act::{Action, Effect};
use crate::console::model::{Model, Notice};
use crate::console::text::Text;

/// A panel and the eyes on it.
struct Screen {
    model: Model,
    language: &'static str,
    size: (u16, u16),
}

impl Screen {
    fn new(rows: Vec<ExchangeRow>) -> Self {
        let mut model = Model::new(100);
        model.apply(snapshot(rows));
        Self {
            model,
            language: "en",
            size: (140, 12),
        }
    }

    fn all() -> Self {
        Self::new(vec![
            finished(),
            left(),
            unreachable(),
            streaming(),
            waiting(),
        ])
    }

    fn size(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    fn press(mut self, actions: &[Action]) -> Self {
        for action in actions {
            assert_eq!(self.model.act(*action, 5, NOW), Effect::None);
        }
        self
    }

    /// What is on screen.
    fn text(&mut self) -> String {
        let text = Text::of(self.language, &|_| None);
        let look = Look {
            text: &text,
            zone: &TimeZone::UTC,
            now: NOW,
        };
        let (width, height) = self.size;
        arrange(&mut self.model, &look, Rect::new(0, 0, width, height));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory is there");
        let model = &self.model;
        terminal
            .draw(|frame| draw(frame, model, &look))
            .expect("memory can be drawn on");
        if width == 0 {
            return String::new();
        }
        terminal.backend().to_string()
    }

    fn line(&mut self, number: usize) -> String {
        let text = self.text();
        let line = text.lines().nth(number).unwrap_or_default();
        line.trim_matches(['"', ' ']).to_owned()
    }
}

fn detail() -> Box<Detail> {
    let body = BodyView {
        bytes: 0.0,
        kept_bytes: 0.0,
        truncated: false,
        content_type: None,
        encoding: None,
        text: None,
    };
    Box::new(Detail {
        row: finished(),
        session: Some("3f2a".to_owned()),
        upstream_url: Some("https://api.anthropic.com/v1/messages?beta=true".to_owned()),
        request_headers: Vec::new(),
        sent_headers: Vec::new(),
        response_headers: Vec::new(),
        request_body: body.clone(),
        response_body: body,
        request: None,
        response: None,
        stop_reason: None,
        timing: TimingView {
            ttfb_ms: Some(504.0),
            ttft_ms: Some(1_184.0),
            duration_ms: Some(23_300.0),
            connection: ConnectionView {
                reused: false,
                dns_ms: Some(3.2),
                connect_ms: Some(21.0),
                tls_ms: Some(44.0),
                remote: None,
                protocol: None,
                path: "direct".to_owned(),
            },
            marks: Vec::new(),
            tokens_over_time: Vec::new(),
            stalls: Vec::new(),
            blocks: Vec::new(),
        },
        attempts: vec![
            AttemptView {
                site: "relay.example".to_owned(),
                key: Some("work".to_owned()),
                status: None,
                cause: Some("upstream_unreachable".to_owned()),
                ms: 31.0,
                why: None,
            },
            AttemptView {
                site: "api.anthropic.com".to_owned(),
                key: None,
                status: Some(200),
                cause: None,
                ms: 23_269.0,
                why: None,
            },
        ],
        translation: None,
        pricing: Some(PricingView {
            multiplier: None,
            matched: None,
            lines: vec![
                ("input".to_owned(), 6_310, 3.0, 0.018_93),
                ("cache_read".to_owned(), 52_100, 0.3, 0.015_63),
                ("output".to_owned(), 1_204, 15.0, 0.018_06),
            ],
            without_cache_usd: Some(0.193_29),
            since: None,
            source: None,
            reason: None,
        }),
        loss: None,
    })
}

#[test]
fn everything_at_once() {
    assert_snapshot!(Screen::all().text());
}

#[test]
fn in_chinese() {
    let mut screen = Screen::all();
    screen.language = "zh-CN";
    assert_snapshot!(screen.text());
}

#[test]
fn on_a_small_terminal() {
    assert_snapshot!(Screen::all().size(80, 24).press(&[Action::Move(1)]).text());
}

#[test]
fn a_demo_says_so() {
    let mut screen = Screen::new(vec![finished()]).size(110, 6);
    let mut proxy = proxy();
    proxy.demo = true;
    screen.model.apply(Message::Totals {
        revision: 2.0,
        totals: totals(),
        proxy,
    });
    assert_snapshot!(screen.text());
}

#[test]
fn nothing_yet() {
    let mut screen = Screen::new(Vec::new()).size(80, 8);
    let totals = app::view::Totals {
        in_flight: 0,
        requests_today: 0,
        failed_today: 0,
        ttft_median_ms: None,
        speed_median: None,
        cache_hit_ratio: None,
        cost_today_usd: 0.0,
        cost_today_cny: 0.0,
        ..totals()
    };
    screen.model.apply(Message::Totals {
        revision: 2.0,
        totals,
        proxy: proxy(),
    });
    assert_snapshot!(screen.text());
}

#[test]
fn a_detail_below() {
    let mut screen = Screen::all().size(110, 30);
    screen = screen.press(&[Action::Last, Action::Open]);
    screen.model.detail = Some(detail());
    assert_snapshot!(screen.text());
}

#[test]
fn a_failed_one_says_why() {
    let rows = vec![unreachable()];
    let mut screen = Screen::new(rows).size(90, 20).press(&[Action::Open]);
    screen.language = "zh-CN";
    assert_snapshot!(screen.text());
}

#[test]
fn keys_and_shapes() {
    assert_snapshot!(Screen::all().size(80, 24).press(&[Action::Help]).text());
}

#[test]
fn log_lines_instead_of_torn_rows() {
    let mut screen = Screen::all().size(60, 8).press(&[Action::Log]);
    screen.model.log = (1..9)
        .map(|number| format!("12:00  WARN line {number}"))
        .collect();
    assert_snapshot!(screen.text());
    let mut screen = screen.press(&[Action::Move(-1), Action::First]);
    assert!(screen.line(2).ends_with("line 1"), "{}", screen.text());
    let mut screen = screen.press(&[Action::Last]);
    assert!(screen.text().contains("line 8"));
}

#[test]
fn a_question_before_clearing() {
    let mut screen = Screen::all().press(&[Action::Clear]);
    assert_eq!(
        screen.line(11),
        "Clear 3 finished requests from the list? y/n"
    );
    let mut screen = screen.press(&[Action::No]);
    assert!(screen.line(11).starts_with("q quit"));
    assert_eq!(screen.model.act(Action::Clear, 5, NOW), Effect::None);
    assert_eq!(screen.model.act(Action::Yes, 5, NOW), Effect::Clear);
    screen.model.tell(Notice::Cleared(3));
    assert_eq!(screen.line(11), "3 requests cleared");
}

#[test]
fn a_paused_list_stands_still() {
    let mut screen = Screen::new(vec![finished(), streaming()]).press(&[Action::Pause]);
    let before = screen.line(3);
    let later = ExchangeRow {
        id: "req_06".to_owned(),
        ..finished()
    };
    screen.model.apply(Message::Finished {
        revision: 2.0,
        exchanges: vec![later],
    });
    assert_eq!(screen.line(3), before);
    assert!(
        screen.line(0).contains("paused · 1 new"),
        "{}",
        screen.line(0)
    );
    let mut screen = screen.press(&[Action::Pause]);
    assert_ne!(screen.line(3), before);
}

#[test]
fn the_selection_stays_with_its_exchange() {
    let rows = (10..40).map(|number| ExchangeRow {
        id: format!("req_{number}"),
        model: Some(format!("model-{number}")),
        ..finished()
    });
    let mut screen = Screen::new(rows.collect()).press(&[Action::Move(1), Action::Page(3)]);
    let selected = |screen: &mut Screen| {
        let text = screen.text();
        let line = text.lines().position(|line| line.contains('›'));
        (line, screen.model.selected.clone())
    };
    let before = selected(&mut screen);
    assert_eq!(before.1.as_deref(), Some("req_24"));
    let new = ExchangeRow {
        id: "req_40".to_owned(),
        ..finished()
    };
    screen.model.apply(Message::Started {
        revision: 2.0,
        exchanges: vec![new],
    });
    assert_eq!(selected(&mut screen), before);
    let mut screen = screen.press(&[Action::Last]);
    assert_eq!(selected(&mut screen).1.as_deref(), Some("req_10"));
    let mut screen = screen.press(&[Action::Close]);
    assert_eq!(selected(&mut screen), (None, None));
    assert!(screen.line(3).contains("claude-opus-4-1"));
}

#[test]
fn a_selection_ends_with_its_row() {
    let mut screen = Screen::all().press(&[Action::Last, Action::Open]);
    screen.model.detail = Some(detail());
    screen.model.apply(Message::Cleared {
        revision: 2.0,
        cleared: 3,
    });
    assert_eq!(screen.model.selected, None);
    assert!(screen.model.detail.is_none());
    assert!(screen.line(3).starts_with("◌"));
}

#[test]
fn any_size_can_be_drawn() {
    let layers = [
        &[][..],
        &[Action::Last, Action::Open],
        &[Action::Help],
        &[Action::Log],
        &[Action::Clear],
    ];
    for (width, height) in [
        (0, 0),
        (1, 1),
        (2, 2),
        (20, 5),
        (20, 3),
        (7, 40),
        (300, 1),
        (80, 9),
    ] {
        for layer in layers {
            for language in ["en", "zh-CN"] {
                let mut screen = Screen::all().size(width, height).press(layer);
                screen.language = language;
                screen.model.log = vec!["one".to_owned(); 50];
                screen.model.scrolled = usize::MAX;
                screen.text();
            }
        }
    }
}
