import { useEffect } from "react";
import { playTone } from "../common/tone";

const EVERY_MS = 3000;

/** Three falling tones every three seconds while a call is unanswered. A browser that wants a press first stays silent until then. */
export function useRinging(ringing: boolean): void {
  useEffect(() => {
    if (!ringing) return;
    const audio = new AudioContext();
    const wake = () => void audio.resume();
    window.addEventListener("pointerdown", wake);
    window.addEventListener("keydown", wake);
    const ring = () => {
      if (audio.state === "running") tones(audio);
    };
    ring();
    const timer = setInterval(ring, EVERY_MS);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pointerdown", wake);
      window.removeEventListener("keydown", wake);
      void audio.close();
    };
  }, [ringing]);
}

function tones(audio: AudioContext): void {
  [988, 784, 659].forEach((frequency, index) => {
    playTone(audio, { frequency, volume: 0.25, at: audio.currentTime + index * 0.22, seconds: 0.2 });
  });
}
