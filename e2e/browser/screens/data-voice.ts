/** Voice messages and a photo left in a consultation while no talk got through. Invented, test-only. */
import type { CareDocument } from "@yunzhen/client";
import { now } from "./clock";

const at = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

const left = (consultationId: string, id: string, minutes: number, more: Partial<CareDocument>): CareDocument => ({
  id,
  resident_id: "r1",
  consultation_id: consultationId,
  kind: "voice_message",
  title: "语音留言 0:42",
  media_type: "audio/webm",
  bytes: 84_000,
  sha256: "5f0c1e6a9d3b7842c1e6a9d3b78425f0c1e6a9d3b78425f0c1e6a9d3b7842e1d",
  taken_at: at(minutes),
  received_at: at(minutes - 1),
  author_name: "林秀英",
  ...more,
});

export const leftIn = (consultationId: string): CareDocument[] => [
  left(consultationId, "v1", 6, {}),
  left(consultationId, "v2", 4, { title: "语音留言 1:15", author_name: "陈立诚" }),
  left(consultationId, "p1", 5, {
    kind: "photo",
    title: "左足跟压疮",
    media_type: "image/png",
    body_site: "left_heel",
  }),
];
