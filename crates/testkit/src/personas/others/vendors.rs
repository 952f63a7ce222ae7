//! What each vendor's imitation looks like from outside.

use crate::personas::mind::Skill;
use crate::personas::style::{EndUsage, Padding, Ping, StartUsage, Style, Writes};
use crate::personas::tokens::Family;

/// A vendor behind the Anthropic protocol.
#[derive(Clone, Debug)]
pub(crate) struct Vendor {
    /// Its model's name for people.
    pub(crate) name: &'static str,
    /// Who made the model.
    pub(crate) maker: &'static str,
    /// The model's own id.
    pub(crate) model: &'static str,
    /// Whether answers name the model that was asked for.
    pub(crate) echoes: bool,
    /// Whether it says that it is Claude.
    pub(crate) claims_claude: bool,
    /// Form of message ids.
    pub(crate) id: IdForm,
    /// What ids of tool calls begin with.
    pub(crate) tool_id: &'static str,
    /// How it thinks aloud.
    pub(crate) thinks: Thinks,
    /// Form of errors.
    pub(crate) errors: ErrorForm,
    /// Most tokens that may be asked for; more is an error or is ignored.
    pub(crate) most: Option<u64>,
    /// How it cuts text.
    pub(crate) family: Family,
    /// Tokens around every prompt, and around tools.
    pub(crate) around: (u64, u64),
    /// Tokens of any picture; 0 where pictures are dropped.
    pub(crate) picture: u64,
    /// Whether it knows where a stop sequence hit.
    pub(crate) tells_stops: bool,
    /// Whether names it does not know are served all the same.
    pub(crate) serves_anything: bool,
    /// How much its model can do.
    pub(crate) skill: Skill,
    /// How streams are written.
    pub(crate) style: fn() -> Style,
    /// Members of usage besides input and output.
    pub(crate) dressed_usage: bool,
}

/// Form of a message's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdForm {
    /// `chatcmpl-` and letters.
    ChatCompletion,
    /// `msg_`, date and time, hexadecimal digits.
    Dated,
    /// `msg_` and a UUID.
    Uuid,
    /// `msg_01` and letters that no genuine id has.
    Forged,
    /// `gen_` and a ULID.
    Generation,
}

/// How thinking is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinks {
    /// Not at all.
    Never,
    /// In blocks without a signature.
    Unsigned,
    /// In blocks with a made-up signature.
    MadeUp,
    /// In blocks whose signature is Google's.
    Google,
}

/// Form of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorForm {
    /// New-API's.
    NewApi,
    /// A code and a sentence in Chinese.
    Coded,
    /// Type and message, as OpenAI has them.
    OpenAi,
    /// As Anthropic has them, with other words.
    Anthropic,
}

fn converted() -> Style {
    Style::converted()
}

fn glm() -> Style {
    Style {
        padding: Padding::None,
        ping: Ping::Early,
        start: StartUsage::Zeros,
        end: EndUsage::Genuine,
        empty_first_json: false,
        ..Style::genuine()
    }
}

fn kimi() -> Style {
    Style {
        gap: "",
        ping: Ping::Compact,
        start: StartUsage::Estimated,
        end: EndUsage::Plain,
        ..Style::reserialised()
    }
}

fn plain() -> Style {
    Style {
        start: StartUsage::Genuine,
        end: EndUsage::OutputOnly,
        ..Style::reserialised()
    }
}

fn overlapping() -> Style {
    Style {
        overlapping: true,
        start: StartUsage::Zeros,
        ping: Ping::Never,
        ..Style::reserialised()
    }
}

fn padded() -> Style {
    Style {
        padding: Padding::Constant(7),
        start: StartUsage::Genuine,
        writes: Writes::PerEvent,
        ..Style::genuine()
    }
}

