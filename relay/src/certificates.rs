//! The relay's own files of certificates, watched while it runs: a renewed certificate is shown from the next handshake on, connections and calls that stand go on; a new list
//! of revoked certificates counts within seconds.
//!
//! Not here: certificates of boxes (`app::boxes`), how files are replaced (`certs renew`, `certs revoke`).

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::MissedTickBehavior;
use yunzhen_certs::revoked::revoked_serials;
use yunzhen_certs::standing::Watched;
use yunzhen_certs::{CertsError, Kind, Standing, Trust};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::app::boxes::RevokedList;
use crate::config::IdentityConfig;

/// How often the files are looked at.
const TURN: Duration = Duration::from_secs(2);

/// Looks after them as a task of `life`. The list is read before this returns, so that nobody comes in whom it names.
///
/// # Errors
/// When the list is there and cannot be read, or no trusted authority signed it: there is no list before it that could count on. One that is not there yet is no error.
pub fn watch(
    life: &Lifecycle,
    identity: &IdentityConfig,
    own: Standing,
    trust: Trust,
    revoked: RevokedList,
) -> Result<(), CertsError> {
    let mut files = Watched::new(Kind::Relay, &identity.certificate, &identity.key);
    let mut list = List { path: identity.revoked.clone(), seen: None };
    list.begin(&trust, &revoked)?;
    let soft = life.soft().clone();
    life.spawn_contained("certificates", async move {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while soft.run_until_cancelled(turns.tick()).await.is_some() {
            match files.look(&own, clock::now_timestamp()) {
                Ok(false) => {}
                Ok(true) => {
                    let until = own.current().facts().not_after;
                    tracing::info!(%until, "the relay's certificate was renewed; it is shown from now on");
                }
                Err(error) => {
                    tracing::error!(%error, "the relay's new certificate cannot be used; the one before goes on")
                }
            }
            list.look(&trust, &revoked);
        }
    });
    Ok(())
}

/// A file that may not be there.
struct List {
    path: Option<PathBuf>,
    seen: Option<SystemTime>,
}

impl List {
    fn begin(&mut self, trust: &Trust, revoked: &RevokedList) -> Result<(), CertsError> {
        let Some(path) = &self.path else { return Ok(()) };
        // Before it is read: what is written meanwhile is looked at again.
        let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok();
        match revoked_serials(path, trust) {
            Ok(serials) => {
                tracing::info!(count = serials.len(), "the list of revoked certificates was read");
                revoked.set(serials);
                self.seen = changed;
                Ok(())
            }
            Err(CertsError::Missing { .. }) => {
                let path = path.display();
                tracing::warn!(%path, "there is no list of revoked certificates yet; it counts as soon as `certs revoke` has made it");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn look(&mut self, trust: &Trust, revoked: &RevokedList) {
        let Some(path) = &self.path else { return };
        let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok();
        if changed.is_none() || changed == self.seen {
            return;
        }
        self.seen = changed;
        match revoked_serials(path, trust) {
            Ok(serials) => {
                tracing::info!(count = serials.len(), "the list of revoked certificates was read");
                revoked.set(serials);
            }
            // What it said before counts on.
            Err(error) => tracing::error!(%error, "the list of revoked certificates cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_list_that_nobody_trusted_signed_starts_no_relay_and_one_that_is_not_there_yet_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("systems.crl.pem");
        let (trust, revoked) = (Trust::new(Vec::new()), RevokedList::default());
        let mut list = List { path: Some(path.clone()), seen: None };
        list.begin(&trust, &revoked).unwrap();

        std::fs::write(&path, "forged").unwrap();
        let refused = list.begin(&trust, &revoked).unwrap_err();
        assert!(matches!(refused, CertsError::RevocationList(_)), "{refused}");
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(matches!(list.begin(&trust, &revoked).unwrap_err(), CertsError::File { .. }));

        // While it runs, what it said before counts on.
        revoked.set(HashSet::from(["0a".to_owned()]));
        list.look(&trust, &revoked);
        assert!(revoked.holds("0a"));
    }
}
