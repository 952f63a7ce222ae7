//! What a site can do with a model, as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::Lesson;

/// What a site can do with a model. The default is what the plainest OpenAI-compatible server can;
/// [`presets`](super::presets) know better for known vendors, people may edit it, and refusals teach
/// ([`learn`](Self::learn)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Capabilities {
    /// What the output limit is called.
    pub max_tokens_field: MaxTokensField,
    /// Largest output in tokens; `None` when not known, then nothing is clamped.
    pub max_output_tokens: Option<u64>,
    /// Size of the context in tokens, input and output together; `None` when not known.
    pub context_tokens: Option<u64>,
    /// Whether `stream_options.include_usage` may be sent.
    pub stream_options: bool,
    /// How reasoning is asked for.
    pub reasoning: Reasoning,
    /// The efforts that are known, lowest first. What is asked for becomes the highest one that is not above
    /// it, else the lowest.
    pub efforts: Vec<Effort>,
    /// When reasoning has to be sent back.
    pub reasoning_passback: Passback,
    /// The member of an assistant message that holds reasoning sent back.
    pub reasoning_field: ReasoningField,
    /// Which `response_format` is known.
    pub structured_output: StructuredOutput,
    /// Whether the model sees images.
    pub images: bool,
    /// Whether images may be addresses that the upstream fetches.
    pub image_addresses: bool,
    /// Whether content parts of type `file` are known (PDF).
    pub files: bool,
    /// Whether the model has tools.
    pub tools: bool,
    /// Whether `tool_choice` may force a call (`required`, or one function).
    pub forced_tools: bool,
    /// Whether `parallel_tool_calls` is known.
    pub parallel_tool_calls: bool,
    /// Whether tools marked `strict` by the caller are sent so.
    pub strict_tools: bool,
    /// Number of tools at most.
    pub max_tools: Option<usize>,
    /// Longest tool call id, in characters.
    pub tool_id_limit: usize,
    /// Longest tool name, in characters.
    pub tool_name_limit: usize,
    /// Whether calls sent back must be signed (Gemini 3 and later). The signature does not survive the way
    /// through the caller, so Google's documented placeholder stands for it.
    pub call_signatures: bool,
    /// Which keywords of JSON Schema are understood in tools.
    pub schema_filter: SchemaFilter,
    /// Whether `temperature` may be set.
    pub temperature: bool,
    /// Whether `top_p` may be set.
    pub top_p: bool,
    /// Whether `top_k` is known.
    pub top_k: bool,
    /// Number of stop sequences at most; 0 where `stop` is not known.
    pub max_stops: usize,
    /// What becomes of system turns between the messages.
    pub midsystem: MidSystem,
    /// The role of the system prompt.
    pub system_role: SystemRole,
    /// Whether the first message must be the user's.
    pub user_first: bool,
    /// The member that tells users apart.
    pub user_field: UserField,
    /// Whether `prompt_cache_key` is known.
    pub prompt_cache_key: bool,
    /// Whether `cache_control` marks are understood (OpenRouter and LiteLLM before Claude).
    pub cache_control: bool,
    /// What `speed: fast` is called in `service_tier`; `None` where there is no such thing.
    pub fast_tier: Option<String>,
    /// Whether thinking of an Anthropic model is `adaptive` with an effort; else it has a token budget.
    pub adaptive_thinking: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            max_tokens_field: MaxTokensField::MaxTokens,
            max_output_tokens: None,
            context_tokens: None,
            stream_options: true,
            reasoning: Reasoning::None,
            efforts: vec![Effort::Low, Effort::Medium, Effort::High],
            reasoning_passback: Passback::Never,
            reasoning_field: ReasoningField::ReasoningContent,
            structured_output: StructuredOutput::JsonSchema,
            images: true,
            image_addresses: true,
            files: false,
            tools: true,
            forced_tools: true,
            parallel_tool_calls: true,
            strict_tools: false,
            max_tools: None,
            tool_id_limit: 40,
            tool_name_limit: 64,
            call_signatures: false,
            schema_filter: SchemaFilter::None,
            temperature: true,
            top_p: true,
            top_k: false,
            max_stops: 4,
            midsystem: MidSystem::User,
            system_role: SystemRole::System,
            user_first: false,
            user_field: UserField::User,
            prompt_cache_key: false,
            cache_control: false,
            fast_tier: None,
            adaptive_thinking: true,
        }
    }
}

/// Declares an enum of words that stand in data files as they are here, in snake case.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$word_about:meta])* $word:ident $(= $rename:literal)?,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$word_about])* $(#[serde(rename = $rename)])? $word,)* }
    )*};
}

