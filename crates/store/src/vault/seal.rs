//! Sealing and opening single secrets.

use base::Secret;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use super::master::{MasterKey, VaultError};

/// Length of a nonce; random ones of this length never repeat.
const NONCE: usize = 24;

/// Version of the sealed form.
const VERSION: u8 = 1;

/// Seals secrets with the master key.
pub struct Vault {
    cipher: XChaCha20Poly1305,
    /// Key of the fingerprints: they must not be comparable between machines.
    salt: [u8; 32],
}

impl Vault {
    /// A vault with this master key.
    pub fn new(master: &MasterKey) -> Self {
        let cipher = XChaCha20Poly1305::new(master.reveal().into());
        let mut salt = Sha256::new();
        salt.update(b"relayscope fingerprint\0");
        salt.update(master.reveal());
        Self {
            cipher,
            salt: salt.finalize().into(),
        }
    }

    /// Seals a secret. It opens only with the same `bound_to`: the row it belongs to and the host it
    /// may be sent to.
    pub fn seal(&self, secret: &Secret<String>, bound_to: &str) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| VaultError::Random(error.to_string()))?;
        let payload = Payload {
            msg: secret.reveal().as_bytes(),
            aad: bound_to.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::Broken)?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens a sealed secret.
    pub fn open(&self, sealed: &[u8], bound_to: &str) -> Result<Secret<String>, VaultError> {
        let (version, rest) = sealed.split_first().ok_or(VaultError::Broken)?;
        let (nonce, text) = rest.split_at_checked(NONCE).ok_or(VaultError::Broken)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::Broken)?;
        if *version != VERSION {
            return Err(VaultError::Broken);
        }
        let payload = Payload {
            msg: text,
            aad: bound_to.as_bytes(),
        };
        let opened = self.cipher.decrypt(&XNonce::from(nonce), payload);
        let opened = opened.map_err(|_| VaultError::Broken)?;
        String::from_utf8(opened)
            .map(Secret::new)
            .map_err(|_| VaultError::Broken)
    }

    /// A name for a secret that tells nothing about it: 16 hexadecimal digits of a keyed hash.
    pub fn fingerprint(&self, secret: &Secret<String>) -> String {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(secret.reveal().as_bytes());
        hash.update(self.salt);
        hash.finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Vault(••••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_where_it_belongs() {
        let vault = Vault::new(&MasterKey::from_bytes([7; 32]));
        let secret = Secret::new("sk-very-secret".to_owned());
        let sealed = vault.seal(&secret, "key_1|https://a.example").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(
            vault.open(&sealed, "key_1|https://a.example").unwrap(),
            secret
        );
        assert!(
            vault.open(&sealed, "key_1|https://b.example").is_err(),
            "bound to its host"
        );
        let mut broken = sealed.clone();
        if let Some(last) = broken.last_mut() {
            *last ^= 1;
        }
        assert!(vault.open(&broken, "key_1|https://a.example").is_err());
        assert!(vault.open(&[], "").is_err() && vault.open(&[1, 2, 3], "").is_err());
        let other = Vault::new(&MasterKey::from_bytes([8; 32]));
        assert!(other.open(&sealed, "key_1|https://a.example").is_err());
        assert_ne!(vault.fingerprint(&secret), other.fingerprint(&secret));
        assert_eq!(vault.fingerprint(&secret).len(), 16);
    }
}
