use base::{Usage, UsageBasis};

use super::{Content, Fold};
use crate::dialect::Dialect;
use crate::sse::Parser;

/// Folds a stream and gives the fold and the kinds of its deltas.
fn fold(dialect: Dialect, stream: &str) -> (Fold, Vec<Content>) {
    let (mut fold, mut kinds) = (Fold::new(dialect), Vec::new());
    let mut parser = Parser::new();
    let mut take = |event: crate::sse::Event<'_>| {
        kinds.extend(fold.event(&event).map(|delta| delta.content));
    };
    parser.feed(stream.as_bytes(), &mut take);
    parser.finish(&mut take);
    (fold, kinds)
}

const ANTHROPIC: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":12,"cache_read_input_tokens":100,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1}}}

event: ping
data: {"type":"ping"}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm \"so\""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"abc"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}

data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":0,"output_tokens":42,"server_tool_use":{"web_search_requests":2}}}

event: message_stop
data: {"type":"message_stop"}

"#;

#[test]
fn anthropic_stream() {
    let (fold, kinds) = fold(Dialect::Anthropic, ANTHROPIC);
    assert_eq!(kinds, [Content::Thinking, Content::Text, Content::ToolCall]);
    let expected = Usage {
        input: 12,
        cache_read: 100,
        cache_write_5m: 10,
        cache_write_1h: 20,
        output: 42,
        reasoning: None,
        cache_known: true,
        web_searches: 2,
    };
    assert_eq!(fold.usage(), (expected, UsageBasis::Exact));
    assert_eq!(fold.model.as_deref(), Some("claude-opus-5-5"));
    assert_eq!(fold.stop_reason.as_deref(), Some("tool_use"));
    assert!(fold.ended && fold.error.is_none());
}

#[test]
fn a_cut_stream_is_an_estimate() {
    let cut = ANTHROPIC.split("event: message_delta").next().unwrap();
    let (fold, _) = fold(Dialect::Anthropic, cut);
    let (usage, basis) = fold.usage();
    assert_eq!((usage.cache_read, basis), (100, UsageBasis::Estimated));
    assert!(
        usage.output > 1,
        "the content that came is counted: {usage:?}"
    );
    assert!(!fold.ended);
}

#[test]
fn an_error_event_is_seen() {
    let (fold, _) = fold(
        Dialect::Anthropic,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
    );
    let error = fold.error.unwrap();
    assert_eq!(
        (&error.kind[..], &error.message[..]),
        ("overloaded_error", "Overloaded")
    );
}

#[test]
fn chat_stream_with_usage_last() {
    let stream = r#"data: {"id":"c1","model":"gpt-6.1-sol","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-6.1-sol","choices":[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-6.1-sol","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-6.1-sol","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

data: {"id":"c1","model":"gpt-6.1-sol","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":900},"completion_tokens_details":{"reasoning_tokens":20}}}

data: [DONE]

"#;
    let (fold, kinds) = fold(Dialect::OpenAiChat, stream);
    assert_eq!(kinds, [Content::Thinking, Content::Text]);
    let expected = Usage {
        input: 100,
        cache_read: 900,
        output: 50,
        reasoning: Some(20),
        cache_known: true,
        ..Usage::default()
    };
    assert_eq!(fold.usage(), (expected, UsageBasis::Exact));
    assert_eq!(fold.stop_reason.as_deref(), Some("stop"));
}

#[test]
fn chat_stream_without_usage_is_estimated() {
    let stream = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Hello there, dear reader\"}}]}\n\ndata: [DONE]\n\n";
    let (fold, _) = fold(Dialect::OpenAiChat, stream);
    assert_eq!(
        fold.usage(),
        (
            Usage {
                output: 6,
                ..Usage::default()
            },
            UsageBasis::Estimated
        )
    );
    assert!(!fold.knows_usage());
}

