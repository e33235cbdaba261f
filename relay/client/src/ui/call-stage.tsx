import { ActionIcon, Button, Group, Loader, Popover, Select, Stack, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconDeviceTabletOff,
  IconMaximize,
  IconMicrophone,
  IconMicrophoneOff,
  IconMinimize,
  IconPhone,
  IconPhoneOff,
  IconPictureInPicture,
  IconPlugConnectedX,
  IconSettings,
  IconVideo,
  IconVideoOff,
  IconVolume,
  type Icon,
} from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState, type ReactNode, type Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Participant, Rung } from "../api/types";
import type { Call } from "../call/call";
import type { EndReason } from "../call/machine";
import { goneFrom, awayOf } from "../call/room-events";
import type { CallSnapshot } from "../call/snapshot";
import { limitedPicture, shownQuality, type Interruption } from "../call/stage-quality";
import { isBelowFull } from "../chart/timeline";
import { useCall } from "./hooks";
import { Banner } from "./states";
import { LinkWords } from "./status";
import { Countdown } from "./time";
import "./call-stage.css";

/** Ends after which joining again leads nowhere. */
const FINAL: readonly EndReason[] = ["over", "cancelled"];

export interface CallStageProps {
  call: Call;
  /** Whose picture is large unless the person chooses another. */
  prefer: Participant["kind"];
  /** Why nothing passes between this side and the others: the picture stands still, and nothing is said of what they see. */
  interruption?: Interruption;
  /** Where the home is telephoned while its box is not in the call. */
  homePhone?: string;
  /** What the present participants' absence means to this person; default: "waiting for the other side". */
  waitingWords?: ReactNode;
  /** Shown over the picture when the call has ended; default: the reason in words and Rejoin. */
  endedContent?: ReactNode;
}

