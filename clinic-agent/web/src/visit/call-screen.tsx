import { Button, Drawer, Menu, Modal, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconCamera,
  IconCameraRotate,
  IconDeviceTablet,
  IconHeartbeat,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPhotoPlus,
  IconVideo,
  IconVideoOff,
  IconZoomScan,
  type Icon,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Call, Consultation, ConsultationSummary, HomeCamera } from "@yunzhen/client";
import {
  AllergyBanner,
  Banner,
  CallStage,
  Guests,
  MediaProblems,
  Portrait,
  ProblemAlert,
  RecordingList,
  RecordingSign,
  RungWords,
  StillStrip,
  useAction,
  useApi,
  useCall,
  useTakeStills,
} from "@yunzhen/client/ui";
import { useEffect, useRef, useState, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useBox, useInterruption, useLink } from "../box/box-context";
import { RecordingQuestion } from "../consents/recording-question";
import { NextInRound } from "../rounds/next-in-round";
import "../rounds/rounds.css";
import { isCallable } from "../today/round";
import { useRound } from "../today/use-round";
import { ForwardPanel, useForward } from "./forward-panel";
import { earlyCall, ownCall } from "./own-call";
import { QueueWords } from "./queue-words";
import { UrgentWaits } from "./urgent-waits";
import { VitalsEntry } from "./vitals-entry";

const CAMERA_ICON: Record<HomeCamera, Icon> = { room: IconCamera, close_up: IconZoomScan, tablet: IconDeviceTablet };

/** The call that the press began, or a new one. What is drawn may be thrown away, so it is taken only once it is on the screen. */
function useConsultationCall(consultationId: string): Call {
  const queries = useQueryClient();
  const [call] = useState(() => earlyCall.of(consultationId) ?? ownCall(consultationId));
  useEffect(() => {
    earlyCall.take(consultationId);
    // One that was refused says so; this screen does not try again by itself.
    if (call.getSnapshot().state.phase === "idle") call.start();
    return () => {
      const known = queries.getQueryData<Consultation>(["consultations", consultationId]);
      // Over, and the box may not know of it: it waits for nobody there.
      if (known && !isCallable(known.state)) call.hangUp();
      call.dispose();
    };
  }, [call, consultationId, queries]);
  return call;
}

/**
 * The tablet already is the home's source when this page joins (no camera on the box, or chosen before a reload): send from
 * here again. Decided once: later the room's word may lag behind the nurse's choice.
 */
function useTabletAsSource(call: Call): void {
  const { state } = useCall(call);
  const { camera } = useActiveCamera(call);
  const decided = useRef(false);
  const live = state.phase === "live";
  useEffect(() => {
    if (decided.current || !live || camera === undefined) return;
    decided.current = true;
    // Without this device's camera the call goes on; MediaProblems says why there is no picture.
    if (camera === "tablet") call.switchHomeCamera("tablet").catch(() => undefined);
  }, [live, camera, call]);
}

/** The specialist begins this one: the box comes here, and the nurse need not wait for the next try. */
function useBeginning(call: Call, state: ConsultationSummary["state"]): void {
  useEffect(() => {
    if (state === "in_progress") call.tryHeld();
  }, [call, state]);
}

/** Whoever opens the tablet again is in the call again. */
function useUnlocked(call: Call): void {
  const { locked } = useBox();
  useEffect(() => {
    if (!locked) call.tryHeld();
  }, [locked, call]);
}

