//! Reading refusals.

mod anthropic;

use memchr::memmem;

use super::Lesson;
use crate::scan;
use crate::translate::Capabilities;
use crate::translate::capabilities::{
    Effort, MaxTokensField, MidSystem, Passback, Reasoning, SchemaFilter, StructuredOutput,
    SystemRole, UserField,
};
use crate::translate::size;
use crate::translate::told::Told;

/// Words that say that something is not known or not allowed, as opposed to wrong this once.
const REFUSES: [&str; 22] = [
    "not support",
    "unsupported",
    "n't support",
    "unknown",
    "unrecognized",
    "unexpected",
    "not permitted",
    "not allowed",
    "not available",
    "unavailable",
    "not a multimodal",
    "only supported",
    "no endpoints found",
    "not implemented",
    "invalid parameter",
    "expected `text`",
    "must be text",
    "text only",
    "does not exist",
    "extra fields",
    "requires --enable",
    "不支持",
];

/// What an error answer teaches, given the body that was sent. `None` when it is about something else, or
/// when the capabilities knew it already, so that the same request is not sent twice.
pub fn learn(known: &Capabilities, sent: &[u8], status: u16, body: &[u8]) -> Option<Lesson> {
    if !matches!(status, 400 | 404 | 405 | 415 | 422 | 500 | 501) {
        return None;
    }
    let told = Told::read(body);
    if size::is_spent(&told) || size::too_long(&told).is_some() {
        return None;
    }
    let refusal = Refusal::new(known, sent, &told);
    let ways = [
        Refusal::output_limit,
        Refusal::max_tokens_field,
        Refusal::of_anthropic,
        Refusal::reasoning_sent_back,
        Refusal::reasoning,
        Refusal::response_format,
        Refusal::tools,
        Refusal::media,
        Refusal::roles,
        Refusal::schemas,
        Refusal::plain_fields,
    ];
    ways.iter().find_map(|way| way(&refusal))
}

/// A refusal and what it is about.
struct Refusal<'a> {
    known: &'a Capabilities,
    told: &'a Told,
    /// The message in lower case, with the codes.
    text: String,
    sent: &'a [u8],
    /// Whether it says that something is not known, rather than wrong this once.
    refuses: bool,
}

impl<'a> Refusal<'a> {
    fn new(known: &'a Capabilities, sent: &'a [u8], told: &'a Told) -> Self {
        let text = format!("{} {}", told.message, told.codes.join(" ")).to_lowercase();
        let refuses = REFUSES.iter().any(|word| text.contains(word));
        Self {
            known,
            told,
            text,
            sent,
            refuses,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    fn says_any(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.says(words))
    }

    /// The value of a member that was sent.
    fn member(&self, name: &str) -> Option<&'a [u8]> {
        scan::member(self.sent, name)
    }

    fn has(&self, bytes: &str) -> bool {
        memmem::find(self.sent, bytes.as_bytes()).is_some()
    }

    /// Whether it is about a member that was sent, whose name is no common word.
    fn about(&self, name: &str) -> bool {
        self.member(name).is_some() && (self.names_param(name) || self.says(name))
    }

    fn names_param(&self, name: &str) -> bool {
        self.told
            .param
            .as_deref()
            .is_some_and(|param| param == name || param.starts_with(&format!("{name}.")))
    }

    /// The same for names that are common words: they must stand in quotes or behind a path.
    fn about_word(&self, name: &str) -> bool {
        let quoted = ["'", "\"", "`"]
            .iter()
            .any(|quote| self.says(&format!("{quote}{name}{quote}")));
        let behind = [
            format!("body.{name}:"),
            format!(": {name}"),
            format!("parameter {name}"),
        ];
        let named = self.names_param(name) || quoted || behind.iter().any(|words| self.says(words));
        self.member(name).is_some() && named
    }

    fn output_limit(&self) -> Option<Lesson> {
        let tokens = size::output_too_large(self.told)?.limit;
        let asked = ["max_tokens", "max_completion_tokens"]
            .iter()
            .find_map(|name| {
                std::str::from_utf8(self.member(name)?)
                    .ok()?
                    .parse::<u64>()
                    .ok()
            })?;
        (asked > tokens).then_some(Lesson::OutputLimit { tokens })
    }