words! {
    /// What the output limit is called.
    MaxTokensField {
        /// `max_tokens`.
        MaxTokens,
        /// `max_completion_tokens`: OpenAI's o-series, gpt-5 and later.
        MaxCompletionTokens,
        /// There is none.
        None,
    }
    /// How reasoning is asked for.
    Reasoning {
        /// Not at all.
        None,
        /// `reasoning_effort`.
        Effort,
        /// `reasoning: {effort}` or `{enabled: false}` (OpenRouter).
        Object,
        /// `thinking: {type: enabled | disabled}` (GLM, Kimi, Doubao).
        ThinkingType,
        /// Both `thinking.type` and `reasoning_effort` (DeepSeek).
        ThinkingAndEffort,
        /// `enable_thinking` (Qwen at DashScope).
        EnableThinking,
        /// `chat_template_kwargs.enable_thinking` (vLLM, SGLang).
        TemplateArguments,
    }
    /// How much a model shall reason.
    Effort {
        /// Not at all.
        None,
        /// As little as it can.
        Minimal,
        /// Little.
        Low,
        /// Some.
        Medium,
        /// Much.
        High,
        /// More.
        Xhigh,
        /// All it can.
        Max,
    }
    /// When reasoning has to be sent back.
    Passback {
        /// Never: unknown members are refused.
        Never,
        /// With every assistant turn that calls tools; a placeholder where there is none.
        ToolCalls,
        /// With every assistant turn that has some.
        Always,
    }
    /// The member that holds reasoning.
    ReasoningField {
        /// `reasoning_content`.
        ReasoningContent,
        /// `reasoning`.
        Reasoning,
    }
    /// Which `response_format` is known.
    StructuredOutput {
        /// `json_schema`.
        JsonSchema,
        /// `json_object`; the schema stands in the prompt.
        JsonObject,
        /// None; the schema stands in the prompt.
        None,
    }
    /// Which keywords of JSON Schema are understood.
    SchemaFilter {
        /// All that matter.
        None,
        /// Those that Gemini knows.
        Gemini,
    }
    /// What becomes of system turns between the messages.
    MidSystem {
        /// A reminder inside a user turn.
        User,
        /// A system message at its place.
        System,
        /// Part of the system prompt.
        Hoist,
    }
    /// The role of the system prompt.
    SystemRole {
        /// `system`.
        System,
        /// `developer`.
        Developer,
        /// `user`, as the first message.
        User,
    }
    /// The member that tells users apart.
    UserField {
        /// `user`.
        User,
        /// `safety_identifier`.
        SafetyIdentifier,
        /// There is none.
        None,
    }
}

impl Effort {
    /// The word for it, as all dialects spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The effort of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::None,
            Self::Minimal,
            Self::Low,
            Self::Medium,
            Self::High,
            Self::Xhigh,
            Self::Max,
        ];
        all.into_iter().find(|effort| effort.name() == name)
    }
}

impl Capabilities {
    /// The same with some members set, as people or presets do.
    ///
    /// # Errors
    /// When a member is unknown or has a wrong type; the text of serde's error names it.
    pub fn with(&self, members: &Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let Some(all) = all.as_object_mut() {
            for (name, value) in members {
                all.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(all)
    }

    /// The effort that is sent where this one is asked for; `None` where none is known.
    pub fn effort(&self, wanted: Effort) -> Option<Effort> {
        let below = self.efforts.iter().filter(|known| **known <= wanted).max();
        below.or(self.efforts.iter().min()).copied()
    }
}

impl Capabilities {
    /// Takes what a refusal taught.
    pub fn learn(&mut self, lesson: &Lesson) {
        match lesson {
            Lesson::MaxCompletionTokens => {
                self.max_tokens_field = MaxTokensField::MaxCompletionTokens;
            }
            Lesson::MaxTokens => self.max_tokens_field = MaxTokensField::MaxTokens,
            Lesson::OutputLimit { tokens } => self.max_output_tokens = Some(*tokens),
            Lesson::NoStreamOptions => self.stream_options = false,
            Lesson::NoJsonSchema => self.structured_output = StructuredOutput::JsonObject,
            Lesson::NoJsonObject => self.structured_output = StructuredOutput::None,
            Lesson::NoReasoning => self.reasoning = Reasoning::None,
            Lesson::Efforts { names } => {
                self.efforts = names
                    .iter()
                    .filter_map(|name| Effort::from_name(name))
                    .collect();
            }
            Lesson::ReasoningPassback => self.reasoning_passback = Passback::ToolCalls,
            Lesson::NoReasoningPassback => self.reasoning_passback = Passback::Never,
            Lesson::NoParallelToolCalls => self.parallel_tool_calls = false,
            Lesson::NoForcedTool => self.forced_tools = false,
            Lesson::NoTools => self.tools = false,
            Lesson::NoImages => self.images = false,
            Lesson::NoFiles => self.files = false,
            Lesson::NoTemperature => self.temperature = false,
            Lesson::NoTopP => self.top_p = false,
            Lesson::NoTopK => self.top_k = false,
            Lesson::NoStop => self.max_stops = 0,
            Lesson::NoUser => self.user_field = UserField::None,
            Lesson::NoPromptCacheKey => self.prompt_cache_key = false,
            Lesson::NoCacheControl => self.cache_control = false,
            Lesson::SystemFirst => self.midsystem = MidSystem::User,
            Lesson::NoDeveloper => self.system_role = SystemRole::System,
            Lesson::NoSystem => self.system_role = SystemRole::User,
            Lesson::UserFirst => self.user_first = true,
            Lesson::NoStrictTools => self.strict_tools = false,
            Lesson::CallSignatures => self.call_signatures = true,
            Lesson::PlainSchemas => self.schema_filter = SchemaFilter::Gemini,
            Lesson::ToolLimit { tools } => self.max_tools = Some(*tools),
            Lesson::NoAdaptiveThinking => self.adaptive_thinking = false,
            Lesson::AdaptiveThinking => self.adaptive_thinking = true,
        }
    }
}
