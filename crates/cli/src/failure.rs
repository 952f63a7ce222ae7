//! Why a command could not be done, in one sentence.

/// Exit code where nothing else is said.
const COULD_NOT: u8 = 1;

/// A sentence for stderr, and the exit code that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            code: COULD_NOT,
        }
    }

    /// The same with an exit code of its own.
    pub(crate) fn with_code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// Says it.
    #[expect(clippy::print_stderr, reason = "this is where failures are told")]
    pub(crate) fn tell(&self) {
        eprintln!("relayscope: {}", self.sentence);
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}
