import { Button, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconClock,
  IconPlayerPlay,
  IconPlayerRecord,
  IconPlayerStop,
  IconRefresh,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Recording, RecordingGap } from "../api/types";
import { useAction, useFormats } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert } from "./states";
import "./recordings.css";

/** That it began, stopped or was kept is told by the live events; only how far it has come is asked for. */
const PROGRESS_MS = 3000;
const RUNNING_MS = 10_000;

const keyOf = (consultationId: string): readonly string[] => ["consultations", "recordings", consultationId];

const isRunning = ({ state }: Recording): boolean => state === "asked" || state === "recording";
const isComing = ({ state }: Recording): boolean => state === "backfilling" || state === "assembling";

/** The recordings of a consultation, oldest first. */
export function useRecordings(consultationId: string) {
  const api = useApi();
  return useQuery({
    queryKey: keyOf(consultationId),
    queryFn: () => api.recordings.of(consultationId),
    // That the hospital cannot store it is no event.
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(isComing) ? PROGRESS_MS : data?.items.some(isRunning) ? RUNNING_MS : false,
  });
}

/** Starts and stops the recording of the home's side. */
export function RecordButton({ consultationId, disabled }: { consultationId: string; disabled?: boolean }) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const queries = useQueryClient();
  const { data } = useRecordings(consultationId);
  const running = data?.items.find(isRunning);
  const refresh = { onSuccess: () => void queries.invalidateQueries({ queryKey: keyOf(consultationId) }) };
  const start = useAction((_: undefined, key) => api.recordings.start(consultationId, key), refresh);
  const stop = useAction((id: string, key) => api.recordings.stop(id, key), refresh);
  return (
    <>
      <Button
        leftSection={running ? <IconPlayerStop size={20} aria-hidden /> : <IconPlayerRecord size={20} aria-hidden />}
        variant="default"
        title={t(running ? "recordings.stopHint" : "recordings.startHint")}
        disabled={disabled}
        loading={start.isPending || stop.isPending}
        onClick={() => (running ? stop.mutate(running.id) : start.mutate(undefined))}
        data-testid="record-call"
      >
        {t(running ? "recordings.stop" : "recordings.start")}
      </Button>
      {start.isError && <ProblemAlert error={start.error} />}
      {stop.isError && <ProblemAlert error={stop.error} />}
    </>
  );
}

/** That the home's side is being recorded, for everyone who is filmed, and what hinders it. */
export function RecordingSign({ consultationId }: { consultationId: string }) {
  const { t } = useTranslation("shared");
  const { data } = useRecordings(consultationId);
  const running = data?.items.find(isRunning);
  if (!running) return null;
  return (
    <div className="yz-recording-sign" role="status" data-testid="recording-sign">
      <span className="yz-recording-dot" aria-hidden />
      <Text span size="sm" fw={600}>
        {t(running.state === "asked" ? "recordings.asked" : "recordings.running")}
      </Text>
      {running.trouble && (
        <Text span size="sm" className="yz-recording-trouble">
          <IconAlertTriangle size={18} aria-hidden /> {t(`recordings.trouble.${running.trouble}`)}
        </Text>
      )}
      {running.halted && (
        <Text span size="sm" className="yz-recording-trouble">
          <IconAlertTriangle size={18} aria-hidden /> {t("recordings.halted")}
        </Text>
      )}
    </div>
  );
}

