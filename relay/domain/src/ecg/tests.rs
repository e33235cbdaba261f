use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn flat(leads: Vec<Lead>, count: usize) -> Result<Waveform, EcgError> {
    Waveform::new(leads, 4.0, 0.0, 0.005, vec![Sample::Value(0); count])
}

#[test]
fn what_is_no_recording_is_refused_with_its_field() {
    let refused = |waveform: Result<Waveform, EcgError>| waveform.err().map(|e| (e, e.field()));
    assert!(flat(vec![Lead::I], 250).is_ok());
    assert_eq!(refused(flat(vec![], 250)), Some((EcgError::Leads, "leads")));
    assert_eq!(refused(flat(vec![Lead::I, Lead::I], 500)), Some((EcgError::Leads, "leads")));
    assert_eq!(refused(flat(vec![Lead::I, Lead::Unnamed], 500)), Some((EcgError::Leads, "leads")));
    assert_eq!(refused(flat(vec![Lead::I, Lead::Ii], 501)), Some((EcgError::Uneven, "data")));
    assert_eq!(refused(flat(vec![Lead::I], 249)), Some((EcgError::Duration, "data")));
    assert_eq!(refused(flat(vec![Lead::I], 15_001)), Some((EcgError::Duration, "data")));
    assert_eq!(refused(flat(vec![Lead::I], MOST_SAMPLES + 1)), Some((EcgError::TooMany, "data")));
    let with = |period, origin, factor, value| {
        refused(Waveform::new(vec![Lead::I], period, origin, factor, vec![Sample::Value(value); 1000])).map(|r| r.1)
    };
    assert_eq!(with(4.0, 0.0, 0.005, 100), None);
    for (period, origin, factor, value, field) in [
        (0.0, 0.0, 0.005, 0, "period_ms"),
        (f64::NAN, 0.0, 0.005, 0, "period_ms"),
        (4.0, f64::INFINITY, 0.005, 0, "origin_mv"),
        (4.0, f64::NAN, 0.005, 0, "origin_mv"),
        (4.0, 0.0, 0.0, 0, "factor_mv"),
        (4.0, 0.0, -0.005, 0, "factor_mv"),
        (4.0, 0.0, f64::NAN, 0, "factor_mv"),
        (4.0, 0.0, 0.005, 60_001, "data"),
    ] {
        assert_eq!(with(period, origin, factor, value), Some(field), "{period} {origin} {factor} {value}");
    }
}

#[test]
fn text_that_is_no_sample_is_named_by_its_number() {
    assert_eq!(
        parse_data("1 -2 E U L"),
        Ok(vec![Sample::Value(1), Sample::Value(-2), Sample::Error, Sample::Above, Sample::Below])
    );
    for (text, at) in
        [("", 1), ("1  2", 2), ("1 x", 2), ("1.5", 1), ("+1", 1), ("1 2 8388609", 3), ("e", 1), ("1\n2", 1), ("-", 1)]
    {
        assert_eq!(parse_data(text), Err(EcgError::Sample(at)), "{text:?}");
    }
    assert_eq!(parse_data(&"1 ".repeat(MOST_SAMPLES + 1)), Err(EcgError::TooMany));
    assert_eq!(parse_data(&"0".repeat(MOST_BYTES + 1)), Err(EcgError::TooMany));
    for error in [EcgError::Leads, EcgError::Sample(3), EcgError::Range(4), EcgError::Uneven, EcgError::Duration] {
        assert!(!error.zh().is_ascii() && error.to_string().is_ascii());
    }
}

#[test]
fn millivolts_are_as_sampled_data_defines_them() {
    let w = Waveform::new(vec![Lead::Ii], 4.0, -1.0, 0.005, vec![Sample::Value(400); 250]).ok().unwrap();
    assert_eq!(w.millivolts(Sample::Value(400)), Some(1.0));
    assert_eq!(w.millivolts(Sample::Error), None);
    assert_eq!(w.seconds(), 1.0);
}

/// A file of a recorder with two leads.
pub(crate) fn file() -> Value {
    let component = |code: &str, value: i32| {
        json!({"code": {"coding": [{"system": MDC, "code": code}]}, "valueSampledData": {
            "origin": {"value": 0, "unit": "mV", "system": "http://unitsofmeasure.org", "code": "mV"},
            "period": 4, "factor": 0.005, "dimensions": 1, "data": vec![value.to_string(); 250].join(" ")}})
    };
    json!({"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-23T08:15:00+08:00",
        "code": {"coding": [{"system": "http://loinc.org", "code": CODE}]},
        "component": [component("131329", 10), component("131330", 20)]})
}

