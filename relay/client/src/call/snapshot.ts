/** What a `Call` is given and what it shows. Types only. */
import type { HttpOptions } from "../api/http";
import type { ApiError } from "../api/problem";
import type { RoomState } from "../api/types";
import type { CallEnvironment } from "./environment";
import type { DeviceChoice, MediaProblem } from "./local-media";
import type { CallState } from "./machine";
import type { QualityReport } from "./quality";
import type { CallNotice } from "./room-events";

export interface CallOptions {
  consultationId: string;
  /** `/api` at the console, `/page` at the box. */
  basePath: "/api" | "/page";
  /** `browser`: this device's camera and microphone. `box`: the home's box publishes; this device may take over. */
  source: "browser" | "box";
  environment?: CallEnvironment;
  http?: Pick<HttpOptions, "csrfToken" | "language" | "onSignedOut">;
  devices?: DeviceChoice;
}

export interface CallSnapshot {
  state: CallState;
  /** Why this person was not let in, and what can be done about it. */
  refusal?: ApiError;
  /** Since when the present phase lasts. */
  since: number;
  /** Since when the call has been up for the first time. */
  startedAt?: number;
  room?: RoomState;
  /** This device's camera and microphone are being opened, or the browser asks the person for them. */
  opening: boolean;
  /** Whether `room` is live; false while its event stream is away. */
  roomLive: boolean;
  /** Media of the others, by participant id. Objects stay the same while the participant stays. */
  streams: ReadonlyMap<string, MediaStream>;
  /** What of this side the others see, for the self view. */
  selfStream?: MediaStream;
  /** Whose camera `selfStream` is: this device's, or the box's as the box previews it. */
  selfSource?: "device" | "box";
  audio: "on" | "muted" | "none";
  video: "on" | "off" | "none";
  audioProblem?: MediaProblem;
  videoProblem?: MediaProblem;
  quality?: QualityReport;
  devices: DeviceChoice;
  notice?: CallNotice;
}
