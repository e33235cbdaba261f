//! Whatever is reported, nothing panics, the rate stays within its limits and the sender comes back to life.

use std::time::Duration;

use proptest::prelude::*;
use yunzhen_media::congestion::{Clocked, Controller, Limits, Report};

proptest! {
    #[test]
    fn no_report_breaks_the_controller(
        script in prop::collection::vec((0u64..80, prop::collection::vec((0u64..3000, prop::option::of(0u64..100_000_000), any::<bool>()), 0..12)), 1..300)
    ) {
        let limits = Limits::default();
        let mut controller = Clocked::new(limits);
        let mut now = Duration::ZERO;
        for (number, (step_ms, told)) in script.into_iter().enumerate() {
            now += Duration::from_millis(step_ms);
            controller.sent(now, number as u64, 1200);
            let reports: Vec<Report> = told
                .into_iter()
                .map(|(number, arrived, ce)| Report { number, arrived: arrived.map(Duration::from_micros), ce })
                .collect();
            controller.feedback(now, &reports);
            controller.poll(now);
            prop_assert!((limits.min_bps..=limits.max_bps).contains(&controller.target_bps()));
            prop_assert!(controller.pacing_bps() >= controller.target_bps());
            prop_assert!(controller.room_bytes() < 1 << 22);
        }
        // Nothing reported: what is under way no longer holds up the next packet.
        controller.poll(now + Duration::from_secs(300));
        prop_assert!(controller.room_bytes() >= 1500);
    }
}
