//! With what somebody signs in first: a password that the relay makes and the person replaces, or one that a script types, which is judged like everybody's and is then
//! the person's own.

use std::fmt;

use jiff::Timestamp;
use yunzhen_domain::Sensitive;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Staff, StaffCredential};

use super::RegisterError;
use crate::app::{Initial, hash_password, initial_password, judge_password, strength};

/// A password to be handed to its person.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Shown once.
    pub password: Sensitive<String>,
    /// Until when it is good for setting an own one.
    pub until: Timestamp,
}

/// What was registered, and the first password where the relay made one.
#[derive(Debug, Clone)]
pub struct Registered<Id> {
    /// Of the record.
    pub id: Id,
    /// To be handed on.
    pub handed: Option<Handed>,
}

/// The identifier on a line of its own, for scripts; what a person is to read below it.
impl<Id: fmt::Display> fmt::Display for Registered<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        match &self.handed {
            Some(Handed { password, until }) => {
                let password = password.expose();
                write!(
                    f,
                    "\nfirst password, not shown again: {password} (good until {until:.0}, only for setting an own one in the console)"
                )
            }
            None => Ok(()),
        }
    }
}

/// Of a password that was made or typed, before any transaction waits for its hashing.
pub(super) struct First {
    hash: Sensitive<String>,
    handed: Option<Handed>,
}

impl First {
    /// Makes one.
    pub(super) async fn made(policy: &Policy, now: Timestamp) -> Result<Self, RegisterError> {
        let Initial { password, hash, until } = initial_password(policy, now).await?;
        Ok(Self { hash, handed: Some(Handed { password, until }) })
    }

    /// Takes one that was typed for this person.
    pub(super) async fn typed(password: &str, member: &Staff, policy: &Policy) -> Result<Self, RegisterError> {
        let guesses = strength::guesses(member, &[]);
        let judged = judge_password(password.to_owned(), guesses, policy.password_chars).await?;
        if !judged.is_taken() {
            return Err(RegisterError::Password(judged.words(policy.password_chars).1));
        }
        Ok(Self { hash: hash_password(password.to_owned()).await?, handed: None })
    }

    /// Typed where something was typed, else made.
    pub(super) async fn of(
        typed: Option<&str>,
        member: &Staff,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Self, RegisterError> {
        match typed {
            Some(password) => Self::typed(password, member, policy).await,
            None => Self::made(policy, now).await,
        }
    }

    /// What is kept of it.
    pub(super) fn credential(&self, staff_id: StaffId) -> StaffCredential {
        let initial_until = self.handed.as_ref().map(|handed| handed.until);
        StaffCredential { staff_id, password_hash: self.hash.clone(), initial_until }
    }

    /// What is told of it.
    pub(super) fn registered<Id>(self, id: Id) -> Registered<Id> {
        Registered { id, handed: self.handed }
    }
}
