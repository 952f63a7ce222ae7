//! Secrets at rest: each sealed with one master key, which lies in the system's keychain, or where
//! there is none in a file that only its owner reads.

mod master;
mod seal;

pub use master::{MasterKey, Place, VaultError, Wish, open_master_key};
pub use seal::Vault;
