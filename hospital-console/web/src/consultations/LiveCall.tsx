import type { Call, Consultation, HomeCamera, RoomState } from "@yunzhen/client";
import {
  CallControls,
  CallQuality,
  CallStage,
  Guests,
  MediaProblems,
  ProblemAlert,
  RecordButton,
  RecordingList,
  RecordingSign,
  StillStrip,
  TakeStill,
  useAction,
  useCall,
  useFormats,
} from "@yunzhen/client/ui";
import { SegmentedControl, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Invite } from "./Invite";
import { Participants } from "./Participants";
import { UrgentWaits } from "./UrgentWaits";
import classes from "./ConsultationPage.module.css";

/** The specialist's leg in the room of this visit. */
export function LiveCall({ call, consultation }: { call: Call | undefined; consultation: Consultation }) {
  return call ? <Stage call={call} consultation={consultation} /> : <div className={classes.stage} />;
}

function Stage({ call, consultation }: { call: Call; consultation: Consultation }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const { state, room } = useCall(call);
  const homePhone = useHomePhone(consultation.resident.home_id, isHomeAway(room));
  useEffect(() => {
    // Whoever ended it: the record knows the visit's state.
    if (state.phase === "ended") void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
  }, [state.phase, queryClient]);
  return (
    <div className={classes.stage}>
      <RecordingSign consultationId={consultation.id} />
      <UrgentWaits consultation={consultation} />
      <CallStage
        call={call}
        prefer="home"
        homePhone={homePhone}
        waitingWords={t(`consultations.picture.${waitsFor(consultation)}`)}
      />
      <MediaProblems call={call} />
      <div className={classes.controls}>
        <CallControls call={call}>
          <HomeCameraSwitch call={call} />
          <TakeStill consultationId={consultation.id} disabled={state.phase !== "live"} />
          {consultation.allowed.includes("recordings") && (
            <RecordButton consultationId={consultation.id} disabled={state.phase !== "live"} />
          )}
          <MayRecord question={consultation.recording_question} />
          <Invite consultationId={consultation.id} familyLack={consultation.family_consent_lack} />
        </CallControls>
      </div>
      <StillStrip consultationId={consultation.id} thumbnails />
      <CallQuality consultationId={consultation.id} live />
      <RecordingList consultationId={consultation.id} playable={false} />
      <Participants participants={room?.participants ?? []} you={room?.you ?? undefined} />
      {consultation.allowed.includes("invitations") && (
        <Guests consultationId={consultation.id} familyLack={consultation.family_consent_lack} />
      )}
    </div>
  );
}

/** What the resident said when the nurse asked whether this visit may be recorded; nothing where the hospital does not always ask. */
function MayRecord({ question }: { question: Consultation["recording_question"] }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  if (!question) return null;
  const { answer, answered_at, answered_by_name: name } = question;
  return (
    <Text size="sm" role="status" data-testid="may-record">
      {t(`consultations.mayRecord.${answer ?? "asked"}`, { name, time: answered_at ? formats.time(answered_at) : "" })}
    </Text>
  );
}

/** The home was in the call and is not heard now, though its box is not known to be busy with another resident. */
function isHomeAway(room: RoomState | undefined): boolean {
  const home = room?.participants.find((participant) => participant.kind === "home");
  return home
    ? home.link === "lost"
    : (room?.departed?.some(({ kind, reason }) => kind === "home" && reason !== "elsewhere") ?? false);
}

/** The telephone of the nurses' station, asked for only when somebody has to call it. */
function useHomePhone(homeId: string, isWanted: boolean): string | undefined {
  const { data } = useQuery({
    queryKey: keys.homes,
    queryFn: () => api.homes.list(),
    staleTime: 600_000,
    enabled: isWanted,
  });
  return isWanted ? data?.items.find((home) => home.id === homeId)?.phone : undefined;
}

/** Why the home is not seen yet. */
function waitsFor({ link, outranks }: Consultation): "waitingHome" | "busyHome" | "busyHomeUrgent" {
  if (link !== "busy") return "waitingHome";
  return outranks ? "busyHomeUrgent" : "busyHome";
}

const CAMERAS: HomeCamera[] = ["room", "close_up"];

function HomeCameraSwitch({ call }: { call: Call }) {
  const { t } = useTranslation("app");
  const { room, state } = useCall(call);
  const home = room?.participants.find((participant) => participant.kind === "home");
  const change = useAction((camera: HomeCamera) => call.switchHomeCamera(camera));
  if (!home) return null;
  const shown = home.camera === "tablet" ? [...CAMERAS, "tablet" as const] : CAMERAS;
  return (
    <>
      <SegmentedControl
        aria-label={t("consultations.picture.homeCamera")}
        value={(change.isPending ? change.variables : home.camera) ?? "room"}
        disabled={state.phase !== "live"}
        onChange={(camera) => change.mutate(camera as HomeCamera)}
        data={shown.map((value) => ({ value, label: t(`shared:call.homeCamera.${value}`) }))}
      />
      {change.isError && <ProblemAlert error={change.error} />}
    </>
  );
}
