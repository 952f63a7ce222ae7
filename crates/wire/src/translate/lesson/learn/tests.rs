use serde_json::json;

use super::*;

/// Everything is known, so that everything can be unlearnt.
fn known() -> Capabilities {
    Capabilities {
        reasoning: Reasoning::Effort,
        files: true,
        strict_tools: true,
        top_k: true,
        prompt_cache_key: true,
        cache_control: true,
        midsystem: MidSystem::System,
        ..Capabilities::default()
    }
}

fn sent() -> Vec<u8> {
    json!({
        "model": "m", "max_tokens": 32000, "temperature": 0.5, "top_p": 1, "top_k": 3, "stop": ["a"], "user": "u", "prompt_cache_key": "k",
        "stream": true, "stream_options": {"include_usage": true}, "reasoning_effort": "xhigh", "parallel_tool_calls": false,
        "tools": [{"type": "function", "function": {"name": "f", "strict": true}}], "tool_choice": "required",
        "response_format": {"type": "json_schema", "json_schema": {}},
        "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "file", "file": {"file_data": "x"}},
            {"type": "text", "text": "a", "cache_control": {}}]}],
    })
    .to_string()
    .into_bytes()
}

fn error(message: &str, param: Option<&str>) -> Vec<u8> {
    json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": null}})
        .to_string()
        .into_bytes()
}

#[test]
fn each_refusal_teaches_one_thing() {
    let efforts = |names: &[&str]| Lesson::Efforts {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (message, param, lesson) in [
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            Some("max_tokens"),
            Lesson::MaxCompletionTokens,
        ),
        (
            "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
            Some("max_tokens"),
            Lesson::OutputLimit { tokens: 16_384 },
        ),
        (
            "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
            None,
            Lesson::OutputLimit { tokens: 8_192 },
        ),
        (
            "Unrecognized request argument supplied: stream_options",
            None,
            Lesson::NoStreamOptions,
        ),
        (
            "body.stream_options: Extra inputs are not permitted",
            None,
            Lesson::NoStreamOptions,
        ),
        (
            "Unrecognized request argument supplied: reasoning_effort",
            None,
            Lesson::NoReasoning,
        ),
        (
            "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
            Some("reasoning_effort"),
            efforts(&["minimal", "low", "medium", "high"]),
        ),
        (
            "This response_format type is unavailable now",
            None,
            Lesson::NoJsonSchema,
        ),
        (
            "'response_format.type' must be 'text' or 'json_object'",
            Some("response_format.type"),
            Lesson::NoJsonSchema,
        ),
        (
            "property 'parallel_tool_calls' is unsupported",
            None,
            Lesson::NoParallelToolCalls,
        ),
        (
            "registry.ollama.ai/library/gemma does not support tools",
            None,
            Lesson::NoTools,
        ),
        (
            "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set",
            None,
            Lesson::NoTools,
        ),
        (
            "No endpoints found that support tool use",
            None,
            Lesson::NoTools,
        ),
        (
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 200 instead.",
            Some("tools"),
            Lesson::ToolLimit { tools: 128 },
        ),
        (
            "The tool_choice parameter does not support being set to required or object in thinking mode",
            None,
            Lesson::NoForcedTool,
        ),
        (
            "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text`",
            None,
            Lesson::NoImages,
        ),
        (
            "No endpoints found that support image input",
            None,
            Lesson::NoImages,
        ),
        (
            "This model does not support file inputs",
            None,
            Lesson::NoFiles,
        ),
        (
            "System message must be at the beginning.",
            None,
            Lesson::SystemFirst,
        ),
        ("System role not supported", None, Lesson::NoSystem),
        (
            "Conversation roles must alternate user/assistant/user/assistant/...",
            None,
            Lesson::UserFirst,
        ),
        (
            "reasoning_content is missing in assistant tool call message at index 2",
            None,
            Lesson::ReasoningPassback,
        ),
        (
            "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
            Some("temperature"),
            Lesson::NoTemperature,
        ),
        (
            "Unsupported parameter: 'top_p' is not supported with this model.",
            Some("top_p"),
            Lesson::NoTopP,
        ),
        ("Unknown parameter: 'top_k'.", Some("top_k"), Lesson::NoTopK),
        (
            "Unsupported parameter: 'stop' is not supported with this model.",
            Some("stop"),
            Lesson::NoStop,
        ),
        (
            "Unrecognized request argument supplied: user",
            None,
            Lesson::NoUser,
        ),
        (
            "Unknown parameter: 'prompt_cache_key'.",
            Some("prompt_cache_key"),
            Lesson::NoPromptCacheKey,
        ),
        (
            "messages.0.content.2.cache_control: Extra inputs are not permitted",
            None,
            Lesson::NoCacheControl,
        ),
        (
            "Invalid JSON payload received. Unknown name \"exclusiveMinimum\" at 'request.tools[0].function_declarations[0].parameters'",
            None,
            Lesson::PlainSchemas,
        ),
        (
            "Function call is missing a thought_signature in functionCall parts. Additional data, function call `default_api:Bash`, position 2.",
            None,
            Lesson::CallSignatures,
        ),
        (
            "tools.0.function.strict is not supported",
            None,
            Lesson::NoStrictTools,
        ),
    ] {
        let found = learn(&known(), &sent(), 400, &error(message, param));
        assert_eq!(found, Some(lesson.clone()), "{message}");
        let mut wiser = known();
        wiser.learn(&lesson);
        assert_ne!(wiser, known(), "{message}");
        let again = learn(&wiser, &sent(), 400, &error(message, param));
        // A limit is known by what was sent; the rest must not be learnt twice.
        if !matches!(
            lesson,
            Lesson::OutputLimit { .. } | Lesson::Efforts { .. } | Lesson::NoJsonSchema
        ) {
            assert_ne!(again, Some(lesson), "{message}");
        }
    }
}

#[test]
fn other_refusals_teach_nothing() {
    for (status, message) in [
        (
            400,
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens. Please reduce the length of the messages.",
        ),
        (400, "Invalid image: could not be decoded"),
        (400, "Invalid value for 'messages'"),
        (400, "The user has been blocked"),
        (401, "Unsupported parameter: 'stop'"),
        (429, "You exceeded your current quota"),
        (500, "internal server error"),
        (400, ""),
    ] {
        assert_eq!(
            learn(&known(), &sent(), status, &error(message, None)),
            None,
            "{message}"
        );
    }
    let nothing_sent = br#"{"model":"m","messages":[]}"#;
    let refusal = error(
        "Unsupported parameter: 'stop' is not supported",
        Some("stop"),
    );
    assert_eq!(learn(&known(), nothing_sent, 400, &refusal), None);
    assert_eq!(learn(&known(), &sent(), 400, b"<html>\xff"), None);
}
