//! What the spool's file holds, as it lies on the disk: each value sealed for its table and its key, so that it opens nowhere else. Keys are ids and digests;
//! those that would show what somebody looked for are hidden ([`Sealer::hidden`]). Not here: where the key comes from ([`crate::own_key`]), and how a file of an older
//! program is brought forward ([`super::migration`]).

use super::store::Fallible;
use redb::TableHandle;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use yunzhen_runtime::clock;
use yunzhen_runtime::sealed::{Closed, NamingKey, RootKey, SealingKey};

/// The keys of an open spool.
pub(super) struct Sealer {
    values: SealingKey,
    names: NamingKey,
}

/// Why a value cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// Sealed for another place or with another key, or changed.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// What it holds is nothing that this program knows.
    #[error(transparent)]
    Content(#[from] serde_json::Error),
}

/// A key of a table, as the bytes that are sealed with its value.
pub(super) trait Place {
    /// The same for the same key, and for no other of its table.
    fn bytes(&self) -> Vec<u8>;
}

impl Place for u64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl Place for u128 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl Place for str {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Sealer {
    /// With the box's key.
    pub(super) fn new(key: &RootKey) -> Result<Self, Closed> {
        Ok(Self { values: key.sealing("spool values")?, names: key.naming("spool names") })
    }

    /// A value as it is written.
    pub(super) fn seal<T: Serialize + ?Sized>(
        &self,
        table: &impl TableHandle,
        key: &(impl Place + ?Sized),
        value: &T,
    ) -> Fallible<Vec<u8>> {
        // Every type here is a plain struct with string keys, which JSON can always express.
        let bytes = serde_json::to_vec(value).map_err(io::Error::other)?;
        self.seal_bytes(table, key, bytes)
    }

    /// The same for what is JSON already.
    pub(super) fn seal_bytes(
        &self,
        table: &impl TableHandle,
        key: &(impl Place + ?Sized),
        bytes: Vec<u8>,
    ) -> Fallible<Vec<u8>> {
        let sealed = self.values.seal(clock::random_bytes(), &place(table, key), bytes);
        Ok(sealed.map_err(io::Error::other)?)
    }

    /// A value as it was before it was written.
    pub(super) fn open<T: DeserializeOwned>(
        &self,
        table: &impl TableHandle,
        key: &(impl Place + ?Sized),
        sealed: &[u8],
    ) -> Result<T, Unread> {
        Ok(serde_json::from_slice(&self.values.open(&place(table, key), sealed.to_vec())?)?)
    }

    /// A key under which something is found again, for a name that the file must not show.
    pub(super) fn hidden(&self, name: &str) -> String {
        self.names.name(name)
    }
}

fn place(table: &impl TableHandle, key: &(impl Place + ?Sized)) -> Vec<u8> {
    [table.name().as_bytes(), &b"\0"[..], &key.bytes()[..]].concat()
}
