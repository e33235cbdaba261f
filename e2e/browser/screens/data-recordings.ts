/** Recordings while looking at screens: one that runs, and what became of others. Invented, test-only. */
import type { Recording } from "@yunzhen/client";
import { now } from "./clock";

const at = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

const recording = (id: string, rest: Partial<Recording>): Recording => ({
  id,
  consultation_id: "c8",
  state: "recording",
  asked_at: at(30),
  asked_by_name: "陈立诚",
  began_at: at(29),
  ...rest,
});

export const runningRecording = recording("v1", { asked_at: at(2), began_at: at(2), trouble: "box_disk" });

export const endedRecordings: Recording[] = [
  recording("v2", {
    state: "kept",
    stopped_at: at(20),
    stop_cause: "asked",
    ended_at: at(18),
    troubles: ["encoder"],
    movie: {
      duration_ms: 543_000,
      bytes: 101_234_567,
      sha256: "5f0c1e6a9d3b7842c1e6a9d3b78425f0c1e6a9d3b78425f0c1e6a9d3b7842e1d",
      gaps: [
        { at_ms: 61_000, for_ms: 32_000, reason: "restarted" },
        { at_ms: 300_000, for_ms: 8_000, reason: "unreadable" },
        { at_ms: 400_000, for_ms: 0, reason: "lost" },
      ],
    },
  }),
  recording("v3", { state: "backfilling", stopped_at: at(10), stop_cause: "consent_revoked", arrived_percent: 41 }),
  recording("v4", { state: "backfilling", stopped_at: at(9), stop_cause: "call_over", halted: true }),
  recording("v5", { state: "assembling", stopped_at: at(8), stop_cause: "asked" }),
  recording("v7", { state: "stuck", stopped_at: at(8), stop_cause: "asked", can_retry: true }),
  recording("v6", { state: "failed", stopped_at: at(7), stop_cause: "asked", ended_at: at(6), failure: "lost" }),
];

/** As the relay says it when the resident has not consented. */
export const refusedRecording = {
  type: "https://yunzhen.dev/problems/no_recording_consent",
  title: "住民未同意录像",
  status: 409,
  code: "no_recording_consent",
  detail: "住民没有签署录像同意书、已撤回，或没有同意录制这次会诊。",
  action: "请护士在平板上询问住民并取得同意后再录。",
};
