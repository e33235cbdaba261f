import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { playTone } from "../common/tone";

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
    const tone = playTone(audio, { frequency, volume: 0.12, at: audio.currentTime + index * 0.18, seconds: 0.16 });
    if (index === 1) tone.onended = () => void audio.close();
  });
}
