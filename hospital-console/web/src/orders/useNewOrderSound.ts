import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

/** Says gently that an order came that was not there before; with two short tones when wanted. */
export function useNewOrderSound(ids: string[] | undefined, sound: boolean): void {
  const { t } = useTranslation("app");
  const known = useRef<Set<string>>(undefined);
  const list = ids?.join(",");
  useEffect(() => {
    if (list === undefined) return;
    const now = new Set(list === "" ? [] : list.split(","));
    const before = known.current;
    known.current = now;
    if (!before || [...now].every((id) => before.has(id))) return;
    notifications.show({ message: t("orders.newOrder"), color: "teal" });
    if (sound) chime();
  }, [list, sound, t]);
}

function chime(): void {
  const audio = new AudioContext();
  [660, 880].forEach((frequency, index) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + index * 0.18;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.12, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.16);
    if (index === 1) tone.onended = () => void audio.close();
  });
}
