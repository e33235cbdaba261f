import type { Call, Consultation } from "@yunzhen/client";
import { CallQuality, EmptyState, RecordingList, StillStrip } from "@yunzhen/client/ui";
import { Button, Text } from "@mantine/core";
import { IconCircleCheck, IconVideo } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { minutesBetween } from "../common/time";
import { LeftMessages } from "./LeftMessages";
import { LiveCall } from "./LiveCall";
import { useBegin } from "./useBegin";
import classes from "./ConsultationPage.module.css";

/** The picture while the visit is on; before and after it, what to do instead. */
export function PicturePanel({ call, consultation }: { call: Call | undefined; consultation: Consultation }) {
  const { t } = useTranslation("app");
  return (
    <>
      {consultation.state === "in_progress" ? (
        <LiveCall call={call} consultation={consultation} />
      ) : consultation.ended_at ? (
        <>
          <Ended consultation={consultation} />
          <RecordingList consultationId={consultation.id} playable />
          <StillStrip consultationId={consultation.id} thumbnails over />
          {consultation.began_at && <CallQuality consultationId={consultation.id} live={false} />}
        </>
      ) : (
        <NotBegun consultation={consultation} />
      )}
      <LeftMessages consultation={consultation} />
      <div className={classes.below}>
        <Text size="sm" c="dimmed">
          {t("consultations.visit.reasonLabel")}
        </Text>
        <Text>{consultation.reason}</Text>
      </div>
    </>
  );
}

function Ended({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const minutes = minutesBetween(
    consultation.began_at ?? consultation.requested_at,
    Date.parse(consultation.ended_at ?? consultation.requested_at),
  );
  return (
    <div className={classes.centre}>
      <EmptyState
        icon={IconCircleCheck}
        title={
          consultation.state === "completed"
            ? t("consultations.visit.ended")
            : t(`shared:consultation.state.${consultation.state}`)
        }
        hint={t("consultations.visit.endedHint", { minutes })}
        action={
          <Button component={Link} to="/consultations">
            {t("consultations.visit.toWaitingRoom")}
          </Button>
        }
      />
    </div>
  );
}

function NotBegun({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const begin = useBegin();
  const mayBegin = consultation.allowed.includes("begin");
  return (
    <div className={classes.centre}>
      {begin.problem}
      <EmptyState
        icon={IconVideo}
        title={t("consultations.visit.notBegun")}
        hint={t("consultations.visit.notBegunHint")}
        action={
          mayBegin ? (
            <Button loading={begin.pendingId !== undefined} onClick={() => begin.begin(consultation)}>
              {t("consultations.visit.begin")}
            </Button>
          ) : undefined
        }
      />
    </div>
  );
}
