//! Conversations with a site, in a chosen shape of request. They go straight to the site, are read as they
//! arrive, and leave nothing behind: what is kept is what the user saves.

mod delta;
mod shape;
mod talk;

use crate::app::App;
use crate::verify::VerifyError;
use crate::view::{ChatAsk, ChatRequest};

pub use talk::Talk;

impl App {
    /// The request that a conversation would send.
    pub fn chat_request(&self, site: &str, ask: &ChatAsk) -> Result<ChatRequest, VerifyError> {
        let line = self.sites().line(site, Some(&ask.key))?;
        let preset = self.preset(&ask.preset)?;
        // The same made-up names in every preview: what is shown must not flicker.
        Ok(shape::shown(&line, &shape::shape(&line, ask, &preset, 0)))
    }

    /// Sends it. The answer is read by asking for what comes next; dropping it cancels the call.
    pub fn chat(&self, site: &str, ask: &ChatAsk) -> Result<Talk, VerifyError> {
        let line = self.sites().line(site, Some(&ask.key))?;
        let client = self.sites().client_of(&line);
        let preset = self.preset(&ask.preset)?;
        let shaped = shape::shape(&line, ask, &preset, self.sites().random());
        Ok(Talk::new(
            line,
            client,
            shaped,
            self.pricing().clone(),
            self.sites().clone(),
        ))
    }
}
