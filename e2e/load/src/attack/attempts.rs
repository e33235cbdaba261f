//! The attacks, one function each. Refused means: never welcomed, let go, told nothing of others; and who is honest gets in meanwhile.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use tokio::time::timeout;
use uuid::Uuid;
use yunzhen_certs::Credentials;
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::ccfb::{Metric, StreamReport};
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::clock;

use super::boxes::{Door, Enrolled, PATIENCE, framed};
use super::tally::Tally;
use super::{Home, Stack};

/// An honest box gets in within this, whatever else goes on.
const HONEST: Duration = Duration::from_secs(2);
/// The relay says what it has to say of a consultation within this.
const SOON: Duration = Duration::from_secs(2);
/// What was revoked is out by then.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);
/// How often a flood pauses, so that it is made of many small bursts.
const PAUSE: Duration = Duration::from_millis(10);

/// Not enrolled, foreign, expired, of another kind, of a home that is not there; another protocol.
pub async fn certificates(door: &Door, home: &Home, tally: &mut Tally) -> anyhow::Result<()> {
    const ATTACK: &str = "boxes: certificates that are no box's";
    let foreign = door.folder().join("foreign");
    door.certs(&["init", "--dir", &foreign.to_string_lossy()])?;
    let nobody = Uuid::from_bytes(clock::random_bytes()).to_string();
    let shown = [
        ("a foreign authority's", door.issue_from(&foreign, "agent", "foreign-box", &["--home", &home.id])?),
        ("expired", door.issue("agent", "expired-box", &["--home", &home.id, "--days", "0"])?),
        ("a console's", door.issue("console", "a-console", &[])?),
        ("a relay's", door.issue("relay", "a-relay", &[])?),
        ("of a home that is not there", door.issue("agent", "lost-box", &["--home", &nobody])?),
    ];
    for (what, own) in &shown {
        tally.check(ATTACK, !door.is_welcomed(own).await, *what);
    }
    tally.check(ATTACK, !door.lets_in(door.greeting_of_nobody()?).await, "none at all");
    let good = door.issue("agent", "other-words", &["--home", &home.id])?;
    for alpn in [&b"h3"[..], b"yunzhen/0", b"http/1.1"] {
        let mut greeting = door.greeting(&good)?;
        greeting.alpn_protocols = vec![alpn.to_vec()];
        tally.check(ATTACK, !door.lets_in(greeting).await, String::from_utf8_lossy(alpn));
    }
    Ok(())
}

