/** Camera and microphone of this device: acquire what is there, say in one word what is not. */

export type MediaProblem = "denied" | "not_found" | "in_use" | "insecure" | "failed";

export interface DeviceChoice {
  audio?: string;
  video?: string;
}

export interface Wanted {
  audio: boolean;
  video: boolean;
}

export interface LocalMedia {
  audio?: MediaStreamTrack;
  video?: MediaStreamTrack;
  audioProblem?: MediaProblem;
  videoProblem?: MediaProblem;
}

type GetUserMedia = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

export function constraints(wanted: Wanted, choice: DeviceChoice): MediaStreamConstraints {
  return {
    audio: wanted.audio
      ? {
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
          ...(choice.audio ? { deviceId: { exact: choice.audio } } : {}),
        }
      : false,
    video: wanted.video
      ? {
          width: { ideal: 1280 },
          height: { ideal: 720 },
          frameRate: { ideal: 30, max: 30 },
          ...(choice.video ? { deviceId: { exact: choice.video } } : { facingMode: "user" }),
        }
      : false,
  };
}

export function mediaProblem(error: unknown): MediaProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "not_found";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    case "NotSupportedError":
      return "insecure";
    default:
      return "failed";
  }
}

/** Never rejects: a person without a camera can still hear, see and speak. */
export async function acquire(getUserMedia: GetUserMedia, wanted: Wanted, choice: DeviceChoice): Promise<LocalMedia> {
  if (!wanted.audio && !wanted.video) return {};
  const one = async (part: Wanted, using: DeviceChoice): Promise<MediaStream> => {
    try {
      return await getUserMedia(constraints(part, using));
    } catch (error) {
      // A remembered device that was unplugged must not silence the call.
      if (mediaProblem(error) === "not_found" && (using.audio || using.video))
        return getUserMedia(constraints(part, {}));
      throw error;
    }
  };
  try {
    const stream = await one(wanted, choice);
    return { audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0] };
  } catch (both) {
    if (!(wanted.audio && wanted.video)) {
      const problem = mediaProblem(both);
      return wanted.audio ? { audioProblem: problem } : { videoProblem: problem };
    }
    const result: LocalMedia = {};
    try {
      result.audio = (await one({ audio: true, video: false }, choice)).getAudioTracks()[0];
    } catch (error) {
      result.audioProblem = mediaProblem(error);
    }
    try {
      result.video = (await one({ audio: false, video: true }, choice)).getVideoTracks()[0];
    } catch (error) {
      result.videoProblem = mediaProblem(error);
    }
    return result;
  }
}