/** The picture area: main picture, others, self view, words about the connection, picture-in-picture, full screen, devices. */
export function CallStage({ call, prefer, interruption, homePhone, waitingWords, endedContent }: CallStageProps) {
  const { t } = useTranslation();
  const snapshot = useCall(call);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [sink, setSink] = useState<string | undefined>(undefined);
  const [blocked, setBlocked] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const mainVideo = useRef<HTMLVideoElement>(null);
  const { room, streams, state } = snapshot;
  const others = (room?.participants ?? []).filter((participant) => participant.id !== room?.you);
  const main =
    others.find((participant) => participant.id === chosen) ??
    others.find((participant) => participant.kind === prefer) ??
    others[0];
  const rest = others.filter((participant) => participant !== main);
  const ownCamera = room?.participants.find((participant) => participant.id === room.you)?.camera;
  const selfWords = snapshot.selfSource === "box" && ownCamera ? t(`call.homeCamera.${ownCamera}`) : t("call.self");
  // A home whose box is away is told also while somebody else is on the stage.
  const away = awayOf(snapshot.room);
  const onBlocked = useCallback(() => setBlocked(true), []);
  const playAll = (): void => {
    setBlocked(false);
    for (const video of stage.current?.querySelectorAll("video") ?? []) {
      video.play().catch(() => setBlocked(true));
    }
  };
  return (
    <div ref={stage} className="yz-stage" role="region" aria-label={t("call.stage")}>
      <div className="yz-stage-main">
        {main && state.phase !== "ended" && (
          <StreamVideo
            ref={mainVideo}
            stream={streams.get(main.id)}
            testId="main-video"
            label={main.display_name}
            sink={sink}
            onBlocked={onBlocked}
          />
        )}
      </div>
      <StageWords
        snapshot={snapshot}
        main={main}
        interruption={interruption}
        homePhone={homePhone}
        waitingWords={waitingWords}
        endedContent={endedContent}
        call={call}
      />
      <div className="yz-stage-top">
        {main && state.phase !== "ended" && (
          <span className="yz-stage-label">
            {main.display_name}
            {main.audio === "muted" && <IconMicrophoneOff size={18} aria-label={t("call.muted")} />}
          </span>
        )}
        <span role="status">
          {state.phase === "live" && !interruption && main?.tablet === "lost" && main.link !== "lost" && (
            <span className="yz-stage-label yz-stage-warning" data-testid="tablet-lost">
              <IconDeviceTabletOff size={18} aria-hidden />
              {t("call.tabletLost")}
            </span>
          )}
        </span>
        <span role="status">
          {state.phase === "live" && main && away && (
            <span className="yz-stage-label yz-stage-warning" data-testid={`box-${away.reason}`}>
              <IconPlugConnectedX size={18} aria-hidden />
              {t(`call.notice.${away.reason}`, { name: away.display_name })}
              {away.reason === "revoked" && <Telephone phone={homePhone} />}
            </span>
          )}
        </span>
        {state.phase === "live" && !interruption && main && <PictureWords snapshot={snapshot} main={main} />}
        {state.phase === "live" && main && <QualityWords snapshot={snapshot} main={main} interruption={interruption} />}
        {state.phase === "live" && !interruption && main?.link !== "lost" && main?.video === "on" && (
          <RungWords rung={main.rung} />
        )}
        {state.phase === "live" && snapshot.startedAt !== undefined && (
          <span className="yz-stage-label">
            <VisuallyHidden>{t("call.duration")}</VisuallyHidden>
            <Countdown from={snapshot.startedAt} />
          </span>
        )}
      </div>
      <div className="yz-stage-tools">
        <PictureInPicture video={mainVideo} />
        <FullScreen stage={stage} />
        <DeviceMenu call={call} sink={sink} onSink={setSink} />
      </div>
      {state.phase !== "ended" && (
        <div className="yz-stage-strip">
          {rest.map((participant) => (
            <button
              key={participant.id}
              type="button"
              className="yz-stage-tile"
              onClick={() => setChosen(participant.id)}
              title={participant.display_name}
            >
              <StreamVideo
                stream={streams.get(participant.id)}
                testId={`video-${participant.kind}`}
                label={participant.display_name}
                sink={sink}
                onBlocked={onBlocked}
              />
              <span className="yz-stage-label">
                <span>{participant.display_name}</span>
                {participant.audio === "muted" && <IconMicrophoneOff size={16} aria-label={t("call.muted")} />}
              </span>
            </button>
          ))}
          {snapshot.selfStream && (
            // As in a mirror, but not a camera that looks at the room.
            <div className={`yz-stage-tile${snapshot.selfSource === "device" ? " yz-mirror" : ""}`}>
              <StreamVideo stream={snapshot.selfStream} testId="self-video" label={t("call.selfView")} muted />
              <span className="yz-stage-label">
                <span>{selfWords}</span>
                {snapshot.audio === "muted" && <IconMicrophoneOff size={16} aria-label={t("call.muted")} />}
                {snapshot.video === "off" && <IconVideoOff size={16} aria-hidden />}
              </span>
            </div>
          )}
        </div>
      )}
      {blocked && (
        <div className="yz-stage-centre" style={{ zIndex: 4 }}>
          <Button size="lg" leftSection={<IconVolume aria-hidden />} onClick={playAll}>
            {t("call.tapToPlay")}
          </Button>
        </div>
      )}
      <Announcer snapshot={snapshot} />
    </div>
  );
}

/** A `<video>` that plays one participant. */
export function StreamVideo({
  stream,
  testId,
  label,
  muted = false,
  sink,
  onBlocked,
  ref,
}: {
  stream: MediaStream | undefined;
  testId: string;
  label: string;
  muted?: boolean;
  sink?: string;
  onBlocked?: () => void;
  ref?: Ref<HTMLVideoElement>;
}) {
  const own = useRef<HTMLVideoElement | null>(null);
  useEffect(() => {
    const video = own.current;
    if (!video) return;
    if (video.srcObject !== (stream ?? null)) video.srcObject = stream ?? null;
    if (!stream) return;
    video.play().catch((error: unknown) => {
      // AbortError only says that a newer stream took over.
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked?.();
    });
  }, [stream, onBlocked]);
  useEffect(() => {
    const video = own.current;
    if (sink !== undefined && video && "setSinkId" in video) {
      video.setSinkId(sink).catch(() => {
        // The speaker is gone: the browser stays with the default one.
      });
    }
  }, [sink]);
  return (
    <video
      ref={(element) => {
        own.current = element;
        if (typeof ref === "function") ref(element);
        else if (ref) ref.current = element;
      }}
      data-testid={testId}
      aria-label={label}
      autoPlay
      playsInline
      muted={muted}
    />
  );
}

