//! Why a command could not be done, in one sentence.

/// A sentence for stderr.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Says it.
    #[expect(clippy::print_stderr, reason = "this is where failures are told")]
    pub(crate) fn tell(&self) {
        eprintln!("relayscope: {}", self.0);
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
