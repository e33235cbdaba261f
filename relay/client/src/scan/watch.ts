/** Opens the camera that looks away from the person and looks through it until there is a code, or says in one word why not. */
import { mediaProblem, type MediaProblem } from "../call/local-media";
import { openReader } from "./reader";

/** `reader`: the camera is there, but what reads codes could not be fetched. */
export type ScanProblem = MediaProblem | "reader";

export interface Watcher {
  /** The picture is to be seen. */
  onPicture: () => void;
  onCode: (code: string) => void;
  onProblem: (problem: ScanProblem) => void;
}

/** Between two looks at the picture. */
const LOOK_MS = 250;

/** Ends with the function that it returns. */
export function watch(video: HTMLVideoElement, { onPicture, onCode, onProblem }: Watcher): () => void {
  let over = false;
  let stream: MediaStream | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    over = true;
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
  };
  const begin = async (): Promise<void> => {
    // Without TLS a browser has no cameras to ask for.
    if (!("mediaDevices" in navigator)) return onProblem("insecure");
    const reader = openReader().catch(() => undefined);
    // Enough pixels for the small code on a pack.
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    if (over) return stop();
    video.srcObject = stream;
    await video.play();
    const look = await reader;
    if (over) return;
    if (!look) {
      stop();
      return onProblem("reader");
    }
    onPicture();
    const next = async (): Promise<void> => {
      const code = await look(video);
      if (over) return;
      if (code) onCode(code);
      else timer = setTimeout(() => void next(), LOOK_MS);
    };
    await next();
  };
  begin().catch((error: unknown) => {
    if (!over) onProblem(mediaProblem(error));
    stop();
  });
  return stop;
}
