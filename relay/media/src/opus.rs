//! Opus in RTP (RFC 7587): one packet is one RTP payload, 48 kHz clock whatever the bandwidth.

/// How long the sound of one packet is, in ticks of the 48 kHz clock; `None` when it is no Opus packet (RFC 6716 section 3.1).
pub fn duration_ticks(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let frame = match toc >> 3 {
        config @ 0..=11 => [480, 960, 1920, 2880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*packet.get(1)? & 0x3f),
    };
    // At most 120 ms in one packet.
    (frames > 0 && frame * frames <= 5760).then_some(frame * frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_long_a_packet_is() {
        assert_eq!(duration_ticks(&[0x78, 0]), Some(960), "CELT wide, 20 ms");
        assert_eq!(duration_ticks(&[0xfc, 0]), Some(960), "CELT full band stereo, 20 ms");
        assert_eq!(duration_ticks(&[0x0b, 0x03]), Some(2880), "SILK 20 ms three times");
        assert_eq!(duration_ticks(&[0x0b, 0x00]), None);
        assert_eq!(duration_ticks(&[]), None);
    }
}
