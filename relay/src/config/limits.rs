//! `[limits]` of the relay: what one peer may cost. What happens to who asks for more is said where each figure is read; all of them, with their metric and
//! their test, are in `docs/security/limits.md`.

use std::num::NonZeroU32;
use std::path::Path;

use serde::Deserialize;
use yunzhen_runtime::serve::HttpLimits;
use yunzhen_runtime::settings::{SettingsError, within};

/// What one peer may cost, so that whoever asks for more hurts only itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Connections of boxes at once.
    pub boxes: usize,
    /// Of these, from one address (of IPv6 a /64). Homes behind one carrier's NAT share theirs.
    pub boxes_per_address: usize,
    /// Of these, of one home's box: its paths, and those that it has lost and that have not timed out here.
    pub connections_per_box: usize,
    /// Handshakes of boxes at once.
    pub handshakes: usize,
    /// From so many handshakes on, a box has to prove its address before its handshake costs anything (QUIC retry).
    pub handshakes_unproven: usize,
    /// How long a handshake of a box may take.
    pub handshake_seconds: u32,
    /// How long a box may take after its handshake to say who it is and to read that it is welcome.
    pub hello_seconds: u32,
    /// Streams of one connection of a box at once.
    pub streams_per_connection: u32,
    /// Streams in one direction, which bring stills and recordings, of one connection of a box at once.
    pub one_way_streams: u32,
    /// Messages on its control stream that a box may leave unread.
    pub commands_unread: NonZeroU32,
    /// Datagrams of media that a box may send, by all its paths together.
    pub datagrams_per_second: NonZeroU32,
    /// Offers of WebRTC that one session may make.
    pub offers_per_minute: NonZeroU32,
    /// Browsers, standard clients and the box in one consultation.
    pub legs_per_consultation: usize,
    /// How long a token lets a standard client (WHIP, WHEP) connect.
    pub media_token_seconds: u32,
    /// Connections of consoles at once.
    pub api_connections: usize,
    /// Of these, from one address. A console holds one for each open page.
    pub api_connections_per_address: usize,
    /// Connections of standard clients at once.
    pub whip_connections: usize,
    /// Of these, from one address.
    pub whip_connections_per_address: usize,
    /// Connections at once at the port where boxes are enrolled or renew late: few, and whoever else comes there.
    pub enrolment_connections: usize,
    /// Of these, from one address; homes behind one carrier's NAT share theirs.
    pub enrolment_connections_per_address: usize,
    /// How long TLS of a console or a standard client may take.
    pub tls_seconds: u32,
    /// How long the head of a request may take; also how long an idle connection is kept.
    pub head_seconds: u32,
    /// Of the head of a request.
    pub head_bytes: usize,
    /// How long the body of a request may take, ...
    pub body_seconds: u32,
    /// ... with a second more for each so many bytes that came.
    pub body_bytes_per_second: u32,
    /// The same for a body that a box passes on, beside its picture and by a link that may be poor.
    pub box_body_seconds: u32,
    /// The same.
    pub box_body_bytes_per_second: u32,
    /// Of the body of a request.
    pub body_bytes: usize,
    /// Of one that carries a file.
    pub file_body_bytes: usize,
    /// Of an offer of WebRTC, and of what is said of it later.
    pub offer_bytes: usize,
    /// How long a peer may take nothing of an answer, live updates included.
    pub reader_seconds: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let many = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let http = HttpLimits::USUAL;
        Self {
            boxes: 2048,
            boxes_per_address: 256,
            connections_per_box: 16,
            handshakes: 128,
            handshakes_unproven: 32,
            handshake_seconds: 8,
            hello_seconds: 5,
            streams_per_connection: 256,
            one_way_streams: 4,
            commands_unread: many(128),
            datagrams_per_second: many(5_000),
            offers_per_minute: many(60),
            legs_per_consultation: 64,
            media_token_seconds: 600,
            api_connections: 1024,
            api_connections_per_address: 512,
            whip_connections: 256,
            whip_connections_per_address: 32,
            enrolment_connections: 64,
            enrolment_connections_per_address: 16,
            tls_seconds: http.tls_seconds,
            head_seconds: http.head_seconds,
            head_bytes: http.head_bytes,
            body_seconds: http.body_seconds,
            body_bytes_per_second: http.body_bytes_per_second,
            box_body_seconds: 60,
            box_body_bytes_per_second: 256,
            body_bytes: 256 * 1024,
            // As much as box and console let through.
            file_body_bytes: http.body_bytes,
            offer_bytes: 64 * 1024,
            reader_seconds: http.reader_seconds,
        }
    }
}

