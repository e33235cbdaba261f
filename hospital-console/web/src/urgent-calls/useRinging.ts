import { useEffect } from "react";

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
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + index * 0.22;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  });
}
