//! Where the master key lies.

use std::io::Write;
use std::path::Path;

use base::Secret;
use serde::{Deserialize, Serialize};

/// Name of our one entry in the keychain: one entry is one question to the user.
const SERVICE: &str = "dev.relayscope";

/// The key file's name in the data directory.
const FILE: &str = "vault.key";

/// 256 bits that open everything.
#[derive(Clone, Debug)]
pub struct MasterKey(Secret<[u8; 32]>);

/// Where a new master key is to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// In the keychain where it works, else in the file.
    Best,
    /// In the keychain, or nowhere.
    Keychain,
    /// In the file.
    File,
}

/// Where the master key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The system's keychain.
    Keychain,
    /// A file with mode 0600 in the data directory.
    File,
}

/// Why secrets cannot be opened. What is sealed stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The keychain does not answer, or refuses.
    #[error(
        "the system keychain does not give out the key that protects your site keys ({0}). Unlock it and start Relayscope again; nothing is lost"
    )]
    Keychain(String),
    /// The key file is gone.
    #[error("{0} is gone: it protected your site keys. Put it back, or enter the keys again")]
    FileGone(String),
    /// The key file cannot be read or written.
    #[error("the key file cannot be used ({0})")]
    File(String),
    /// A sealed secret does not open with this key.
    #[error(
        "a sealed key cannot be opened: it was sealed on another machine or for another address"
    )]
    Broken,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers ({0})")]
    Random(String),
}

impl MasterKey {
    /// For tests and imports.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(super) fn reveal(&self) -> &[u8; 32] {
        self.0.reveal()
    }

    fn random() -> Result<Self, VaultError> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| VaultError::Random(error.to_string()))?;
        Ok(Self::from_bytes(bytes))
    }
}

/// Gives the master key, making it at the first time.
///
/// `known`: where it lay before; only there is it looked for, so that a locked keychain is an error and
/// not a new key. `wish`: where a new one is to lie. `account`: one data directory's name in the keychain.
pub fn open_master_key(
    directory: &Path,
    known: Option<Place>,
    wish: Wish,
    account: &str,
) -> Result<(MasterKey, Place), VaultError> {
    match known {
        Some(Place::Keychain) => Ok((keychain_read(account)?, Place::Keychain)),
        Some(Place::File) => Ok((file_read(directory)?, Place::File)),
        None => {
            let master = MasterKey::random()?;
            // A real write and read: many systems have a keychain library and no keychain.
            let kept = match wish {
                Wish::File => false,
                Wish::Best => keychain_write(account, &master).is_ok(),
                Wish::Keychain => keychain_write(account, &master).map(|()| true)?,
            };
            if kept {
                return Ok((master, Place::Keychain));
            }
            file_write(directory, &master)?;
            Ok((master, Place::File))
        }
    }
}

fn keychain_read(account: &str) -> Result<MasterKey, VaultError> {
    let failed = |error: keyring::Error| VaultError::Keychain(error.to_string());
    let secret = keyring::Entry::new(SERVICE, account).and_then(|entry| entry.get_secret());
    let bytes: [u8; 32] = secret
        .map_err(failed)?
        .try_into()
        .map_err(|_| VaultError::Keychain("the entry is not ours".to_owned()))?;
    Ok(MasterKey::from_bytes(bytes))
}

fn keychain_write(account: &str, master: &MasterKey) -> Result<(), VaultError> {
    let failed = |error: keyring::Error| VaultError::Keychain(error.to_string());
    let entry = keyring::Entry::new(SERVICE, account).map_err(failed)?;
    entry.set_secret(master.reveal()).map_err(failed)?;
    match entry.get_secret() {
        Ok(read) if read == master.reveal() => Ok(()),
        Ok(_) => Err(VaultError::Keychain(
            "it does not keep what it is given".to_owned(),
        )),
        Err(error) => Err(failed(error)),
    }
}

fn file_read(directory: &Path) -> Result<MasterKey, VaultError> {
    let path = directory.join(FILE);
    let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => VaultError::FileGone(path.display().to_string()),
        _ => VaultError::File(error.to_string()),
    })?;
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| VaultError::File("it does not hold a key".to_owned()))?;
    Ok(MasterKey::from_bytes(bytes))
}

fn file_write(directory: &Path, master: &MasterKey) -> Result<(), VaultError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(directory.join(FILE)).and_then(|mut file| {
        file.write_all(master.reveal())?;
        file.sync_all()
    });
    written.map_err(|error| VaultError::File(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests have no session bus to ask: the address leads nowhere.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_keychain_that_is_demanded_is_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let open = |wish| open_master_key(directory.path(), None, wish, "test");
        if keychain_write("test", &MasterKey::from_bytes([7; 32])).is_ok() {
            return;
        }
        assert!(matches!(open(Wish::Keychain), Err(VaultError::Keychain(_))));
        assert!(!directory.path().join(FILE).exists());
        assert_eq!(open(Wish::Best).unwrap().1, Place::File);
    }

    #[test]
    fn a_key_file_is_made_once_and_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let open = |known| open_master_key(directory.path(), known, Wish::File, "test");
        let (first, place) = open(None).unwrap();
        assert_eq!(place, Place::File);
        let (again, _) = open(Some(Place::File)).unwrap();
        assert_eq!(first.reveal(), again.reveal());
        assert!(
            open(None).is_err(),
            "an existing key file is never overwritten"
        );
        std::fs::remove_file(directory.path().join(FILE)).unwrap();
        assert!(matches!(
            open(Some(Place::File)),
            Err(VaultError::FileGone(_))
        ));
    }
}