/// More connections than one machine has places for.
const MANY: u64 = 1_000_000;

impl LimitsConfig {
    /// The figures for whoever comes by HTTP.
    #[must_use]
    pub const fn http(&self) -> HttpLimits {
        HttpLimits {
            tls_seconds: self.tls_seconds,
            head_seconds: self.head_seconds,
            head_bytes: self.head_bytes,
            body_seconds: self.body_seconds,
            body_bytes_per_second: self.body_bytes_per_second,
            body_bytes: self.body_bytes,
            reader_seconds: self.reader_seconds,
        }
    }

    /// Refuses figures with which nobody is served, or nobody is ever refused.
    ///
    /// # Errors
    /// One sentence that names the key, its bounds and what the settings say.
    pub(super) fn check(&self, file: &Path) -> Result<(), SettingsError> {
        self.http().check(file)?;
        let figures = [
            ("boxes", self.boxes as u64, 1..=MANY),
            ("boxes_per_address", self.boxes_per_address as u64, 1..=MANY),
            ("connections_per_box", self.connections_per_box as u64, 1..=1_000),
            ("handshakes", self.handshakes as u64, 1..=MANY),
            ("handshake_seconds", self.handshake_seconds.into(), 1..=60),
            ("hello_seconds", self.hello_seconds.into(), 1..=60),
            // Its control stream, and a request.
            ("streams_per_connection", self.streams_per_connection.into(), 2..=65_536),
            ("one_way_streams", self.one_way_streams.into(), 1..=1_024),
            // What is said at once when calls begin and end.
            ("commands_unread", self.commands_unread.get().into(), 16..=65_536),
            // Sound alone takes fifty.
            ("datagrams_per_second", self.datagrams_per_second.get().into(), 100..=1_000_000),
            // Joining, and coming back by a link that breaks.
            ("offers_per_minute", self.offers_per_minute.get().into(), 6..=60_000),
            // The home, and who calls it.
            ("legs_per_consultation", self.legs_per_consultation as u64, 2..=1_000),
            ("media_token_seconds", self.media_token_seconds.into(), 1..=86_400),
            ("api_connections", self.api_connections as u64, 1..=MANY),
            ("api_connections_per_address", self.api_connections_per_address as u64, 1..=MANY),
            ("whip_connections", self.whip_connections as u64, 1..=MANY),
            ("whip_connections_per_address", self.whip_connections_per_address as u64, 1..=MANY),
            ("enrolment_connections", self.enrolment_connections as u64, 1..=MANY),
            ("enrolment_connections_per_address", self.enrolment_connections_per_address as u64, 1..=MANY),
            ("box_body_seconds", self.box_body_seconds.into(), 1..=600),
            ("box_body_bytes_per_second", self.box_body_bytes_per_second.into(), 1..=1_048_576),
            ("file_body_bytes", self.file_body_bytes as u64, 131_072..=16_777_216),
            // Chromium's offer of a call has 17 KiB.
            ("offer_bytes", self.offer_bytes as u64, 32_768..=262_144),
        ];
        for (key, figure, bounds) in figures {
            within(file, &format!("limits.{key}"), figure, bounds)?;
        }
        Ok(())
    }
}