/// Control messages that are too long, broken, nested, out of order; streams that name nothing.
pub async fn messages(door: &Door, own: &Credentials, tally: &mut Tally) -> anyhow::Result<()> {
    const ATTACK: &str = "boxes: control messages";
    let deep = format!(r#"{{"type":"signal","modems":{}{}}}"#, "[".repeat(20_000), "]".repeat(20_000));
    let long = format!(r#"{{"type":"bye","reason":"{}"}}"#, "x".repeat(65_500));
    let messages: [(&str, Vec<u8>); 11] = [
        ("a length above the limit", [&65_537_u32.to_be_bytes()[..], b"{"].concat()),
        ("a length of 4 GB", vec![0xff; 4]),
        ("nothing", framed("")),
        ("no JSON", framed("\u{1}\u{2}")),
        ("no type", framed("{}")),
        ("a list", framed(r#"["bye"]"#)),
        ("nested 20,000 deep", framed(&deep)),
        ("as long as may be", framed(&long)),
        ("a member of another type", framed(r#"{"type":"keyframe_request","slot":-1}"#)),
        ("no members", framed(r#"{"type":"media_stats"}"#)),
        ("hello again", super::boxes::hello()),
    ];
    for (what, bytes) in messages {
        let mut one = door.enter(own).await?;
        one.say(&bytes).await?;
        tally.check(ATTACK, one.is_let_go(PATIENCE).await, what);
    }
    // Before hello nothing else is heard.
    for first in [r#"{"type":"bye","reason":"x"}"#, r#"{"type":"join","protocol":1,"session":"guess","path":"lte"}"#] {
        let mut one = door.silent(door.greeting(own)?).await?;
        one.say(&framed(first)).await?;
        tally.check(ATTACK, one.is_let_go(PATIENCE).await, first);
    }
    let one = door.enter(own).await?;
    for kind in [StreamType::Control, StreamType::Unknown(70_000)] {
        let (mut send, _recv) = one.connection.open_bi().await?;
        send.write_all(&kind.encode()).await?;
        let stopped = timeout(PATIENCE, send.stopped()).await;
        tally.check(ATTACK, stopped.is_ok(), format!("a stream of the kind {kind:?}"));
    }
    Ok(())
}

/// The consultation, the people and the papers of another home.
pub async fn of_another_home(
    door: &Door,
    own: &Credentials,
    stack: &Stack,
    consultation: Option<Uuid>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    const ATTACK: &str = "boxes: what is another home's";
    let id = consultation.unwrap_or_else(|| Uuid::from_bytes(clock::random_bytes()));
    if consultation.is_none() {
        tally.note("boxes: no consultation was named, so none of another home was tried");
    }
    for message in [
        format!(r#"{{"type":"media_joined","consultation_id":"{id}","tablet":true}}"#),
        format!(r#"{{"type":"take_control","turn":4000000000,"consultation_id":"{id}"}}"#),
        format!(r#"{{"type":"hang_up","consultation_id":"{id}"}}"#),
    ] {
        let mut one = door.enter(own).await?;
        one.say(&framed(&message)).await?;
        send_media(&one);
        // Media of the own home are the own affair: only what shows the other's is a leak.
        let leak = one.heard(SOON).await.into_iter().find(|told| {
            (told["type"] == "start_media" || told["type"] == "room_state")
                && told.to_string().contains(&id.to_string())
        });
        tally.check(ATTACK, leak.is_none(), format!("{message} brought {leak:?}"));
    }
    let one = door.enter(own).await?;
    // Objects that nobody asked for.
    for kind in [BulkKind::Still, BulkKind::Segment] {
        let mut bulk = one.connection.open_uni().await?;
        bulk.write_all(&StreamType::Bulk.encode()).await?;
        bulk.write_all(&BulkHead { kind, id, offset: 0 }.encode()).await?;
        // Refused while it is written, or afterwards.
        let refused =
            bulk.write_all(&vec![0; 256 * 1024]).await.is_err() || timeout(PATIENCE, bulk.stopped()).await.is_ok();
        tally.check(ATTACK, refused, format!("{kind:?} that nobody asked for"));
    }
    let nurse = stack
        .accounts
        .iter()
        .find(|who| who.role == "nurse" && who.home_id.as_deref() == Some(stack.box_home_id.as_str()));
    let nurse = nurse.context("the stack has no nurse of the home with the box")?;
    let body = format!(r#"{{"username":"{}","password":"{}"}}"#, nurse.username, stack.password);
    let sign_in = format!(
        "POST /api/sessions HTTP/1.1\r\nhost: relay\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let status = one.status_of(&sign_in).await;
    tally.check(ATTACK, is_refusal(status), format!("a nurse of another home signs in by this box: {status:?}"));
    for path in [
        "/api/residents",
        "/api/consultations",
        "/api/audit",
        "/api/boxes",
        "/api/sessions/current",
        "/api/../metrics",
        "/metrics",
        "/api/%2e%2e/readyz",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer guess\r\nconnection: close\r\n\r\n");
        let status = one.status_of(&request).await;
        tally.check(ATTACK, is_refusal(status), format!("GET {path} without a session: {status:?}"));
    }
    Ok(())
}

/// A stream that the relay ended without an answer is one as well.
fn is_refusal(status: Option<u16>) -> bool {
    status.is_none_or(|status| status >= 400)
}

/// One identity on two machines: both are never in at once.
pub async fn clones(door: &Door, own: &Credentials, tally: &mut Tally) -> anyhow::Result<()> {
    let first = door.enter(own).await?;
    let second = door.enter(own).await;
    let both = second.is_ok() && !first.is_let_go(PATIENCE).await;
    tally.check("boxes: a cloned box", !both, "two connections as one box go on side by side");
    Ok(())
}

/// Datagrams, forged feedback, messages, streams, handshakes: more than anybody needs. Who floods may be let go; an honest box gets in, and the running call is looked at.
pub async fn floods(door: &Door, own: &Credentials, quick: bool, tally: &mut Tally) -> anyhow::Result<()> {
    let lasts = Duration::from_secs(if quick { 3 } else { 15 });
    let junk: Vec<Bytes> = (0..=8_u8).map(|flow| Bytes::from([&[flow][..], &[0xa5; 1000]].concat())).collect();
    for (what, datagrams) in
        [("datagrams of media", media()), ("forged feedback", feedback()), ("datagrams of nothing", junk)]
    {
        let one = door.enter(own).await?;
        let sent = flood(&one, &datagrams, lasts).await;
        others_are_served(door, own, tally, &format!("{sent} {what}")).await;
    }

    let mut one = door.enter(own).await?;
    let small = framed(r#"{"type":"media_stats","rtt_ms":1,"loss_ratio":0.0,"sent_bps":1}"#).repeat(200);
    let end = crate::now() + lasts;
    let mut said = 0;
    while crate::now() < end && one.connection.close_reason().is_none() {
        if !matches!(timeout(PATIENCE, one.say(&small)).await, Ok(Ok(()))) {
            break;
        }
        said += 200;
    }
    others_are_served(door, own, tally, &format!("{said} control messages")).await;

    // Streams that are opened and say nothing: as many as the relay lets be opened.
    let one = door.enter(own).await?;
    let mut held = Vec::new();
    while let Ok(Ok((mut send, recv))) = timeout(PAUSE * 10, one.connection.open_bi()).await {
        if held.len() >= 1000 || send.write_all(&StreamType::Http.encode()).await.is_err() {
            break;
        }
        held.push((send, recv));
    }
    let opened = held.len();
    tally.check("boxes: floods", opened < 1000, format!("{opened} streams of one box are open at once"));
    others_are_served(door, own, tally, &format!("{opened} streams that say nothing")).await;
    drop(held);

    // Handshakes with certificates that are refused at their end, all at once.
    let foreign = door.folder().join("flooding");
    door.certs(&["init", "--dir", &foreign.to_string_lossy()])?;
    let theirs = door.issue_from(
        &foreign,
        "agent",
        "flooding-box",
        &["--home", &Uuid::from_bytes(clock::random_bytes()).to_string()],
    )?;
    let many = if quick { 100 } else { 400 };
    let greetings = (0..many).map(|_| door.greeting(&theirs)).collect::<anyhow::Result<Vec<_>>>()?;
    let dials = futures_util::future::join_all(greetings.into_iter().map(|greeting| door.dial(greeting)));
    let (_, honest) = tokio::join!(dials, async {
        tokio::time::sleep(PAUSE).await;
        timeout(HONEST, door.enter(own)).await
    });
    tally.check("boxes: floods", matches!(honest, Ok(Ok(_))), format!("an honest box among {many} handshakes"));
    Ok(())
}

async fn others_are_served(door: &Door, own: &Credentials, tally: &mut Tally, after: &str) {
    let honest = timeout(HONEST, door.enter(own)).await;
    tally.check("boxes: floods", matches!(honest, Ok(Ok(_))), format!("after {after} an honest box does not get in"));
}

async fn flood(one: &Enrolled, datagrams: &[Bytes], lasts: Duration) -> usize {
    let end = crate::now() + lasts;
    let mut sent = 0;
    while crate::now() < end && one.connection.close_reason().is_none() {
        for datagram in datagrams.iter().cycle().take(400) {
            // Too large for this path, or closed: the next one tells.
            sent += usize::from(one.connection.send_datagram(datagram.clone()).is_ok());
        }
        tokio::time::sleep(PAUSE).await;
    }
    sent
}

fn send_media(one: &Enrolled) {
    for datagram in media() {
        // Refused or lost is what is hoped for.
        let _ = one.connection.send_datagram(datagram);
    }
}

/// Pictures and sound as a box sends them, flow 0 and 1.
fn media() -> Vec<Bytes> {
    let packet = |flow: u8, kind: u8, sequence: u8, size: usize| {
        let header = [flow, 0x80, kind, 0, sequence, 0, 0, 0, sequence, 0, 0, 0, 111];
        Bytes::from([&header[..], &vec![0x61; size]].concat())
    };
    (0..=200).map(|n| if n % 5 == 0 { packet(1, 111, n, 80) } else { packet(0, 102, n, 1000) }).collect()
}

/// Reports of what never arrived, wishes for keyframes, rates that nobody has.
fn feedback() -> Vec<Bytes> {
    let streams = vec![StreamReport { ssrc: 9, begin: 1, metrics: vec![Metric::arrived(0, 0); 20] }];
    let arrivals = rtcp::encode(&[RtcpPacket::Arrivals { sender: 0, streams, timestamp: 7 }]);
    let by_hand: [&[u8]; 4] = [
        // Picture loss (PSFB 1), full intra request (PSFB 4), lost packets (RTPFB 1), a rate of nothing (REMB).
        &[0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 111],
        &[0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 111, 1, 0, 0, 0],
        &[0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 111, 0, 1, 0xff, 0xff],
        &[0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0, 0, 1, 0, 0, 0, 111],
    ];
    by_hand.into_iter().chain([&arrivals[..]]).map(|packet| Bytes::from([&[2][..], packet].concat())).collect()
}

/// A certificate that was good until it was revoked: live connections end, and no other begins. Where this build or this stack has no revocation, that is noted.
pub async fn revoked(door: &Door, stack: &Stack, home: &Home, tally: &mut Tally) -> anyhow::Result<()> {
    let has_command =
        door.certs(&["--help"]).is_ok_and(|help| help.lines().any(|line| line.trim().starts_with("revoke")));
    let settings = std::fs::read_to_string(stack.etc.join("relay.toml"))?;
    if !has_command || !settings.contains("revoked") {
        tally.note("boxes: revocation was not tried: this build or this stack has none ([identity] revoked)");
        return Ok(());
    }
    let stolen = door.issue("agent", "stolen-box", &["--home", &home.id])?;
    let live = door.enter(&stolen).await?;
    let certificate = door.folder().join("stolen-box.pem");
    door.certs(&["revoke", "--dir", &stack.pki.to_string_lossy(), &certificate.to_string_lossy()])?;
    let is_out = live.is_let_go(REVOKED_WITHIN).await;
    tally.check("boxes: revoked certificates", is_out, "its live connection goes on for five seconds");
    tally.check("boxes: revoked certificates", !door.is_welcomed(&stolen).await, "it gets in again");
    Ok(())
}