/** `beside`: what is known of it and of other consultations that want the box, once the consultation was read. */
export function CallScreen({
  consultation,
  beside,
}: {
  consultation: ConsultationSummary;
  beside?: Pick<Consultation, "outranked_by" | "outranks" | "recording_question" | "allowed" | "family_consent_lack">;
}) {
  const { t } = useTranslation();
  const call = useConsultationCall(consultation.id);
  const snapshot = useCall(call);
  const link = useLink();
  const { status } = useBox();
  const forward = useForward();
  const interruption = useInterruption();
  useTabletAsSource(call);
  useBeginning(call, consultation.state);
  useUnlocked(call);
  const [vitalsOpen, vitals] = useDisclosure(false);
  const [endOpen, end] = useDisclosure(false);
  const { residents } = useRound();
  const resident = residents.data?.data.items.find((one) => one.id === consultation.resident.id);
  const ended = snapshot.state.phase === "ended";
  // The box films and records without a link for as long as the hospital's policy says, and no longer.
  const closed = snapshot.state.phase === "live" && status?.media?.state === "idle";
  // Nobody of this visit sees the home while the box is with another one.
  const heldBy = snapshot.state.phase === "connecting" ? snapshot.state.held : undefined;
  const held = heldBy !== undefined;
  const shut = heldBy === "tablet_locked";
  return (
    <div className={`nurse-call${ended ? " nurse-call-over" : ""}${shut ? " nurse-call-shut" : ""}`}>
      <header className="nurse-call-head">
        <Portrait person={{ ...consultation.resident, photo_url: resident?.photo_url }} size={40} />
        <Title order={1}>
          {consultation.resident.name} · {t("bed", { bed: consultation.resident.bed })}
        </Title>
        <AllergyBanner of={resident} />
        <Text className="nurse-call-reason" truncate>
          {consultation.reason}
        </Text>
      </header>
      {!link.online && !ended && (closed || (!forward && interruption !== "revoked")) && (
        <Banner meaning="person" role="status">
          {t(
            closed
              ? `app:call.${interruption === "revoked" ? "devicesClosedForBox" : "devicesClosed"}`
              : "app:call.linkLost",
          )}
        </Banner>
      )}
      {!ended && !held && <UrgentWaits call={call} waiting={beside?.outranked_by} />}
      {!ended && <ForwardPanel residentId={consultation.resident.id} consultationId={consultation.id} />}
      <NextInRound consultationId={consultation.id} />
      <MediaProblems call={call} />
      {!ended && beside?.recording_question && (
        <RecordingQuestion
          consultationId={consultation.id}
          residentId={consultation.resident.id}
          question={beside.recording_question}
        />
      )}
      <RecordingSign consultationId={consultation.id} />
      {!ended && link.online && beside?.allowed.includes("invitations") && (
        <div className="nurse-guests">
          <Guests consultationId={consultation.id} familyLack={beside.family_consent_lack} size="lg" />
        </div>
      )}
      <div className="nurse-stage">
        <CallStage
          call={call}
          prefer="specialist"
          interruption={interruption}
          waitingWords={
            shut ? undefined : (
              <>
                {held && consultation.state === "in_progress" ? (
                  <span>{t("app:call.taken", { name: consultation.specialist?.name })}</span>
                ) : (
                  <>
                    <strong>{t("app:call.waiting")}</strong>
                    {consultation.queue && (
                      <strong>
                        <QueueWords place={consultation.queue} />
                      </strong>
                    )}
                    <span>{t("app:call.waitingHint")}</span>
                  </>
                )}
                {held && beside?.outranks && <span>{t("app:call.outranks")}</span>}
              </>
            )
          }
        />
        {!ended && !held && !interruption && <OurPicture call={call} />}
        {!ended && !held && !interruption && <OurRung call={call} />}
      </div>
      <StillStrip consultationId={consultation.id} thumbnails={false} over={ended} />
      <RecordingList consultationId={consultation.id} playable={false} />
      <CallBar call={call} consultation={consultation} onVitals={vitals.open} onEnd={end.open} />
      <Drawer
        opened={vitalsOpen}
        onClose={vitals.close}
        position="right"
        size={640}
        overlayProps={{ backgroundOpacity: 0.1 }}
        title={t("app:vitals.title")}
        keepMounted={false}
      >
        <VitalsEntry residentId={consultation.resident.id} onSaved={vitals.close} />
      </Drawer>
      <EndDialog opened={endOpen} onClose={end.close} consultation={consultation} call={call} />
    </div>
  );
}

function useActiveCamera(call: Call): { camera: HomeCamera | undefined; cameras: HomeCamera[] } {
  const { status } = useBox();
  const { room } = useCall(call);
  const me = room?.participants.find((participant) => participant.id === room.you);
  const fromBox = status?.media?.camera;
  const camera = me?.camera ?? (fromBox && fromBox !== "none" ? fromBox : undefined);
  const cameras = [...new Set<HomeCamera>([...(status?.media?.cameras ?? []), "tablet"])];
  return { camera, cameras };
}

/** Which camera of this home the others see, beside the box's preview of it, while they see anything; the tablet's own picture needs no words. */
function OurPicture({ call }: { call: Call }) {
  const { t } = useTranslation();
  const { video, selfSource } = useCall(call);
  const { camera } = useActiveCamera(call);
  if (selfSource === "device") return null;
  const off = video !== "on" || camera === undefined;
  return (
    <div className="nurse-our-picture">
      {off ? <IconVideoOff size={20} aria-hidden /> : <IconVideo size={20} aria-hidden />}
      {off ? t("app:call.ourCameraOff") : t("app:call.ourCamera", { camera: t(`call.homeCamera.${camera}`) })}
    </div>
  );
}

/** On which step of the ladder this home's picture goes out, as the box itself knows. */
function OurRung({ call }: { call: Call }) {
  const { status } = useBox();
  const { state, video } = useCall(call);
  const media = status?.media;
  if (state.phase !== "live" || video !== "on" || media?.state !== "live") return null;
  return (
    <div className="nurse-our-rung">
      <RungWords rung={media.rung} />
    </div>
  );
}

interface CallBarProps {
  call: Call;
  consultation: ConsultationSummary;
  onVitals: () => void;
  onEnd: () => void;
}

