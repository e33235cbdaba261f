//! The figures as one table, and what the issue expects of them.

use std::fmt::Write as _;

use super::figures::Row;

/// Means over the seeds of each case and program, in the order in which they came.
pub fn means(rows: &[Row]) -> Vec<Row> {
    let mut means: Vec<(Row, f64)> = Vec::new();
    for row in rows {
        match means.iter_mut().find(|(mean, _)| mean.case == row.case && mean.program == row.program) {
            None => means.push((row.clone(), 1.0)),
            Some((mean, count)) => {
                *count += 1.0;
                let share = 1.0 / *count;
                let add = |mean: &mut f64, value: f64| *mean += (value - *mean) * share;
                add(&mut mean.frames_per_second, row.frames_per_second);
                add(&mut mean.freezes_per_minute, row.freezes_per_minute);
                add(&mut mean.frozen_percent, row.frozen_percent);
                add(&mut mean.glass_p50, row.glass_p50);
                add(&mut mean.glass_p95, row.glass_p95);
                add(&mut mean.sound_percent, row.sound_percent);
                add(&mut mean.dark_percent, row.dark_percent);
                add(&mut mean.ear_p95, row.ear_p95);
                add(&mut mean.kilobits, row.kilobits);
                add(&mut mean.used_percent, row.used_percent);
                add(&mut mean.queue_p95, row.queue_p95);
                add(&mut mean.lost_percent, row.lost_percent);
                // The worst stays the worst.
                let worst = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::max);
                mean.sound_back = worst(mean.sound_back, row.sound_back);
                mean.picture_back = worst(mean.picture_back, row.picture_back);
                let least = |one: Option<f64>, other: Option<f64>| one.into_iter().chain(other).reduce(f64::min);
                mean.fairness = least(mean.fairness, row.fairness);
                mean.transfer_kilobits = least(mean.transfer_kilobits, row.transfer_kilobits);
            }
        }
    }
    means.into_iter().map(|(mean, _)| mean).collect()
}

pub fn table(means: &[Row]) -> String {
    let mut out = format!(
        "{:<29} {:<15} {:>5} {:>8} {:>7} {:>7} {:>7} {:>7} {:>6} {:>7} {:>7} {:>5} {:>8} {:>6} {:>13} {:>5} {:>6}\n",
        "case",
        "program",
        "fps",
        "freeze/m",
        "frozen%",
        "p50 ms",
        "p95 ms",
        "sound %",
        "dark %",
        "ear ms",
        "kbit/s",
        "used%",
        "queue ms",
        "lost %",
        "back s a/v",
        "jain",
        "tcp"
    );
    for row in means {
        let seconds = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{:<29} {:<15} {:>5.1} {:>8.1} {:>7.2} {:>7.0} {:>7.0} {:>7.2} {:>6.2} {:>7.0} {:>7.0} {:>5.0} {:>8.0} {:>6.2} {:>13} {:>5} {:>6}",
            row.case,
            row.program,
            row.frames_per_second,
            row.freezes_per_minute,
            row.frozen_percent,
            row.glass_p50,
            row.glass_p95,
            row.sound_percent,
            row.dark_percent,
            row.ear_p95,
            row.kilobits,
            row.used_percent,
            row.queue_p95,
            row.lost_percent,
            format!("{} / {}", seconds(row.sound_back), seconds(row.picture_back)),
            row.fairness.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}")),
            row.transfer_kilobits.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}")),
        );
    }
    out
}

/// What issue 5 expects of one program; a reference is another's name.
pub fn verdicts(means: &[Row], program: &str, reference: &str) -> Vec<(bool, String)> {
    let mut verdicts = Vec::new();
    for row in means.iter().filter(|row| row.program == program) {
        let case = &row.case;
        let mut say = |holds: bool, what: String| verdicts.push((holds, format!("{case}: {what}")));
        say(row.sound_percent >= 99.5, format!("sound ≥ 99.5 % outside outages: {:.2} %", row.sound_percent));
        let allowed = 400.0 + row.propagation;
        say(row.glass_p95 <= allowed, format!("p95 glass to glass ≤ {allowed:.0} ms: {:.0} ms", row.glass_p95));
        if case.starts_with("steady") {
            say(row.used_percent >= 80.0, format!("uses ≥ 80 %: {:.0} %", row.used_percent));
            say(row.queue_p95 <= 100.0, format!("queueing p95 ≤ 100 ms: {:.0} ms", row.queue_p95));
        }
        if let (Some(sound), Some(picture)) = (row.sound_back, row.picture_back) {
            say(sound <= 1.0 && picture <= 2.0, format!("back in ≤ 1 s and ≤ 2 s: {sound:.2} s and {picture:.2} s"));
        }
        if let Some(transfer) = row.transfer_kilobits {
            let third = (row.kilobits + transfer) / 2.0 / 3.0;
            let holds = row.kilobits >= third && transfer >= third;
            say(holds, format!("fair with TCP: {:.0} beside {transfer:.0} kbit/s", row.kilobits));
        }
        if let Some(other) = means.iter().find(|other| other.case == *case && other.program == reference) {
            let (ours, theirs) = (row.freezes_per_minute, other.freezes_per_minute);
            say(ours <= theirs / 3.0, format!("freezes at most a third of {reference}'s: {ours:.1} of {theirs:.1}"));
        }
    }
    verdicts
}
