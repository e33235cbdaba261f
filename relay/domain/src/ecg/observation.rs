//! A recorder's file: one FHIR R4 Observation with valueSampledData, alone or one component for each lead. The same reading stands behind the box's recorder,
//! and the import of a Bundle. Never panics, whatever the bytes.

use super::{CODE, EcgError, Lead, Sample, Waveform, parse_data};
use crate::registry::Fault;
use jiff::Timestamp;
use serde_json::Value;

/// Code system of ISO/IEEE 11073, in which leads are named.
pub const MDC: &str = "urn:oid:2.16.840.1.113883.6.24";
/// A file of the largest recording, with room for words.
const MOST_BYTES: usize = 1024 * 1024;

/// A recording with the time of its first sample, as the recorder says it.
#[derive(Clone, PartialEq)]
pub struct Recorded {
    /// The recording.
    pub waveform: Waveform,
    /// Its first sample.
    pub recorded_at: Timestamp,
}

/// Whether an Observation is an ECG.
pub(crate) fn is_ecg(r: &Value) -> bool {
    items(&r["code"]["coding"])
        .any(|c| c["code"] == CODE && (c["system"] == "http://loinc.org" || c["system"].is_null()))
}

/// Reads a file.
pub fn read_file(bytes: &[u8]) -> Result<Recorded, Vec<Fault>> {
    if bytes.len() > MOST_BYTES {
        return Err(vec![Fault::new("content", "文件超过 1 MiB", "The file is larger than 1 MiB")]);
    }
    let r: Value = serde_json::from_slice(bytes)
        .map_err(|_| vec![Fault::new("content", "不是 JSON 文件", "This is no JSON file")])?;
    if r["resourceType"] != "Observation" || !is_ecg(&r) {
        let (zh, en) = ("不是心电图记录（LOINC 11524-6）", "This is no ECG (LOINC 11524-6)");
        return Err(vec![Fault::new("code", zh, en)]);
    }
    read_observation(&r)
}

/// Reads an Observation that is an ECG, or names every field that is wrong.
pub fn read_observation(r: &Value) -> Result<Recorded, Vec<Fault>> {
    let mut faults = Vec::new();
    let recorded_at = [&r["effectiveDateTime"], &r["effectiveInstant"], &r["effectivePeriod"]["start"]]
        .into_iter()
        .find_map(Value::as_str)
        .and_then(|text| text.parse::<Timestamp>().ok());
    if recorded_at.is_none() {
        let (zh, en) =
            ("时间应写作 2026-11-23T08:15:00+08:00 的形式", "A time is written as 2026-11-23T08:15:00+08:00");
        faults.push(Fault::new("measured_at", zh, en));
    }
    let waveform = match parts(r).and_then(|parts| join(&parts)) {
        Ok(waveform) => Some(waveform),
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    match (waveform, recorded_at) {
        (Some(waveform), Some(recorded_at)) if faults.is_empty() => Ok(Recorded { waveform, recorded_at }),
        _ => Err(faults),
    }
}

/// One lead as it is written.
struct Part<'a> {
    path: String,
    lead: Lead,
    sampled: &'a Value,
}

fn parts(r: &Value) -> Result<Vec<Part<'_>>, Fault> {
    if r["valueSampledData"].is_object() {
        return Ok(vec![Part {
            path: "valueSampledData".into(),
            lead: lead(r).unwrap_or(Lead::Unnamed),
            sampled: &r["valueSampledData"],
        }]);
    }
    let mut parts = Vec::new();
    for (at, component) in items(&r["component"]).enumerate().filter(|(_, c)| c["valueSampledData"].is_object()) {
        let path = format!("component[{at}].valueSampledData");
        let (zh, en) = ("导联没有 ISO/IEEE 11073 编码", "The lead has no code of ISO/IEEE 11073");
        let lead = lead(component).ok_or_else(|| Fault::new(format!("component[{at}].code"), zh, en))?;
        parts.push(Part { path, lead, sampled: &component["valueSampledData"] });
    }
    if parts.is_empty() {
        let (zh, en) = ("没有波形（valueSampledData）", "There is no curve (valueSampledData)");
        return Err(Fault::new("value", zh, en));
    }
    Ok(parts)
}

/// The lead that a code names.
fn lead(of: &Value) -> Option<Lead> {
    let codes = || items(&of["code"]["coding"]).filter(|c| c["system"] == MDC);
    Lead::ALL.iter().copied().find(|lead| lead.mdc().is_some_and(|(code, _)| codes().any(|c| c["code"] == code)))
}

/// What leads of one recording share.
#[derive(PartialEq, Clone, Copy)]
struct Scale {
    period_ms: f64,
    origin_mv: f64,
    factor_mv: f64,
}

fn join(parts: &[Part<'_>]) -> Result<Waveform, Fault> {
    let Some(first) = parts.first() else {
        return Err(Fault::new("value", EcgError::Leads.zh(), EcgError::Leads.to_string()));
    };
    let scale = scale(first)?;
    let mut leads = Vec::new();
    let mut each: Vec<Vec<Sample>> = Vec::new();
    for part in parts {
        if self::scale(part)? != scale {
            let (zh, en) = (
                "各导联的采样间隔、零点和系数须相同",
                "Leads of one recording have the same period, origin and factor",
            );
            return Err(Fault::new(part.path.clone(), zh, en));
        }
        let text = part.sampled["data"].as_str().unwrap_or_default();
        each.push(parse_data(text).map_err(|error| of(&part.path, error))?);
        leads.push(part.lead);
    }
    let count = each.iter().map(Vec::len).max().unwrap_or_default();
    if each.iter().any(|samples| samples.len() != count) {
        return Err(of(&first.path, EcgError::Uneven));
    }
    let samples = (0..count).flat_map(|at| each.iter().filter_map(move |lead| lead.get(at).copied())).collect();
    Waveform::new(leads, scale.period_ms, scale.origin_mv, scale.factor_mv, samples).map_err(|e| of(&first.path, e))
}

fn of(path: &str, error: EcgError) -> Fault {
    let field = match error.field() {
        "period_ms" => "period",
        "factor_mv" => "factor",
        "origin_mv" => "origin",
        other => other,
    };
    Fault::new(format!("{path}.{field}"), error.zh(), error.to_string())
}

fn scale(part: &Part<'_>) -> Result<Scale, Fault> {
    let (path, sampled) = (&part.path, part.sampled);
    let unit = [&sampled["origin"]["code"], &sampled["origin"]["unit"]].into_iter().find_map(Value::as_str);
    // Volts and microvolts make the same curve a thousand times larger or smaller.
    let in_mv = match unit {
        Some("mV") => 1.0,
        Some("uV") => 0.001,
        _ => {
            let (zh, en) = ("单位应为 mV 或 uV", "The unit is mV or uV");
            return Err(Fault::new(format!("{path}.origin"), zh, en));
        }
    };
    if sampled["dimensions"] != 1 {
        let (zh, en) = ("每个导联一条曲线（dimensions 为 1）", "One curve for each lead (dimensions is 1)");
        return Err(Fault::new(format!("{path}.dimensions"), zh, en));
    }
    let (Some(period_ms), Some(origin)) = (sampled["period"].as_f64(), sampled["origin"]["value"].as_f64()) else {
        let (zh, en) = ("缺少采样间隔（period）或零点（origin）", "The period or the origin is missing");
        return Err(Fault::new(path.clone(), zh, en));
    };
    let factor = sampled["factor"].as_f64().unwrap_or(1.0);
    Ok(Scale { period_ms, origin_mv: origin * in_mv, factor_mv: factor * in_mv })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
