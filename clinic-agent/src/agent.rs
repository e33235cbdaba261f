//! The start-up order of the box, in one place; the program and the tests call the same function.
//!
//! 1. **Spool**, with the key that seals it: what was saved must be safe before anything else happens; a file that cannot be read is set aside and said.
//! 2. **Identity**: certificate, key, authority; a box that cannot prove who it is does not start (one that has no certificate yet is enrolled first: `enrolment`).
//! 3. **Page listener**: bound early, so that a taken port is told at once.
//! 4. **Media task, link, legs, delivery**: connected by bounded queues; the link dials first when all listen.
//! 5. **Measuring devices**: they need the spool, and a box without Bluetooth starts all the same.
//! 6. **Buttons at the beds**: they need the link, and press without it all the same.
//! 7. **Page**: served last, when everything it shows exists.
//!
//! Draining runs the other way round by itself: the page takes nothing new and tells open pages, legs end, the media task
//! closes the devices, the link says `bye`; the spool needs no goodbye, every answer it gave is on disk.

use crate::bulk::Bulk;
use crate::buttons::Buttons;
use crate::config::{Config, PageSettings};
use crate::devices::Inbox;
use crate::enrolment::renewal::Renewal;
use crate::link::driver::{Driver as LinkDriver, LinkError, Target};
use crate::link::{DOWNLINK_QUEUE, EVENT_QUEUE, Link};
use crate::modem::watching::Modems;
use crate::outbox::Outbox;
use crate::outbox::devices::Devices;
use crate::outbox::driver::Driver as MediaDriver;
use crate::own_key::OwnKeyError;
use crate::page::{self, AppState, Health};
use crate::playback::{Legs, LegsSettings};
use crate::receipts::Receipts;
use crate::recordings::TapeTarget;
use crate::shift::{Figures, Shift};
use crate::spool::{Spool, SpoolError, delivery};
use crate::{own_key, recordings, stills};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use yunzhen_certs::{CertsError, Credentials, Kind, Standing, Trust, tls};
use yunzhen_runtime::serve::{BindError, ServeOptions, bind_tcp, spawn};
use yunzhen_runtime::web::cookies::CookiePolicy;
use yunzhen_runtime::{Lifecycle, clock};

/// Why the box cannot start; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key of what waits on this disk.
    #[error(transparent)]
    OwnKey(#[from] OwnKeyError),
    /// The spool's file.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Certificates.
    #[error(transparent)]
    Identity(#[from] CertsError),
    /// The page's port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The link's socket.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The folder of stills, or of recordings.
    #[error("stills and recordings cannot be kept in {} ({cause}): make the folder writable for this service, or move [spool] file", .folder.display())]
    Bulk {
        /// Beside the spool's file.
        folder: PathBuf,
        /// The system's word.
        cause: std::io::Error,
    },
    /// One of two keys is missing.
    #[error("[page] certificate and key belong together: set both, or neither to serve the page without TLS")]
    HalfTls,
}

/// What was bound, for the READY line.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Bound {
    /// The nurse's page.
    pub page: SocketAddr,
}

/// A box that runs; its parts are handles, its tasks belong to the lifecycle.
pub struct Agent {
    /// What was bound.
    pub bound: Bound,
    /// The link.
    pub link: Link,
    /// The home's part in a consultation.
    pub outbox: Outbox,
    /// What waits.
    pub spool: Spool,
}