/** How the connection is, in words; nothing before there is a picture to speak of. */
function QualityWords({
  snapshot,
  main,
  interruption,
}: {
  snapshot: CallSnapshot;
  main: Participant;
  interruption?: Interruption;
}) {
  const { t } = useTranslation();
  const level = shownQuality(snapshot, main, interruption);
  if (level === undefined) return null;
  return <LinkWords level={level} words={t(`call.quality.${level}`)} rttMs={snapshot.quality?.rtt_ms} />;
}

/** On which step of the ladder the home's picture is; nothing while it is the full one. */
export function RungWords({ rung }: { rung: Rung | null | undefined }) {
  const { t } = useTranslation();
  return (
    <span role="status">
      {isBelowFull(rung) && (
        <span className="yz-stage-label" data-testid="rung">
          {t(`rungNow.${rung}`)}
        </span>
      )}
    </span>
  );
}

/** That one side's link does not take all of the picture. */
function PictureWords({ snapshot, main }: { snapshot: CallSnapshot; main: Participant }) {
  const { t } = useTranslation();
  const limited = limitedPicture(snapshot, main);
  return (
    <span role="status">
      {limited && (
        <span className="yz-stage-label yz-stage-warning" data-testid="picture-limited">
          <IconVideoOff size={18} aria-hidden />
          {t(`call.pictures.${limited.side}.${limited.pictures}`)}
        </span>
      )}
    </span>
  );
}

function StageWords({
  snapshot,
  main,
  interruption,
  homePhone,
  waitingWords,
  endedContent,
  call,
}: {
  snapshot: CallSnapshot;
  main: Participant | undefined;
  interruption?: Interruption;
  homePhone?: string;
  waitingWords?: ReactNode;
  endedContent?: ReactNode;
  call: Call;
}) {
  const { t } = useTranslation();
  const { state } = snapshot;
  if (state.phase === "ended") {
    return (
      <div className="yz-stage-centre yz-opaque">
        {endedContent ?? (
          <>
            <IconPhoneOff size={40} aria-hidden />
            <div data-testid="call-ended">{t(`call.ended.${state.reason}`)}</div>
            {state.reason === "refused" && snapshot.refusal && (
              <>
                <strong>{snapshot.refusal.detail ?? snapshot.refusal.problem.title}</strong>
                <span>{snapshot.refusal.action}</span>
              </>
            )}
            {!FINAL.includes(state.reason) && <Button onClick={() => call.start()}>{t("call.rejoin")}</Button>}
          </>
        )}
      </div>
    );
  }
  if (interruption === "revoked" || (interruption && state.phase === "live")) {
    // The picture of before is still to be seen through it. What to do is the page's to say.
    return (
      <div className="yz-stage-centre" data-testid={`interrupted-${interruption}`}>
        {interruption === "revoked" ? <IconPlugConnectedX size={40} aria-hidden /> : <Loader color="white" />}
        <strong>{t(`call.interrupted.${interruption}`)}</strong>
        {state.phase === "live" && main?.video === "on" && <span>{t("call.interrupted.still")}</span>}
      </div>
    );
  }
  if (state.phase === "connecting" && state.held) {
    return (
      <div className="yz-stage-centre" data-testid="call-held">
        <Loader color="white" />
        <strong>{t(`call.held.${state.held}`)}</strong>
        {waitingWords}
      </div>
    );
  }
  if (state.phase !== "live") {
    const words =
      state.phase === "connecting" && state.attempt > 0
        ? t("call.phase.connectingAgain", { n: state.attempt + 1 })
        : t(`call.phase.${state.phase}`);
    return (
      <div className="yz-stage-centre">
        {state.phase !== "idle" && <Loader color="white" />}
        <div>{words}</div>
      </div>
    );
  }
  if (!main) {
    const gone = goneFrom(snapshot.room);
    if (gone?.reason === "revoked")
      return (
        <div className="yz-stage-centre" data-testid="box-revoked">
          <IconPlugConnectedX size={40} aria-hidden />
          <strong>{t("call.notice.revoked", { name: gone.display_name })}</strong>
          <span>{t("call.boxRevoked")}</span>
          <Telephone phone={homePhone} />
        </div>
      );
    if (gone?.reason === "elsewhere")
      return (
        <div className="yz-stage-centre" data-testid="box-elsewhere">
          <Loader color="white" />
          <strong>{t("call.notice.elsewhere", { name: gone.display_name })}</strong>
          <span>{t("call.boxElsewhere")}</span>
        </div>
      );
    return (
      <div className="yz-stage-centre" data-testid="call-waiting">
        {gone && (
          <strong>{t(`call.notice.${gone.reason === "crash" ? "lost" : "left"}`, { name: gone.display_name })}</strong>
        )}
        {gone ? <span>{t("call.mayReturn")}</span> : (waitingWords ?? t("call.waitingFor"))}
        {gone?.kind === "home" && <Telephone phone={homePhone} />}
      </div>
    );
  }
  if (main.link === "lost") {
    return (
      <div className="yz-stage-centre">
        <Loader color="white" />
        <div>{t("call.notice.lost", { name: main.display_name })}</div>
        <div>{t("call.mayReturn")}</div>
        {main.kind === "home" && <Telephone phone={homePhone} />}
      </div>
    );
  }
  if (main.video !== "on") {
    return (
      <div className="yz-stage-centre yz-opaque">
        <IconVideoOff size={40} aria-hidden />
        <div>{t(main.video === "off" ? "call.cameraOff" : "call.noVideo", { name: main.display_name })}</div>
      </div>
    );
  }
  return null;
}

