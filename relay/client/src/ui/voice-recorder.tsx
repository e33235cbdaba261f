import { Button, Group, Stack, Text } from "@mantine/core";
import { IconMicrophone, IconPlayerStopFilled, IconRefresh, IconSend } from "@tabler/icons-react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { browserVoice, lengthWords, LONGEST_MS, VoiceRecorder, type VoiceEnvironment } from "../voice/recorder";
import { ProblemAlert } from "./states";
import { Banner } from "./states";
import "./voice.css";

/** A message as the relay takes it, but for whose it is. */
export interface VoiceMessage {
  title: string;
  taken_at: string;
  content_base64: string;
}

export interface RecordVoiceProps {
  /** Resolves when it is kept; until then, and when it fails, the recording stays. */
  onSend: (message: VoiceMessage) => Promise<unknown>;
  sending: boolean;
  error?: unknown;
  /** Whether a message is being made: what holds it must not go away. */
  onBusy?: (busy: boolean) => void;
  /** `xl` where hands are busy. */
  size?: "md" | "xl";
  environment?: VoiceEnvironment;
}

/** Records a voice message of at most two minutes, plays it back, and hands it on. */
export function RecordVoice({ onSend, sending, error, onBusy, size = "xl", environment }: RecordVoiceProps) {
  const { t } = useTranslation("shared");
  const [recorder] = useState(() => new VoiceRecorder(environment ?? browserVoice()));
  const { state, level, elapsedMs } = useSyncExternalStore(recorder.subscribe, recorder.getSnapshot);
  useEffect(() => () => recorder.clear(), [recorder]);
  const busy = state.phase === "asking" || state.phase === "recording" || state.phase === "recorded";
  useEffect(() => onBusy?.(busy), [busy, onBusy]);
  const blob = state.phase === "recorded" ? state.blob : undefined;
  const url = useMemo(() => (blob ? URL.createObjectURL(blob) : undefined), [blob]);
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  const start = (): void => void recorder.start();

  if (state.phase === "recording") {
    const now = lengthWords(elapsedMs);
    return (
      <Group gap="md" className="yz-voice" data-testid="voice-recording">
        <Button
          size={size}
          color="red"
          leftSection={<IconPlayerStopFilled aria-hidden />}
          onClick={() => recorder.stop()}
        >
          {t("voice.stop")}
        </Button>
        <div
          className="yz-voice-level"
          role="meter"
          aria-label={t("voice.level")}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(level * 100)}
        >
          <span style={{ width: `${Math.round(level * 100)}%` }} />
        </div>
        <Text className="yz-voice-time">{t("voice.elapsed", { now, most: lengthWords(LONGEST_MS) })}</Text>
      </Group>
    );
  }
  if (state.phase === "recorded") {
    const { takenAt, lengthMs } = state;
    const send = async (): Promise<void> => {
      const content_base64 = await base64Of(state.blob);
      const title = t("voice.titleOf", { length: lengthWords(lengthMs) });
      await onSend({ title, taken_at: takenAt, content_base64 }).then(
        () => recorder.clear(),
        // Shown as `error`; the recording stays.
        () => undefined,
      );
    };
    return (
      <Stack gap="xs" data-testid="voice-recorded">
        <Text fw={600}>
          {t("voice.listen")} · {lengthWords(lengthMs)}
        </Text>
        <audio controls src={url} className="yz-voice-player" aria-label={t("voice.listen")} />
        {error !== undefined && error !== null && <ProblemAlert error={error} />}
        <Group gap="md">
          <Button
            size={size}
            variant="default"
            leftSection={<IconRefresh aria-hidden />}
            disabled={sending}
            onClick={() => recorder.clear()}
          >
            {t("voice.again")}
          </Button>
          <Button size={size} leftSection={<IconSend aria-hidden />} loading={sending} onClick={() => void send()}>
            {t("voice.send")}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      {state.phase === "failed" && (
        <Banner meaning="danger" role="alert">
          {t(`voice.failure.${state.why}`)}
        </Banner>
      )}
      <Group>
        <Button
          size={size}
          variant="default"
          leftSection={<IconMicrophone aria-hidden />}
          loading={state.phase === "asking"}
          onClick={start}
          data-testid="record-voice"
        >
          {t(state.phase === "failed" ? "voice.retry" : "voice.record")}
        </Button>
      </Group>
    </Stack>
  );
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  // In pieces: a call takes a bounded number of arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
