//! Passwords, and parcel codes as a box may know them: argon2id, off the async threads, at most two at a time so that sign-in cannot starve the relay.
//! Those that the relay makes itself are here; whether one that a person chose is good enough: [`strength`].

pub mod strength;

use argon2::password_hash::Error;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::{Sensitive, recovery_codes};
use yunzhen_runtime::clock::random_bytes;

use super::AppError;
use strength::Strength;

/// Each check takes 19 MiB and tens of milliseconds; waiting callers queue here, bounded by the HTTP server's own limits.
static HASHING: Semaphore = Semaphore::const_new(2);

/// A password that nobody chose: shown once, to be passed on, and good only for setting an own one.
#[derive(Debug, Clone)]
pub struct Initial {
    /// As it is shown and typed.
    pub password: Sensitive<String>,
    /// What is kept of it.
    pub hash: Sensitive<String>,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Makes one, of 80 random bits, written like a recovery code.
pub async fn initial(policy: &Policy, now: Timestamp) -> Result<Initial, AppError> {
    let password = recovery_codes::text(random_bytes());
    let hash = hash(password.expose().clone()).await?;
    let hours = SignedDuration::from_hours(i64::from(policy.initial_password_hours));
    Ok(Initial { password, hash, until: now.checked_add(hours).unwrap_or(now) })
}

/// Judges a password that a person chose, see [`strength::judge`].
pub async fn judge(password: String, guesses: Vec<String>, least: u32) -> Result<Strength, AppError> {
    let _permit = HASHING.acquire().await.map_err(|e| AppError::Hash(e.to_string()))?;
    let judged = tokio::task::spawn_blocking(move || strength::judge(&password, &guesses, least)).await;
    judged.map_err(|e| AppError::Hash(e.to_string()))
}

/// The PHC string of a new password or parcel code.
pub async fn hash(secret: String) -> Result<Sensitive<String>, AppError> {
    let _permit = HASHING.acquire().await.map_err(|e| AppError::Hash(e.to_string()))?;
    let hashed = tokio::task::spawn_blocking(move || hash_blocking(&secret)).await;
    hashed.map_err(|e| AppError::Hash(e.to_string()))?
}

fn hash_blocking(secret: &str) -> Result<Sensitive<String>, AppError> {
    let hash = Argon2::default().hash_password_with_salt(secret.as_bytes(), &random_bytes::<16>());
    Ok(hash.map_err(|e| AppError::Hash(e.to_string()))?.to_string().into())
}

/// Does the secret fit the hash? A missing hash costs the same time, so that user names cannot be told apart.
pub(super) async fn verify(secret: String, hash: Option<Sensitive<String>>) -> Result<bool, AppError> {
    let _permit = HASHING.acquire().await.map_err(|e| AppError::Hash(e.to_string()))?;
    let verified = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => match Argon2::default().verify_password(secret.as_bytes(), hash.expose().as_str()) {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(e) => Err(AppError::Hash(e.to_string())),
        },
        None => hash_blocking(&secret).map(|_| false),
    })
    .await;
    verified.map_err(|e| AppError::Hash(e.to_string()))?
}