    fn max_tokens_field(&self) -> Option<Lesson> {
        match self.known.max_tokens_field {
            MaxTokensField::MaxTokens => {
                let instead =
                    self.says("max_completion_tokens") && (self.refuses || self.says("instead"));
                (instead && self.member("max_tokens").is_some())
                    .then_some(Lesson::MaxCompletionTokens)
            }
            MaxTokensField::MaxCompletionTokens => {
                let about = self.about("max_completion_tokens");
                (about && (self.refuses || self.says("extra inputs"))).then_some(Lesson::MaxTokens)
            }
            MaxTokensField::None => None,
        }
    }

    fn reasoning_sent_back(&self) -> Option<Lesson> {
        if !self.says("reasoning_content") {
            return None;
        }
        let missing = self.says_any(&["missing", "must be passed", "must be provided", "required"]);
        match self.known.reasoning_passback {
            Passback::Never if missing => Some(Lesson::ReasoningPassback),
            Passback::Never => None,
            _ if missing => None,
            _ => (self.has("\"reasoning_content\"")).then_some(Lesson::NoReasoningPassback),
        }
    }

    fn reasoning(&self) -> Option<Lesson> {
        let fields = [
            "reasoning_effort",
            "reasoning",
            "thinking_budget",
            "enable_thinking",
            "thinking",
            "chat_template_kwargs",
        ];
        if self.known.reasoning == Reasoning::None || self.says("tool_choice") {
            return None;
        }
        let field = fields.iter().find(|field| self.about(field))?;
        let efforts = self.efforts();
        if *field == "reasoning_effort" && !efforts.is_empty() && efforts != self.known.efforts {
            let names = efforts.iter().map(|effort| effort.name().to_owned());
            return Some(Lesson::Efforts {
                names: names.collect(),
            });
        }
        Some(Lesson::NoReasoning)
    }

    /// The efforts that the message lists as allowed, lowest first.
    fn efforts(&self) -> Vec<Effort> {
        let lists = [
            "supported values are",
            "input should be",
            "must be one of",
            "expected one of",
            "allowed values",
            "valid values",
            "should be one of",
        ];
        let Some(start) = lists.iter().find_map(|list| self.text.find(list)) else {
            return Vec::new();
        };
        let listed = self.text.get(start..).unwrap_or_default();
        let words = listed.split(|character: char| !character.is_ascii_alphanumeric());
        let mut efforts: Vec<Effort> = words.filter_map(Effort::from_name).collect();
        efforts.sort_unstable();
        efforts.dedup();
        efforts
    }

    fn response_format(&self) -> Option<Lesson> {
        let format = self.member("response_format")?;
        if !self.says_any(&[
            "response_format",
            "json_schema",
            "response format",
            "structured output",
            "json_object",
            "json mode",
        ]) {
            return None;
        }
        let is_schema = memmem::find(format, b"json_schema").is_some();
        match self.known.structured_output {
            StructuredOutput::JsonSchema if is_schema => Some(Lesson::NoJsonSchema),
            StructuredOutput::JsonObject => Some(Lesson::NoJsonObject),
            _ => None,
        }
    }

    fn tools(&self) -> Option<Lesson> {
        if self.known.parallel_tool_calls && self.about("parallel_tool_calls") {
            return Some(Lesson::NoParallelToolCalls);
        }
        if self.known.strict_tools && self.says("strict") && self.refuses {
            return Some(Lesson::NoStrictTools);
        }
        self.member("tools")?;
        if self.says("maximum length") && (self.names_param("tools") || self.says("'tools'")) {
            let behind = self.text.split("maximum length").nth(1)?;
            let digits = behind
                .trim_start()
                .split(|character: char| !character.is_ascii_digit());
            let tools = digits.filter_map(|digits| digits.parse().ok()).next()?;
            return (self.known.max_tools != Some(tools)).then_some(Lesson::ToolLimit { tools });
        }
        let phrases = [
            "support tools",
            "support tool use",
            "support tool calling",
            "support function call",
            "tools is not supported",
            "tools are not supported",
            "tool use is not supported",
            "tool calling is not supported",
            "function calling is not supported",
            "function calling is not enabled",
            "tool choice requires --enable-auto-tool-choice",
            "不支持工具",
            "不支持函数",
        ];
        if self.says_any(&phrases) && self.refuses {
            return self.known.tools.then_some(Lesson::NoTools);
        }
        let choice = self.member("tool_choice")?;
        let forced = choice == b"\"required\"" || choice.starts_with(b"{");
        (self.known.forced_tools && forced && self.says("tool_choice"))
            .then_some(Lesson::NoForcedTool)
    }