/// Starts everything.
pub async fn start(life: &Lifecycle, config: &Config, devices: Box<dyn Devices>) -> Result<Agent, StartError> {
    let now = clock::now_timestamp();
    let health = Health::default();

    let own_key = own_key::at(&config.spool_key(), clock::random_bytes())?;
    let (spool, set_aside) = Spool::open(&config.spool.file, &own_key, now)?;
    if let Some(set_aside) = set_aside {
        tracing::error!("{set_aside}");
        health.note(set_aside.to_string());
    }

    let identity = &config.identity;
    // An expired certificate is not the end: it is renewed, and the page is there meanwhile.
    let own = Standing::new(Credentials::load_late(Kind::Box, &identity.certificate, &identity.key, now)?)?;
    let trust = Trust::load(&identity.trust)?;
    let tls = tls::quic_client(&own, &trust)?;
    let page_tls = match (&config.page.certificate, &config.page.key) {
        (Some(certificate), Some(key)) => Some(Arc::new(tls::page_server(certificate, key)?)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(StartError::HalfTls),
    };

    let listener = bind_tcp("the nurse's page", config.page.listen).await?;
    let page_address = listener.local_addr().unwrap_or(config.page.listen);

    let link = Link::new(life.clone(), now);
    let (events_tx, events) = mpsc::channel(EVENT_QUEUE);
    let (downlink_tx, downlink) = mpsc::channel(DOWNLINK_QUEUE);
    let folder = |extension| config.spool.file.with_extension(extension);
    let failed = |folder| move |cause| StartError::Bulk { folder, cause };
    let still_disk = stills::disk::Disk::open(&folder("stills"), &own_key).map_err(failed(folder("stills")))?;
    let segments = recordings::disk::Disk::open(&folder("recordings"), config.recording.most_bytes);
    let segments = segments.map_err(failed(folder("recordings")))?;
    let (bulk, bulk_events) = Bulk::new(link.clone(), still_disk, segments.clone());
    let (media, outbox) = MediaDriver::new(life.clone(), link.clone(), devices);
    let settings = config.recording.clone();
    let media = media.with_bulk(TapeTarget { settings, disk: segments, events: bulk_events });
    let target = Target {
        address: config.relay.address.clone(),
        server_name: config.relay.server_name(),
        tls,
        hello: media.hello(),
        paths: config.link.paths.clone(),
    };
    let dialler = LinkDriver::new(link.clone(), target, events_tx, downlink_tx)?;
    let leg_settings = LegsSettings { addresses: config.page.media_addresses.clone() };
    let (legs, inbox) = Legs::new(life.clone(), leg_settings, link.clone(), outbox.clone(), downlink);

    let measuring = crate::devices::source(&config.devices);
    let devices = Inbox::start(life, spool.clone(), measuring, config.devices.time_zone.clone());
    let buttons = Buttons::start(life, link.clone(), spool.clone(), &config.buttons);
    let receipts = Receipts::start(life, link.clone(), spool.clone(), own.clone())?;
    let renewal = Renewal { link: link.clone(), identity: identity.clone(), relay: config.relay.clone(), own, trust };
    life.spawn("certificate", renewal.run(life.soft().clone()));
    let modems = Modems::start(life, &config.modem, &config.link.paths, link.clone());
    life.spawn("media", media.run(events));
    life.spawn("bulk", bulk.run(life.clone()));
    life.spawn("legs", legs.clone().run(inbox));
    life.spawn("spool delivery", delivery::run(life.clone(), spool.clone(), link.clone(), connected(life, &link)));
    life.spawn("link", dialler.run());

    let cookies = CookiePolicy { secure: page_tls.is_some() || config.page.behind_tls_proxy };
    let state = AppState {
        link: link.clone(),
        spool: spool.clone(),
        outbox: outbox.clone(),
        legs,
        devices,
        buttons,
        receipts,
        modems,
        cookies,
        health,
        shift: Shift::new(Figures::of(&config.page)),
        body_bytes: config.limits.body_bytes,
    };
    let PageSettings { max_connections, max_connections_per_address, behind_tls_proxy, .. } = config.page;
    let max_connections_per_address = if behind_tls_proxy { max_connections } else { max_connections_per_address };
    let options = ServeOptions { max_connections, max_connections_per_address, ..config.limits.options("page") };
    spawn(life, listener, page_tls, page::router(state), options);
    Ok(Agent { bound: Bound { page: page_address }, link, outbox, spool })
}

/// The link's condition as the delivery needs it.
fn connected(life: &Lifecycle, link: &Link) -> watch::Receiver<bool> {
    let (tx, rx) = watch::channel(false);
    let mut open = link.open();
    let soft = life.soft().clone();
    life.spawn("link condition", async move {
        loop {
            let is_open = open.borrow_and_update().is_some();
            tx.send_if_modified(|known| std::mem::replace(known, is_open) != is_open);
            tokio::select! {
                changed = open.changed() => if changed.is_err() { return },
                () = soft.cancelled() => return,
            }
        }
    });
    rx
}
