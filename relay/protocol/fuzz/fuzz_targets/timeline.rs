//! Seconds of a media timeline, as they stand in the store. What is taken is written again, and means one thing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::media_timeline::{MOST_SECONDS_OF_STRETCH, Stretch};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Stretch::from_text(0, text);
    }
    if let Ok(stretch) = Stretch::decode(0, data) {
        assert!((1..=MOST_SECONDS_OF_STRETCH).contains(&stretch.seconds.len()));
        let written = stretch.encode();
        // What was written in version 1 is written in the newest now.
        assert!(data[0] == 1 || written == data);
        assert_eq!(Stretch::decode(0, &written).as_ref(), Ok(&stretch));
        assert_eq!(Stretch::from_text(0, &stretch.to_text()).as_ref(), Ok(&stretch));
        for second in &stretch.seconds {
            // Nobody saw more than came.
            assert!(second.seen().is_none_or(|seen| second.shown().is_some_and(|shown| shown.is_at_least(seen))));
            let _ = second.specialist();
        }
    }
});