const BASE: Vendor = Vendor {
    name: "an assistant",
    maker: "a laboratory",
    model: "model",
    echoes: true,
    claims_claude: false,
    id: IdForm::Uuid,
    tool_id: "call_",
    thinks: Thinks::Unsigned,
    errors: ErrorForm::OpenAi,
    most: None,
    family: Family::Chinese,
    around: (9, 110),
    picture: 258,
    tells_stops: false,
    serves_anything: false,
    skill: Skill::Strong,
    style: plain,
    dressed_usage: false,
};

/// OpenAI's model, converted by New-API.
pub(crate) const GPT_NEW_API: Vendor = Vendor {
    name: "GPT-6.1",
    maker: "OpenAI",
    model: "gpt-6.1-terra",
    id: IdForm::ChatCompletion,
    thinks: Thinks::Never,
    errors: ErrorForm::NewApi,
    most: Some(128_000),
    family: Family::Gpt,
    around: (7, 60),
    picture: 765,
    style: converted,
    ..BASE
};

/// GLM at its own Anthropic door.
pub(crate) const GLM: Vendor = Vendor {
    name: "GLM-5.3",
    maker: "Z.ai",
    model: "glm-5.3",
    echoes: false,
    id: IdForm::Dated,
    errors: ErrorForm::Coded,
    most: Some(131_072),
    style: glm,
    ..BASE
};

/// GLM behind a relay that renames it and gives its thoughts a signature of plain text.
pub(crate) const GLM_PLAIN_SIGNATURE: Vendor = Vendor {
    echoes: true,
    claims_claude: true,
    thinks: Thinks::MadeUp,
    ..GLM
};

/// Kimi at its own Anthropic door.
pub(crate) const KIMI: Vendor = Vendor {
    name: "Kimi K3",
    maker: "Moonshot AI",
    model: "kimi-k3",
    id: IdForm::ChatCompletion,
    tool_id: "toolu_functions.",
    around: (11, 95),
    style: kimi,
    ..BASE
};

/// DeepSeek at its own Anthropic door.
pub(crate) const DEEPSEEK: Vendor = Vendor {
    name: "DeepSeek V4.1",
    maker: "DeepSeek",
    model: "deepseek-v4-pro",
    echoes: false,
    family: Family::DeepSeek,
    errors: ErrorForm::Anthropic,
    most: Some(393_216),
    around: (4, 180),
    picture: 0,
    serves_anything: true,
    tells_stops: true,
    tool_id: "call_00_",
    dressed_usage: true,
    ..BASE
};

/// Gemini through a gateway of Vercel's kind.
pub(crate) const GEMINI_GATEWAY: Vendor = Vendor {
    name: "Gemini 3.8",
    maker: "Google",
    model: "gemini-3.8-flash",
    id: IdForm::Generation,
    thinks: Thinks::Google,
    tool_id: "chatcmpl-tool-",
    around: (2, 12),
    family: Family::Gpt,
    style: overlapping,
    ..BASE
};

/// MiniMax at its own Anthropic door.
pub(crate) const MINIMAX: Vendor = Vendor {
    name: "MiniMax-M4",
    maker: "MiniMax",
    model: "MiniMax-M4",
    id: IdForm::Uuid,
    thinks: Thinks::MadeUp,
    around: (26, 140),
    tool_id: "call_function_",
    tells_stops: true,
    ..BASE
};

/// Qwen behind a gateway that speaks Anthropic's dialect well.
pub(crate) const QWEN_GATEWAY: Vendor = Vendor {
    name: "Qwen 4",
    maker: "Alibaba Cloud",
    model: "qwen4-max",
    claims_claude: true,
    errors: ErrorForm::Anthropic,
    most: Some(64_000),
    around: (10, 130),
    tells_stops: true,
    dressed_usage: true,
    ..BASE
};

/// Qwen with everything forged that can be forged without thinking: ids, padding, usage, headers.
pub(crate) const QWEN_FORGED: Vendor = Vendor {
    id: IdForm::Forged,
    tool_id: "toolu_01",
    thinks: Thinks::MadeUp,
    style: padded,
    ..QWEN_GATEWAY
};
