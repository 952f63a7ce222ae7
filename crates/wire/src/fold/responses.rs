//! OpenAI Responses.

use serde::Deserialize;
use serde_json::Value;

use super::number::object;
use super::usage::OpenAiUsage;
use super::{Content, Delta, Fold, delta_of};
use crate::scan;
use crate::sse::Event;

impl Fold {
    pub(super) fn responses_event(&mut self, event: &Event<'_>) -> Option<Delta> {
        let kind = scan::member(event.data, "type").and_then(scan::string);
        let kind = kind.unwrap_or_else(|| String::from_utf8_lossy(event.name).into_owned());
        if kind.ends_with(".delta") {
            let content = match &kind[..] {
                "response.output_text.delta" | "response.refusal.delta" => Content::Text,
                "response.function_call_arguments.delta"
                | "response.custom_tool_call_input.delta"
                | "response.mcp_call_arguments.delta" => Content::ToolCall,
                "response.reasoning_text.delta" | "response.reasoning_summary_text.delta" => {
                    Content::Thinking
                }
                _ => return None,
            };
            return delta_of(
                event.data,
                &[(b"\"delta\":\"", content), (b"\"delta\": \"", content)],
            );
        }
        match &kind[..] {
            "response.created" | "response.in_progress" => self.responses_envelope(event.data),
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.responses_envelope(event.data);
                self.ended = true;
            }
            "error" => {
                let value = serde_json::from_slice::<Value>(event.data).unwrap_or_default();
                let inner = value.get("error").filter(|inner| inner.is_object());
                self.openai_error(inner.unwrap_or(&value));
            }
            _ => {}
        }
        None
    }

    pub(super) fn responses_answer(&mut self, body: &[u8]) {
        if let Ok(response) = serde_json::from_slice::<Response>(body) {
            self.has_content = response
                .output
                .as_ref()
                .is_some_and(|output| !output.is_empty());
            self.content_bytes = if self.has_content { body.len() } else { 0 };
            self.ended = response.status.is_some();
            self.responses_response(response);
        }
    }

    fn responses_envelope(&mut self, data: &[u8]) {
        if let Ok(envelope) = serde_json::from_slice::<Envelope>(data) {
            self.responses_response(envelope.response);
        }
    }

    fn responses_response(&mut self, response: Response) {
        self.model = response.model.or(self.model.take());
        self.response_id = response.id.or(self.response_id.take());
        if let Some(usage) = &response.usage {
            self.reading.merge_openai(usage);
        }
        let reason = response
            .incomplete_details
            .and_then(|details| details.reason);
        let over = response
            .status
            .filter(|status| status != "in_progress" && status != "queued");
        self.stop_reason = reason.or(over).or(self.stop_reason.take());
        self.openai_error(&response.error);
    }
}

#[derive(Debug, Deserialize)]
struct Envelope {
    response: Response,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response {
    id: Option<String>,
    model: Option<String>,
    status: Option<String>,
    #[serde(deserialize_with = "object")]
    usage: Option<OpenAiUsage>,
    error: Value,
    incomplete_details: Option<Incomplete>,
    output: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Incomplete {
    reason: Option<String>,
}