    fn media(&self) -> Option<Lesson> {
        if !self.refuses && !self.says("vision") {
            return None;
        }
        let images = [
            "image",
            "vision",
            "multimodal",
            "multi-modal",
            "图片",
            "图像",
        ];
        if self.known.images && self.has("\"image_url\"") && self.says_any(&images) {
            return Some(Lesson::NoImages);
        }
        let file = self.known.files && self.has("\"file_data\"");
        (file && self.says_any(&["file", "pdf", "document"])).then_some(Lesson::NoFiles)
    }

    fn roles(&self) -> Option<Lesson> {
        let first = [
            "system message must be at the beginning",
            "system message must be the first",
            "system messages must",
            "system role must be the first",
            "only one system message",
            "role 'system' must",
            "role of the first message",
        ];
        if self.known.midsystem == MidSystem::System && self.says_any(&first) {
            return Some(Lesson::SystemFirst);
        }
        if self.known.system_role == SystemRole::Developer && self.says("developer") {
            return Some(Lesson::NoDeveloper);
        }
        let no_system = [
            "system role not supported",
            "system role is not supported",
            "does not support system",
        ];
        if self.known.system_role == SystemRole::System && self.says_any(&no_system) {
            return Some(Lesson::NoSystem);
        }
        let alternate = [
            "roles must alternate",
            "first message must be",
            "must start with a user",
        ];
        (!self.known.user_first && self.says_any(&alternate)).then_some(Lesson::UserFirst)
    }

    fn schemas(&self) -> Option<Lesson> {
        if self.says("missing a thought_signature") || self.says("missing a `thought_signature`") {
            return (!self.known.call_signatures).then_some(Lesson::CallSignatures);
        }
        self.member("tools")?;
        let told = ["unknown name", "function_declarations", "schema"];
        let keywords = [
            "$schema",
            "additionalproperties",
            "exclusiveminimum",
            "exclusivemaximum",
            "const",
            "$ref",
            "anyof",
            "allof",
            "propertynames",
            "function_declarations",
        ];
        let about = self.says_any(&told) && self.says_any(&keywords);
        (self.known.schema_filter == SchemaFilter::None && about).then_some(Lesson::PlainSchemas)
    }

    fn plain_fields(&self) -> Option<Lesson> {
        let known = self.known;
        if known.stream_options && self.about("stream_options") {
            return Some(Lesson::NoStreamOptions);
        }
        let refuses =
            self.refuses || self.says_any(&["extra inputs", "only the default", "deprecated"]);
        if !refuses {
            return None;
        }
        let fields = [
            (
                known.temperature && self.about("temperature"),
                Lesson::NoTemperature,
            ),
            (known.top_p && self.about("top_p"), Lesson::NoTopP),
            (known.top_k && self.about("top_k"), Lesson::NoTopK),
            (
                known.prompt_cache_key && self.about("prompt_cache_key"),
                Lesson::NoPromptCacheKey,
            ),
            (
                known.cache_control && self.has("\"cache_control\"") && self.says("cache_control"),
                Lesson::NoCacheControl,
            ),
            (
                known.max_stops > 0 && self.about_word("stop"),
                Lesson::NoStop,
            ),
            (
                known.user_field == UserField::User && self.about_word("user"),
                Lesson::NoUser,
            ),
            (
                known.user_field == UserField::SafetyIdentifier && self.about("safety_identifier"),
                Lesson::NoUser,
            ),
        ];
        fields
            .into_iter()
            .find_map(|(applies, lesson)| applies.then_some(lesson))
    }
}

#[cfg(test)]
mod tests;
