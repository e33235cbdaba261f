use super::*;
use proptest::prelude::*;

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..300_u32, 0..MOST]
}

fn signals() -> impl Strategy<Value = Signals> {
    let one = ("\\PC{0,9}", prop::sample::select(RadioTechnology::ALL), 0..=100_u8, prop::option::of(-150..=-20_i16))
        .prop_map(|(path, technology, quality, dbm)| Signal::checked(&path, technology, quality, dbm).unwrap());
    prop::collection::vec(one, 0..=MOST_SIGNALS).prop_map(Signals::from)
}

fn second() -> impl Strategy<Value = Second> {
    let said = (
        prop::option::of(prop::sample::select(Rung::ALL)),
        prop::option::of(prop::sample::select(CallCamera::ALL)),
        any::<[bool; 4]>(),
        prop::sample::select(Attendance::ALL),
    );
    let numbers = (prop::option::of(number()), number(), 0..=1000_u32, prop::option::of(number()), number());
    let heard = (said, numbers, prop::option::of(number()), signals()).prop_map(
        |((rung, camera, marks, specialist), (target, received, loss, queue, jitter), round_trip, signals)| {
            let [sound, picture, sound_given, picture_given] = marks;
            let is_there = specialist == Attendance::Present;
            Second::Heard(Heard {
                rung,
                camera,
                sound,
                picture,
                target_kbps: target,
                received_kbps: received,
                loss_permille: loss,
                queue_ms: queue,
                jitter_ms: jitter,
                round_trip_ms: round_trip,
                specialist,
                sound_given: sound_given && is_there,
                picture_given: picture_given && is_there,
                signals,
            })
        },
    );
    prop_oneof![1 => prop::sample::select(Attendance::ALL).prop_map(Second::Away), 4 => heard]
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(from in any::<i32>(), seconds in prop::collection::vec(second(), 1..=60)) {
        let stretch = Stretch { from_second: from.into(), seconds };
        let bytes = stretch.encode();
        prop_assert_eq!(Stretch::from_text(from.into(), &stretch.to_text()), Ok(stretch.clone()));
        prop_assert_eq!(Stretch::decode(from.into(), &bytes), Ok(stretch.clone()));
        prop_assert!(stretch.to_text().len() <= MOST_TEXT);
        prop_assert!(bytes.len() <= 1 + 60 * (26 + 1 + MOST_SIGNALS * (4 + LONGEST_PATH)));
    }

    /// Whatever the bytes are, they are refused or are exactly what would be written; of what was written before, what is written now.
    #[test]
    fn forged_bytes_are_refused_or_mean_one_thing(bytes in prop::collection::vec(any::<u8>(), 0..600), version in 0..4_u8) {
        let bytes = if version > 0 { [vec![version], bytes].concat() } else { bytes };
        if let Ok(stretch) = Stretch::decode(0, &bytes) {
            let written = stretch.encode();
            prop_assert_eq!(Stretch::decode(0, &written), Ok(stretch));
            prop_assert!(bytes[0] == WITHOUT_SPECIALIST || written == bytes);
        }
    }

    /// One wrong byte in honest ones: refused, or it means one thing.
    #[test]
    fn a_flipped_byte_is_refused_or_means_one_thing(
        seconds in prop::collection::vec(second(), 1..=9), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
    ) {
        let mut bytes = Stretch { from_second: 0, seconds }.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(stretch) = Stretch::decode(0, &bytes) {
            prop_assert!(bytes[0] == WITHOUT_SPECIALIST || stretch.encode() == bytes);
        }
    }
}

/// As they stand in stores since migration 0029: three seconds, the second without a link.
#[test]
fn what_was_written_before_the_specialist_was_is_read() {
    let bytes = [&[1, 0xed, 0x8a, 0x03, 0xf5, 0x03, 0, 0x3d, 2, 0x2f][..], &[0], &[0x80, 0, 0, 0, 0, 0, 0]].concat();
    let first = Heard {
        rung: Some(Rung::Small),
        camera: Some(CallCamera::Room),
        sound: true,
        picture: true,
        received_kbps: 394,
        target_kbps: Some(500),
        queue_ms: Some(60),
        jitter_ms: 2,
        round_trip_ms: Some(46),
        specialist: Attendance::Unrecorded,
        ..Heard::default()
    };
    let silent = Heard { specialist: Attendance::Unrecorded, ..Heard::default() };
    let seconds = vec![Second::Heard(first), Second::Away(Attendance::Unrecorded), Second::Heard(silent)];
    let read = Stretch::decode(7, &bytes);
    assert_eq!(read, Ok(Stretch { from_second: 7, seconds }));
    assert_eq!(Stretch::from_text(7, &STANDARD.encode(&bytes)), read);
    assert_eq!(read.map(|stretch| stretch.encode()[0]), Ok(VERSION));
}