#[test]
fn a_recorder_s_file_is_read_or_every_fault_is_named() {
    let recorded = read_file(file().to_string().as_bytes()).ok().unwrap();
    assert_eq!(recorded.waveform.leads(), [Lead::I, Lead::Ii]);
    assert_eq!(recorded.recorded_at.to_string(), "2026-11-23T00:15:00Z");
    assert_eq!(recorded.waveform.data_of(1), vec!["20"; 250].join(" "));
    assert!(recorded.waveform.data().starts_with("10 20 10 20 "));
    // One curve that does not say which lead it is, in microvolts.
    let mut alone = file();
    alone["valueSampledData"] = alone["component"][0]["valueSampledData"].clone();
    alone["valueSampledData"]["origin"] = json!({"value": 0, "code": "uV"});
    alone["valueSampledData"]["factor"] = json!(5);
    let one = read_file(alone.to_string().as_bytes()).ok().unwrap();
    assert_eq!((one.waveform.leads(), one.waveform.factor_mv()), (&[Lead::Unnamed][..], 0.005));

    let bad = |change: fn(&mut Value)| {
        let mut file = file();
        change(&mut file);
        let faults = read_file(file.to_string().as_bytes()).err().unwrap_or_default();
        assert!(faults.iter().all(|f| !f.zh.is_ascii() && f.en.is_ascii()));
        faults.into_iter().map(|f| f.path).collect::<Vec<_>>()
    };
    assert_eq!(bad(|f| f["code"]["coding"][0]["code"] = json!("8867-4")), ["code"]);
    assert_eq!(bad(|f| f["component"] = json!([])), ["value"]);
    assert_eq!(
        bad(|f| {
            f["effectiveDateTime"] = json!("2026-11-23");
            f["component"][1]["code"] = json!({"text": "II"});
        }),
        ["measured_at", "component[1].code"]
    );
    let part = "component[1].valueSampledData";
    assert_eq!(bad(|f| f["component"][1]["valueSampledData"]["factor"] = json!(0.01)), [part]);
    assert_eq!(bad(|f| f["component"][1]["valueSampledData"]["data"] = json!("1 x")), [format!("{part}.data")]);
    assert_eq!(bad(|f| f["component"][1]["valueSampledData"]["dimensions"] = json!(2)), [format!("{part}.dimensions")]);
    assert_eq!(
        bad(|f| f["component"][1]["valueSampledData"]["origin"]["code"] = json!("V")),
        [format!("{part}.origin")]
    );
    assert_eq!(
        bad(|f| f["component"][1]["code"] = f["component"][0]["code"].clone()),
        ["component[0].valueSampledData.leads"]
    );
    assert!(read_file(b"{").is_err() && read_file(b"[]").is_err() && read_file(&[0xff]).is_err());
}

fn sample() -> impl Strategy<Value = Sample> {
    prop_oneof![
        8 => (-60_000_i32..=60_000).prop_map(Sample::Value),
        1 => Just(Sample::Error),
        1 => Just(Sample::Above),
        1 => Just(Sample::Below),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(samples in proptest::collection::vec(sample(), 1..2000)) {
        let text = write_data(samples.iter().copied());
        prop_assert_eq!(parse_data(&text), Ok(samples));
    }

    #[test]
    fn a_recording_and_its_parts_are_the_same(leads in 1_usize..=12, rows in 250_usize..400, seed in any::<i16>()) {
        let leads: Vec<Lead> = Lead::ALL.iter().copied().take(leads).collect();
        let count = rows * leads.len();
        let samples: Vec<Sample> = (0..count).map(|n| Sample::Value(i32::from(seed).wrapping_mul(n as i32) % 60_000)).collect();
        let whole = Waveform::new(leads.clone(), 4.0, 0.0, 0.005, samples).unwrap_or_else(|e| panic!("{e}"));
        let again = Waveform::read(leads.clone(), 4.0, 0.0, 0.005, &whole.data()).unwrap_or_else(|e| panic!("{e}"));
        prop_assert!(whole == again);
        let parts: usize = (0..leads.len()).map(|lead| whole.data_of(lead).split(' ').count()).sum();
        prop_assert_eq!(parts, count);
    }

    #[test]
    fn arbitrary_text_and_bytes_never_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_data(&text);
        let _ = read_file(&bytes);
        let _ = read_file(text.as_bytes());
    }
}