/** The number to call where the words say to telephone. */
function Telephone({ phone }: { phone: string | undefined }) {
  const { t } = useTranslation();
  if (!phone) return null;
  return (
    <a className="yz-stage-phone" href={`tel:${phone}`} data-testid="home-phone">
      <IconPhone size={18} aria-hidden />
      {t("call.homePhone", { phone })}
    </a>
  );
}

/** Comings and goings, said once, also to a screen reader. */
function Announcer({ snapshot }: { snapshot: CallSnapshot }) {
  const { t } = useTranslation();
  const { notice } = snapshot;
  const [shown, setShown] = useState<CallSnapshot["notice"]>(undefined);
  useEffect(() => {
    setShown(notice);
    if (!notice) return;
    const timer = setTimeout(() => setShown(undefined), 6000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div role="status" style={{ position: "absolute", zIndex: 3, left: 12, top: 60 }}>
      {shown && <span className="yz-stage-label">{t(`call.notice.${shown.kind}`, { name: shown.name })}</span>}
    </div>
  );
}

function ToolButton({ icon: Glyph, label, onClick }: { icon: Icon; label: string; onClick: () => void }) {
  return (
    <ActionIcon size={44} variant="filled" color="dark" onClick={onClick} title={label} aria-label={label}>
      <Glyph size={22} aria-hidden />
    </ActionIcon>
  );
}

function PictureInPicture({ video }: { video: { current: HTMLVideoElement | null } }) {
  const { t } = useTranslation();
  if (typeof document === "undefined" || !document.pictureInPictureEnabled) return null;
  const toggle = async (): Promise<void> => {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else if (video.current && video.current.readyState > 0) await video.current.requestPictureInPicture();
  };
  return (
    <ToolButton
      icon={IconPictureInPicture}
      label={t("call.pictureInPicture")}
      onClick={() => void toggle().catch(() => {})}
    />
  );
}

function FullScreen({ stage }: { stage: { current: HTMLDivElement | null } }) {
  const { t } = useTranslation();
  const [full, setFull] = useState(false);
  useEffect(() => {
    const listen = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", listen);
    return () => document.removeEventListener("fullscreenchange", listen);
  }, []);
  const toggle = (): void => {
    const done = full ? document.exitFullscreen() : stage.current?.requestFullscreen();
    // Refused by the browser's policy: the picture stays as it is.
    void done?.catch(() => {});
  };
  return (
    <ToolButton
      icon={full ? IconMinimize : IconMaximize}
      label={t(full ? "call.exitFullScreen" : "call.fullScreen")}
      onClick={toggle}
    />
  );
}

function DeviceMenu({ call, sink, onSink }: { call: Call; sink: string | undefined; onSink: (id: string) => void }) {
  const { t } = useTranslation();
  const { devices } = useCall(call);
  const [all, setAll] = useState<MediaDeviceInfo[]>([]);
  const refresh = useCallback((): void => {
    navigator.mediaDevices?.enumerateDevices().then(setAll, () => setAll([]));
  }, []);
  useEffect(() => {
    refresh();
    navigator.mediaDevices?.addEventListener("devicechange", refresh);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", refresh);
  }, [refresh]);
  const options = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== "")
      .map((device, position) => ({
        value: device.deviceId,
        label: device.label || `${t("call.defaultDevice")} ${position + 1}`,
      }));
  const label = t("call.devices");
  return (
    <Popover position="bottom-end" width={320} withinPortal={false} onOpen={refresh} trapFocus>
      <Popover.Target>
        <ActionIcon size={44} variant="filled" color="dark" title={label} aria-label={label}>
          <IconSettings size={22} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {(
            [
              ["audioinput", "microphone", devices.audio, (id: string) => void call.setDevice("audio", id)],
              ["videoinput", "camera", devices.video, (id: string) => void call.setDevice("video", id)],
              ["audiooutput", "speaker", sink, onSink],
            ] as const
          ).map(([kind, word, value, choose]) => (
            <Select
              key={kind}
              label={t(`call.${word}`)}
              placeholder={t("call.defaultDevice")}
              data={options(kind)}
              value={value ?? null}
              onChange={(id) => id && choose(id)}
              comboboxProps={{ withinPortal: false }}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Microphone, camera, extra buttons, hang up: the row for a desktop. A tablet draws its own large bar. */
export function CallControls({
  call,
  children,
  onHangUp,
}: {
  call: Call;
  children?: ReactNode;
  onHangUp?: () => void;
}) {
  const { t } = useTranslation();
  const { audio, video, state } = useCall(call);
  const off = state.phase === "ended" || state.phase === "idle";
  return (
    <div className="yz-stage-controls" role="toolbar" aria-label={t("call.stage")}>
      <Button
        variant={audio === "muted" ? "filled" : "default"}
        color={audio === "muted" ? "red" : undefined}
        disabled={off || audio === "none"}
        aria-pressed={audio === "muted"}
        leftSection={
          audio === "on" ? <IconMicrophone size={20} aria-hidden /> : <IconMicrophoneOff size={20} aria-hidden />
        }
        onClick={() => call.setMuted(audio === "on")}
      >
        {t(audio === "muted" ? "call.unmute" : "call.mute")}
      </Button>
      <Button
        variant={video === "off" ? "filled" : "default"}
        color={video === "off" ? "red" : undefined}
        disabled={off}
        aria-pressed={video === "off"}
        leftSection={video === "on" ? <IconVideo size={20} aria-hidden /> : <IconVideoOff size={20} aria-hidden />}
        onClick={() => void call.setCameraOff(video === "on")}
      >
        {t(video === "on" ? "call.cameraOffAction" : "call.cameraOnAction")}
      </Button>
      {children}
      {onHangUp && (
        <Button color="red" disabled={off} leftSection={<IconPhoneOff size={20} aria-hidden />} onClick={onHangUp}>
          {t("call.hangUp")}
        </Button>
      )}
    </div>
  );
}

/** Why this device's camera or microphone is not there (yet). */
export function MediaProblems({ call }: { call: Call }) {
  const { t } = useTranslation();
  const { opening, audioProblem, videoProblem } = useCall(call);
  // Opening takes a moment; the words are for the person whom the browser asks.
  const asked = useDebouncedValue(opening, 1000)[0] && opening;
  if (!asked && !audioProblem && !videoProblem) return null;
  return (
    <Group gap="xs">
      {asked && (
        <Banner meaning="waiting" role="status">
          {t("call.opening")}
        </Banner>
      )}
      {audioProblem && (
        <Banner meaning="person" role="status">
          {t(`call.mediaProblem.${audioProblem}`, { device: t("call.microphone") })}
        </Banner>
      )}
      {videoProblem && (
        <Banner meaning="person" role="status">
          {t(`call.mediaProblem.${videoProblem}`, { device: t("call.camera") })}
        </Banner>
      )}
    </Group>
  );
}
