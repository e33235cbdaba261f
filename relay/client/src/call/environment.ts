/** Everything of the outside world a `Call` needs. Tests pass their own. */
import type { Fetch } from "../api/http";
import { systemClock, type Clock } from "../live/clock";
import { openEventStreamWith, type OpenEventStream } from "../live/event-stream";
import { markMoment, type Moment } from "./moments";

export interface CallEnvironment {
  fetch: Fetch;
  openEvents: OpenEventStream;
  clock: Clock;
  random: () => number;
  createPeer: () => RTCPeerConnection;
  createStream: (tracks: MediaStreamTrack[]) => MediaStream;
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<MediaStream>;
  /** Where the leg id survives a reload of the page. */
  memory: { get(key: string): string | null; set(key: string, value: string): void; remove(key: string): void };
  /** Calls back when the browser says the network is there again. Returns the unsubscribe. */
  onOnline: (listener: () => void) => () => void;
  /** Codecs this browser can receive, for ordering; undefined where unknown. */
  videoCodecs?: () => RTCRtpCodec[] | undefined;
  /** Notes when a step of the join was done. */
  mark?: (moment: Moment) => void;
}

export function browserEnvironment(): CallEnvironment {
  const doFetch: Fetch = (input, init) => fetch(input, init);
  return {
    fetch: doFetch,
    openEvents: openEventStreamWith(doFetch),
    clock: systemClock,
    random: Math.random,
    // Default bundle policy: `max-bundle` would offer the later lines with port 0, which simple servers read as rejected.
    createPeer: () => new RTCPeerConnection(),
    createStream: (tracks) => new MediaStream(tracks),
    getUserMedia: (constraints) => {
      // Browsers hide `mediaDevices` on pages that are neither HTTPS nor localhost.
      if (!navigator.mediaDevices) return Promise.reject(new DOMException("insecure page", "NotSupportedError"));
      return navigator.mediaDevices.getUserMedia(constraints);
    },
    memory: {
      get: (key) => sessionStorage.getItem(key),
      set: (key, value) => sessionStorage.setItem(key, value),
      remove: (key) => sessionStorage.removeItem(key),
    },
    onOnline: (listener) => {
      window.addEventListener("online", listener);
      return () => window.removeEventListener("online", listener);
    },
    mark: markMoment,
    videoCodecs: () => RTCRtpReceiver.getCapabilities("video")?.codecs,
  };
}