#[test]
fn signals_are_written_when_they_change() {
    let signals = |quality| Signals::from([Signal::checked("5G", RadioTechnology::Nr5g, quality, Some(-93)).unwrap()]);
    let heard = |signals: &Signals| Second::Heard(Heard { signals: signals.clone(), ..Heard::default() });
    let (strong, weak) = (signals(80), signals(12));
    let away = Second::Away(Attendance::Present);
    let seconds = vec![heard(&strong), heard(&strong), away, heard(&strong), heard(&weak), heard(&Signals::default())];
    let stretch = Stretch { from_second: 0, seconds };
    let bytes = stretch.encode();
    assert_eq!(bytes.len(), 1 + 5 * 8 + 1 + 2 * 7 + 1, "twice, and that there are none");
    assert_eq!(Stretch::decode(0, &bytes), Ok(stretch));
}

#[test]
fn bad_bytes_have_their_reason() {
    let decode = |bytes: &[u8]| Stretch::decode(0, bytes).unwrap_err();
    assert_eq!(decode(&[]), CodecError::Version(None));
    assert_eq!(decode(&[3, 0]), CodecError::Version(Some(3)));
    assert_eq!(decode(&[0, 0]), CodecError::Version(Some(0)));
    for version in [1, 2] {
        assert_eq!(decode(&[version]), CodecError::Length);
        assert_eq!(decode(&[&[version][..], &[0; 61]].concat()), CodecError::Length, "overlong");
        assert_eq!(decode(&[version, SOUND]), CodecError::Marks, "sound without a link");
        let whole = Stretch::decode(0, &[&[version][..], &[0; 60]].concat());
        assert_eq!(whole.map(|stretch| stretch.seconds.len()), Ok(60));
    }
    assert_eq!(decode(&[1, CONNECTED, 0, 0, 0, 0, 0]), CodecError::Number, "cut off");
    assert_eq!(decode(&[1, CONNECTED, 0x80, 0, 0, 0, 0, 0, 0]), CodecError::Number, "padded");
    assert_eq!(decode(&[1, CONNECTED, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0]), CodecError::Number, "too large");
    assert_eq!(decode(&[1, 7 | CONNECTED, 0, 0, 0, 0, 0, 0]), CodecError::Marks, "no such rung");
    assert_eq!(decode(&[1, 1]), CodecError::Marks, "version 1 does not know where the specialist was");
    assert_eq!(decode(&[2, CONNECTED]), CodecError::Number, "cut off");
    assert_eq!(decode(&[2, CONNECTED, 1, 0, 0, 0, 0, 0]), CodecError::Number, "cut off");
    assert_eq!(decode(&[2, 3]), CodecError::Marks, "neither there nor not");
    assert_eq!(decode(&[2, CONNECTED, 3, 0, 0, 0, 0, 0, 0]), CodecError::Marks, "neither there nor not");
    assert_eq!(decode(&[2, CONNECTED, 1 | PICTURE_GIVEN, 0, 0, 0, 0, 0, 0]), CodecError::Marks, "to nobody");
    assert_eq!(decode(&[2, CONNECTED, 1 | 1 << 5, 0, 0, 0, 0, 0, 0]), CodecError::Marks, "no such mark");
    assert_eq!(Stretch::from_text(0, "AQ?"), Err(CodecError::Text));
    assert_eq!(Stretch::from_text(0, &"AAAA".repeat(5000)), Err(CodecError::Length));
}

#[test]
fn signals_that_cannot_be_are_refused() {
    let decode = |signals: &[u8]| {
        Stretch::decode(0, &[&[2, CONNECTED, 1 | SIGNALS, 0, 0, 0, 0, 0, 0][..], signals].concat()).map(|_| ())
    };
    assert_eq!(decode(&[1, 0, 80, 93, 2, b'5', b'G']), Ok(()));
    for (signals, why) in [
        (&[0][..], "none, as before"),
        (&[5][..], "more than a home has"),
        (&[1, 6, 80, 93, 0], "no such technology"),
        (&[1, 0, 101, 93, 0], "more than all"),
        (&[1, 0, 80, 19, 0], "stronger than the mast itself"),
        (&[1, 0, 80, 151, 0], "weaker than noise"),
        (&[1, 0, 80, 93, 25, b'a'], "a name too long"),
        (&[1, 0, 80, 93, 2, b'a'], "cut off"),
        (&[1, 0, 80, 93, 1, 0xff], "no text"),
        (&[1, 0, 80, 93, 1, b'\n'], "a name that controls something"),
    ] {
        assert_eq!(decode(signals), Err(CodecError::Signals), "{why}");
    }
}
