//! The filled record with everybody who works on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use jiff::civil::Date;
use yunzhen_certs::Trust;
use yunzhen_certs::authority::Authority;
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::Staff;
use yunzhen_relay::app::App;
use yunzhen_relay::seed;
use yunzhen_relay::vault::Vault;
use yunzhen_runtime::clock;
use yunzhen_store::testing::options;
use yunzhen_store::{Db, Location, Paging, Store, prescriptions};

use super::Arguments;
use super::county::{County, known};
use super::fill::fill;
use crate::care::say;
use crate::now;

/// A draft that waits for a client.
#[derive(Clone, Copy)]
pub struct Draft {
    pub id: PrescriptionId,
    pub version: i64,
    pub specialist: usize,
    pub home: usize,
}

#[derive(Clone)]
pub struct World {
    pub app: App,
    pub county: County,
    pub administrator: Staff,
    pub expiry: Date,
    drafts: Arc<Vec<Draft>>,
    next: Arc<AtomicUsize>,
}

impl World {
    pub async fn new(name: &str, location: Location, arguments: &Arguments) -> anyhow::Result<Self> {
        let began = now();
        fill(name, &location, arguments).await?;
        let at = clock::now_timestamp();
        let store = Store::open_at(location, &options()).await?;
        let authority = Authority::create(at)?;
        let county = County::find(&store, &authority, at).await?;
        let mut db = store.read().await?;
        let administrator = known(&mut db, "admin1").await?;
        let drafts = Arc::new(drafts(&mut db, &county).await?);
        drop(db);
        let took = began.elapsed().as_secs_f64();
        say(&format!("{name}: ready after {took:.0} s, {} drafts", drafts.len()))?;
        let trust = Trust::new(vec![authority.signers.der().clone()]);
        let app = App::new(
            store,
            Policy::default(),
            Formulary::demo()?,
            trust,
            Default::default(),
            Vault::from_key([7; 32])?,
        );
        let expiry = seed::stock::expiry(at);
        Ok(Self { app, county, administrator, expiry, drafts, next: Arc::default() })
    }

    /// Hands out the next draft and its number, each once; none when all were.
    pub fn take(&self) -> Option<(usize, Draft)> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        self.drafts.get(n).map(|draft| (n, *draft))
    }

    /// Prescriptions that are present.
    pub async fn count(&self) -> anyhow::Result<i64> {
        let mut db = self.app.store.read().await?;
        Ok(prescriptions::count(&mut db).await?)
    }

    pub async fn close(self) {
        self.app.store.close().await;
    }
}

/// The drafts that were copied, by the specialists who wrote them.
async fn drafts(db: &mut Db, county: &County) -> anyhow::Result<Vec<Draft>> {
    let mut found = Vec::new();
    for (specialist, signer) in county.specialists.iter().enumerate() {
        let filter = prescriptions::Filter {
            states: vec![State::Draft],
            specialist: Some(signer.member.id),
            ..Default::default()
        };
        for p in prescriptions::list(db, &filter, Paging::newest(1000)).await?.items {
            let home = county.nurses.iter().position(|nurse| nurse.home_id == Some(p.home_id));
            found.push(Draft { id: p.id, version: p.version, specialist, home: home.context("a draft of no home")? });
        }
    }
    // One specialist after the other, as clients come.
    found.sort_by_key(|draft| draft.id);
    Ok(found)
}