#[test]
fn deepseek_and_kimi_spell_the_cache_differently() {
    for usage in [
        r#"{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
        r#"{"prompt_tokens":10,"completion_tokens":1,"cached_tokens":4}"#,
    ] {
        let body = format!(
            r#"{{"model":"m","choices":[{{"message":{{"content":"x"}},"finish_reason":"stop"}}],"usage":{usage}}}"#
        );
        let mut fold = Fold::new(Dialect::OpenAiChat);
        fold.answer(body.as_bytes());
        let (usage, basis) = fold.usage();
        assert_eq!(
            (usage.input, usage.cache_read, basis),
            (6, 4, UsageBasis::Exact)
        );
    }
}

#[test]
fn responses_stream() {
    let stream = r#"event: response.created
data: {"type":"response.created","response":{"id":"r1","model":"gpt-6.1-sol","status":"in_progress","usage":null}}

event: response.reasoning_summary_text.delta
data: {"type":"response.reasoning_summary_text.delta","delta":"hm"}

event: response.output_text.delta
data: {"type":"response.output_text.delta","delta":"Hi"}

event: response.function_call_arguments.delta
data: {"type":"response.function_call_arguments.delta","delta":"{}"}

event: response.completed
data: {"type":"response.completed","response":{"id":"r1","status":"completed","usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":5},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":3}}}}

"#;
    let (fold, kinds) = fold(Dialect::OpenAiResponses, stream);
    assert_eq!(kinds, [Content::Thinking, Content::Text, Content::ToolCall]);
    let (usage, basis) = fold.usage();
    assert_eq!(
        (usage.input, usage.cache_read, usage.output, basis),
        (15, 5, 9, UsageBasis::Exact)
    );
    assert!(fold.ended);
}

#[test]
fn an_error_inside_a_whole_answer() {
    for (dialect, body) in [
        (
            Dialect::Anthropic,
            r#"{"type":"error","error":{"type":"api_error","message":"no"}}"#,
        ),
        (
            Dialect::OpenAiChat,
            r#"{"error":{"type":"api_error","message":"no"}}"#,
        ),
        (
            Dialect::OpenAiResponses,
            r#"{"error":{"code":"api_error","message":"no"}}"#,
        ),
    ] {
        let mut fold = Fold::new(dialect);
        fold.answer(body.as_bytes());
        assert_eq!(fold.error.unwrap().kind, "api_error", "{dialect:?}");
        assert!(!fold.has_content);
    }
}

#[test]
fn garbage_is_nothing() {
    for dialect in [
        Dialect::Anthropic,
        Dialect::OpenAiChat,
        Dialect::OpenAiResponses,
        Dialect::Other,
    ] {
        let (mut fold, kinds) = fold(dialect, "data: <html>\n\ndata: {\"type\":\n\n\u{0}\n\n");
        fold.answer(b"<html>");
        assert!(kinds.is_empty() && fold.error.is_none());
        assert_eq!(fold.usage().1, UsageBasis::Unknown);
    }
}

/// A tool that takes nothing is called without a single delta.
#[test]
fn a_call_without_input_is_content() {
    let event = |block: &str| {
        format!(
            "event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{{\"type\":\"{block}\"}}}}\n\n"
        )
    };
    for (block, is_content) in [
        ("tool_use", true),
        ("server_tool_use", true),
        ("text", false),
    ] {
        let (fold, kinds) = fold(Dialect::Anthropic, &event(block));
        assert_eq!(fold.has_content, is_content, "{block}");
        assert!(kinds.is_empty());
    }
}

/// What a stream of each dialect says besides words.
fn worded(dialect: Dialect, begin: &str, end: &str) -> String {
    let words = "hello world ".repeat(50);
    match dialect {
        Dialect::Anthropic => format!(
            "data: {{\"type\":\"message_start\",\"message\":{{\"model\":\"m\"{begin}}}}}\n\n\
             data: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{words}\"}}}}\n\n\
             data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\"}}{end}}}\n\n\
             data: {{\"type\":\"message_stop\"}}\n\n"
        ),
        Dialect::OpenAiChat => format!(
            "data: {{\"model\":\"m\",\"choices\":[{{\"delta\":{{\"content\":\"{words}\"}}}}]}}\n\n\
             data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"stop\"}}]{end}}}\n\n\
             data: [DONE]\n\n"
        ),
        _ => format!(
            "data: {{\"type\":\"response.output_text.delta\",\"delta\":\"{words}\"}}\n\n\
             data: {{\"type\":\"response.completed\",\"response\":{{\"model\":\"m\",\"status\":\"completed\"{end}}}}}\n\n"
        ),
    }
}

const DIALECTS: [Dialect; 3] = [
    Dialect::Anthropic,
    Dialect::OpenAiChat,
    Dialect::OpenAiResponses,
];

/// `usage` in the words of a dialect.
fn told(dialect: Dialect, input: &str, output: &str) -> String {
    match dialect {
        Dialect::OpenAiChat => {
            format!(",\"usage\":{{\"prompt_tokens\":{input},\"completion_tokens\":{output}}}")
        }
        _ => format!(",\"usage\":{{\"input_tokens\":{input},\"output_tokens\":{output}}}"),
    }
}

#[test]
fn usage_without_a_readable_count_is_not_told() {
    for dialect in DIALECTS {
        for usage in [
            ",\"usage\":{}".to_owned(),
            ",\"usage\":\"none\"".to_owned(),
            ",\"usage\":[]".to_owned(),
            told(dialect, "-5", "1.5"),
            told(dialect, "\"many\"", "null"),
            told(dialect, "0", "0"),
        ] {
            let (fold, _) = fold(dialect, &worded(dialect, &usage, &usage));
            let (counted, basis) = fold.usage();
            assert_eq!(basis, UsageBasis::Estimated, "{dialect:?} {usage}");
            assert_eq!(counted.output, 150, "{dialect:?} {usage}");
            assert!(!fold.knows_input() && !fold.knows_output());
            assert_eq!(fold.model.as_deref(), Some("m"), "{dialect:?} {usage}");
        }
    }
}

#[test]
fn counts_in_other_spellings_are_told() {
    for dialect in DIALECTS {
        for (input, output) in [("100", "50"), ("100.0", "50.0"), ("\"100\"", "\"50\"")] {
            let (fold, _) = fold(dialect, &worded(dialect, "", &told(dialect, input, output)));
            let (usage, basis) = fold.usage();
            let found = (usage.input, usage.output, basis);
            assert_eq!(found, (100, 50, UsageBasis::Exact), "{dialect:?} {input}");
        }
    }
}

#[test]
fn each_side_is_told_for_itself() {
    for dialect in DIALECTS {
        for (input, output) in [("100", "0"), ("0", "50")] {
            let (fold, _) = fold(dialect, &worded(dialect, "", &told(dialect, input, output)));
            assert_eq!(fold.usage().1, UsageBasis::Estimated);
            assert_eq!(fold.knows_input(), input == "100", "{dialect:?}");
            assert_eq!(fold.knows_output(), output == "50", "{dialect:?}");
        }
    }
}

#[test]
fn what_a_message_begins_with_is_no_count_of_its_output() {
    let start = told(Dialect::Anthropic, "100", "1");
    let (fold, _) = fold(Dialect::Anthropic, &worded(Dialect::Anthropic, &start, ""));
    let (usage, basis) = fold.usage();
    assert_eq!(
        (usage.input, usage.output, basis),
        (100, 150, UsageBasis::Estimated)
    );
    assert!(fold.knows_input() && !fold.knows_output());
}

#[test]
fn a_whole_answer_of_words_with_zeros_is_not_told() {
    for (dialect, body) in [
        (
            Dialect::Anthropic,
            r#"{"model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":0,"output_tokens":0}}"#,
        ),
        (
            Dialect::OpenAiChat,
            r#"{"model":"m","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{}}"#,
        ),
        (
            Dialect::OpenAiResponses,
            r#"{"model":"m","status":"completed","output":[{"type":"message"}],"usage":{"input_tokens":null}}"#,
        ),
    ] {
        let mut fold = Fold::new(dialect);
        fold.answer(body.as_bytes());
        assert_eq!(fold.usage().1, UsageBasis::Estimated, "{dialect:?}");
        assert!(!fold.knows_input() && !fold.knows_output(), "{dialect:?}");
    }
}