/** What was recorded in a consultation, and how far each has come. `playable` costs each recording's bytes: not over a home's link. */
export function RecordingList({ consultationId, playable }: { consultationId: string; playable: boolean }) {
  const { t } = useTranslation("shared");
  const { data } = useRecordings(consultationId);
  const ended = data?.items.filter((recording) => !isRunning(recording)) ?? [];
  if (ended.length === 0) return null;
  return (
    <section className="yz-recordings" aria-label={t("recordings.title")} data-testid="recordings">
      <ul>
        {ended.map((recording) => (
          <li key={recording.id}>
            <Line recording={recording} playable={playable} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ recording, playable }: { recording: Recording; playable: boolean }) {
  const { t } = useTranslation("shared");
  const formats = useFormats();
  const time = formats.time(recording.began_at ?? recording.asked_at);
  if (recording.movie) return <Kept recording={recording} movie={recording.movie} time={time} playable={playable} />;
  if (recording.state === "stuck") return <Stuck recording={recording} time={time} />;
  if (recording.state === "failed") {
    return (
      <div className="yz-recording yz-recording-failed" role="status" data-testid="recording-failed">
        <IconAlertTriangle size={24} aria-hidden />
        <Text size="sm">
          {t("recordings.failed", { time, why: t(`recordings.failure.${recording.failure ?? "nothing"}`) })}
        </Text>
      </div>
    );
  }
  return (
    <div className="yz-recording" role="status" data-testid="recording-coming">
      <IconClock size={24} aria-hidden />
      <Text size="sm">
        {recording.halted
          ? t("recordings.halted")
          : recording.state === "assembling"
            ? t("recordings.assembling", { time })
            : typeof recording.arrived_percent === "number"
              ? t("recordings.coming", { time, percent: recording.arrived_percent })
              : t("recordings.waiting", { time })}
        {recording.stop_cause && recording.stop_cause !== "asked" && (
          <> {t(`recordings.stopped.${recording.stop_cause}`)}</>
        )}
      </Text>
    </div>
  );
}

/** It could not be made a file: who can do what about it, and the button for whom it is theirs. */
function Stuck({ recording, time }: { recording: Recording; time: string }) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const queries = useQueryClient();
  const retry = useAction((id: string, key) => api.recordings.retry(id, key), {
    onSuccess: () => void queries.invalidateQueries({ queryKey: keyOf(recording.consultation_id) }),
  });
  return (
    <div className="yz-recording yz-recording-failed" role="status" data-testid="recording-stuck">
      <IconAlertTriangle size={24} aria-hidden />
      <Text size="sm">{t("recordings.stuck", { time })}</Text>
      {recording.can_retry && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={20} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate(recording.id)}
          aria-label={t("recordings.retryOf", { time })}
          data-testid="recording-retry"
        >
          {t("recordings.retry")}
        </Button>
      )}
      {retry.isError && <ProblemAlert error={retry.error} />}
    </div>
  );
}

interface KeptProps {
  recording: Recording;
  movie: NonNullable<Recording["movie"]>;
  time: string;
  playable: boolean;
}

function Kept({ recording, movie, time, playable }: KeptProps) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const [open, setOpen] = useState(false);
  const length = clock(movie.duration_ms);
  return (
    <div className="yz-recording-kept" data-testid="recording-kept">
      <div className="yz-recording">
        {playable && !open && (
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={20} aria-hidden />}
            onClick={() => setOpen(true)}
            aria-label={t("recordings.playOf", { time })}
            data-testid="recording-play"
          >
            {t("recordings.play")}
          </Button>
        )}
        <Text size="sm">{t("recordings.kept", { time, length, name: recording.asked_by_name })}</Text>
      </div>
      {open && (
        <>
          {/* What is said is not written down: there is no track of words to offer. */}
          <video
            controls
            autoPlay
            preload="metadata"
            src={api.recordings.mediaUrl(recording.id)}
            aria-label={t("recordings.playOf", { time })}
            data-testid="recording-video"
          />
          <Text size="xs" className="yz-recording-digest">
            {t("recordings.digest")} {movie.sha256}
          </Text>
        </>
      )}
      {recording.troubles?.map((trouble) => (
        <Text size="sm" key={trouble} data-testid="recording-had-trouble">
          {t(`recordings.had.${trouble}`)}
        </Text>
      ))}
      {movie.gaps.map((gap) => (
        <Text size="sm" key={`${gap.at_ms}-${gap.reason}`} data-testid="recording-gap">
          {gapWords(gap, t)}
        </Text>
      ))}
    </div>
  );
}

function gapWords(gap: RecordingGap, t: (key: never, values?: never) => string): string {
  const say = t as unknown as (key: string, values?: Record<string, unknown>) => string;
  const why = say(`recordings.gap.${gap.reason}`);
  const at = clock(gap.at_ms);
  return gap.for_ms > 0
    ? say("recordings.gapFor", { at, length: clock(gap.for_ms), why })
    : say("recordings.gapAt", { at, why });
}

/** 1:02:03, or 2:03. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${hours > 0 ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
