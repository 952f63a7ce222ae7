//! Who is signed in: the session token, one-time sign-ins, the access key.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base::Secret;
use subtle::ConstantTimeEq;

use crate::files;

/// One-time sign-ins that wait at once; the oldest one lapses.
const MOST_WAITING: usize = 16;

/// The secrets of one run.
#[derive(Debug)]
pub struct Session {
    token: Secret<String>,
    once: Mutex<VecDeque<Secret<String>>>,
}

impl Session {
    /// Makes a token for this run and puts it where programs of the same user can read it (mode 0600).
    pub fn begin(file: &Path) -> io::Result<Self> {
        let token = random_token()?;
        files::publish(file, token.as_bytes())?;
        Ok(Self {
            token: Secret::new(token),
            once: Mutex::default(),
        })
    }

    /// Whether this is the session token.
    pub fn is_token(&self, text: &str) -> bool {
        self.token.reveal().as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// The session token.
    pub fn token(&self) -> &Secret<String> {
        &self.token
    }

    /// A new token that signs a browser in once.
    pub fn one_time_token(&self) -> io::Result<String> {
        let token = random_token()?;
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if once.len() >= MOST_WAITING {
            once.pop_front();
        }
        once.push_back(Secret::new(token.clone()));
        Ok(token)
    }

    /// Takes a one-time token; true once.
    pub fn redeem(&self, text: &str) -> bool {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        let found = once
            .iter()
            .position(|token| bool::from(token.reveal().as_bytes().ct_eq(text.as_bytes())));
        found.and_then(|index| once.remove(index)).is_some()
    }
}

/// 256 random bits in hexadecimal.
pub fn random_token() -> io::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_token_works_once() {
        let directory = tempfile::tempdir().unwrap();
        let session = Session::begin(&directory.path().join("session-token")).unwrap();
        let token = session.one_time_token().unwrap();
        assert!(!session.redeem("guess"));
        assert!(session.redeem(&token));
        assert!(!session.redeem(&token));
        let written = std::fs::read_to_string(directory.path().join("session-token")).unwrap();
        assert!(session.is_token(&written) && !session.is_token(""));
    }
}
