/** Stills while looking at screens: one that is kept, two on their way, two that failed. Invented, test-only. */
import type { CareDocument, Still } from "@yunzhen/client";
import { now } from "./clock";

/** A wall, a window and a mark, 1280 × 720. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAABQAAAALQBAMAAAA9U8BlAAAAD1BMVEWNpKvJ1NOuaUNZKRffvm8FbZo8AAAFQElEQVR42u3c0QnFIAxAUekGruAKXaH7z1Tot1AKxmI8Z4S8S/LxpKXAjw4jQIAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBAEiAARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgAgQBIkAQIAIEASJAECACBAEiQBAgAoTJahJ+SRsQBIgAQYAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBBi1SRGz6VtxgbECQYBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACRIAgQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAEiABBgAgQBIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQASJAI0CA8KYmMXouLcz5RZvFBsQJBgEiQBAgAgQBIkAQIAIEASJAECACBAGyNu8B++LfA14P7wHBCUaAIEAECAJEgCBABAiR/BPS58sINiBOMAgQAYIAESAIEAGCABEgCBABggARIAgQASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQOA/vpBqA+IEgwARIAgQAYIAESAIEPJqm7EBcYJBgAgQBIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAI0AgQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgAA2IAgQAYIAESAIEAGCABEgCBABggARIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIAIEASJAECACBAEiQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABAgCRIAgQAQIAkSAIEAECAJEgCBABIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBAEiABBgAgQBIgAQYAIEASIAEGACBAEiAARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAGCABEgCBABggARIAgQAYIAESAIEAEiQBAgAgQBIkAQIAIEASJAECACBAEiQBAgAgQBIkAQIIu6ARbXE6DRqE4KAAAAAElFTkSuQmCC";

const at = (minutes: number): string => new Date(now() - minutes * 60_000).toISOString();

const document: CareDocument = {
  id: "still-doc",
  resident_id: "r1",
  kind: "still",
  title: "1280 × 720",
  media_type: "image/png",
  bytes: 812_034,
  sha256: "5f0c1e6a9d3b7842c1e6a9d3b78425f0c1e6a9d3b78425f0c1e6a9d3b7842e1d",
  taken_at: at(3),
  received_at: at(2),
  author_name: "陈立诚",
};

const still = (id: string, rest: Partial<Still>): Still => ({
  id,
  consultation_id: "c8",
  camera: "close_up",
  state: "asked",
  asked_at: at(3),
  asked_by_name: "陈立诚",
  ...rest,
});

export const stills: Still[] = [
  still("s1", { state: "kept", ended_at: at(2), width: 1280, height: 720, document }),
  still("s2", { state: "failed", ended_at: at(1), failure: "wrong_digest" }),
  still("s3", { state: "failed", ended_at: at(1), failure: "camera_off" }),
  still("s4", { camera: "room", arrived_percent: 37, halted: true }),
  still("s5", { camera: "room", arrived_percent: 52 }),
];

export const stillPicture = { type: "image/png", base64: PICTURE };

/** As the relay says it when the home's box is away. */
export const refusedStill = {
  type: "https://yunzhen.dev/problems/home_not_in_call",
  title: "养老院设备不在通话中",
  status: 409,
  code: "home_not_in_call",
  detail: "养老院的终端目前没有连接，或正在另一会诊中。",
  action: "请等待连接恢复后再试。",
};