function CallBar({ call, consultation, onVitals, onEnd }: CallBarProps) {
  const { t } = useTranslation();
  const { audio, video, state } = useCall(call);
  const { camera, cameras } = useActiveCamera(call);
  const off = state.phase === "ended" || state.phase === "idle";
  const muted = audio !== "on";
  const dark = video !== "on";
  const [problem, setProblem] = useState<unknown>();
  const still = useTakeStills(consultation.id);
  const { online } = useLink();
  const choose = (next: HomeCamera): void => {
    setProblem(undefined);
    call.switchHomeCamera(next).catch(setProblem);
  };
  return (
    <>
      {problem !== undefined && <ProblemAlert error={problem} />}
      {still.isError && <ProblemAlert error={still.error} />}
      <div className="nurse-bar" role="toolbar" aria-label={t("call.stage")}>
        <BarButton
          icon={muted ? IconMicrophoneOff : IconMicrophone}
          label={t(muted ? "app:call.microphoneOff" : "app:call.microphoneOn")}
          pressed={muted}
          disabled={off}
          onClick={() => call.setMuted(!muted)}
          data-testid="microphone"
        />
        <BarButton
          icon={dark ? IconVideoOff : IconVideo}
          label={t(dark ? "app:call.cameraOff" : "app:call.cameraOn")}
          pressed={dark}
          disabled={off}
          onClick={() => void call.setCameraOff(!dark)}
          data-testid="camera"
        />
        <Menu position="top" width={260}>
          <Menu.Target>
            <BarButton
              icon={camera ? CAMERA_ICON[camera] : IconCameraRotate}
              label={camera ? t(`call.homeCamera.${camera}`) : t("app:call.source")}
              title={t("app:call.source")}
              disabled={off}
              data-testid="home-camera"
            />
          </Menu.Target>
          <Menu.Dropdown>
            {cameras.map((one) => {
              const Glyph = CAMERA_ICON[one];
              return (
                <Menu.Item
                  key={one}
                  h={60}
                  leftSection={<Glyph size={24} aria-hidden />}
                  rightSection={one === camera ? "✓" : undefined}
                  onClick={() => choose(one)}
                >
                  {t(`call.homeCamera.${one}`)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
        <BarButton
          icon={IconPhotoPlus}
          label={t("stills.take")}
          disabled={off || dark || !online || consultation.state !== "in_progress" || still.isPending}
          onClick={() => still.mutate({ count: 1 })}
          data-testid="take-still"
        />
        <BarButton icon={IconHeartbeat} label={t("app:call.vitals")} onClick={onVitals} data-testid="vitals" />
        <BarButton icon={IconPhoneOff} label={t("app:call.end")} danger onClick={onEnd} data-testid="end" />
      </div>
    </>
  );
}

function BarButton({
  icon: Glyph,
  label,
  pressed,
  danger,
  ...rest
}: { icon: Icon; label: string; pressed?: boolean; danger?: boolean } & ComponentProps<"button">) {
  return (
    <button
      type="button"
      {...rest}
      aria-pressed={pressed}
      className={`nurse-bar-button ${pressed ? "nurse-bar-pressed" : ""} ${danger ? "nurse-bar-danger" : ""}`}
    >
      <Glyph size={30} aria-hidden />
      <span>{label}</span>
    </button>
  );
}

function EndDialog({
  opened,
  onClose,
  consultation,
  call,
}: {
  opened: boolean;
  onClose: () => void;
  consultation: ConsultationSummary;
  call: Call;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const begun = consultation.state === "in_progress";
  const finish = useAction(
    (input: { version: number; reason: string }, key) =>
      begun
        ? api.consultations.complete(consultation.id, input.version, key)
        : api.consultations.cancel(consultation.id, input.version, input.reason, key),
    {
      onSuccess: () => {
        call.hangUp();
        void queries.invalidateQueries({ queryKey: ["consultations"] });
      },
    },
  );
  return (
    <Modal opened={opened} onClose={onClose} title={t("app:call.endTitle")} size={560}>
      <Stack gap="md">
        {finish.error && <ProblemAlert error={finish.error} />}
        <Choice
          label={t("app:call.leave")}
          hint={t("app:call.leaveHint")}
          onClick={() => {
            call.hangUp();
            void navigate("/");
          }}
        />
        <Choice
          label={t(begun ? "app:call.complete" : "app:call.cancel")}
          hint={t(begun ? "app:call.completeHint" : "app:call.cancelHint")}
          danger
          loading={finish.isPending}
          onClick={() => finish.mutate({ version: consultation.version, reason: t("app:call.cancelReason") })}
        />
        <Button variant="default" size="xl" onClick={onClose}>
          {t("app:call.stay")}
        </Button>
      </Stack>
    </Modal>
  );
}

function Choice({
  label,
  hint,
  danger,
  ...rest
}: {
  label: string;
  hint: string;
  danger?: boolean;
  loading?: boolean;
  onClick: () => void;
}) {
  return (
    <div>
      <Button size="xl" fullWidth color={danger ? "red" : "teal"} {...rest}>
        {label}
      </Button>
      <Text c="dimmed" size="sm" mt={4}>
        {hint}
      </Text>
    </div>
  );
}
