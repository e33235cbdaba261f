interface Tone {
  frequency: number;
  /** At its start; it fades to nothing by its end. */
  volume: number;
  /** On the clock of `audio`. */
  at: number;
  seconds: number;
}

/** One short tone that fades. Which tones, and when, is the caller's to say. */
export function playTone(audio: AudioContext, { frequency, volume, at, seconds }: Tone): OscillatorNode {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(volume, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  tone.connect(gain).connect(audio.destination);
  tone.start(at);
  tone.stop(at + seconds);
  return tone;
}
