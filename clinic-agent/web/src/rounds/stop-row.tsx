import { ActionIcon, Button } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconDoorEnter,
  IconGripVertical,
  IconHeartbeat,
  IconVideo,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { RoundStop } from "@yunzhen/client";
import { ConsultationChip, ProblemAlert, StatusChip, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import type { PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isCallable } from "../today/round";
import { useEnter } from "../visit/use-enter";
import { LateChip } from "./late-chip";
import { isMeasured } from "./running-order";

/** One resident of the round: place, time planned and expected, vital signs, and what can be done now. */
export function StopRow({
  stop,
  place,
  dragged,
  onUp,
  onDown,
  onGrab,
  onMeasure,
}: {
  stop: RoundStop;
  place: number;
  dragged: boolean;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onGrab: ((event: PointerEvent) => void) | undefined;
  onMeasure: () => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { consultation, position } = stop;
  const { name, bed } = consultation.resident;
  const ahead = position === "next" || position === "later";
  const measured = isMeasured(stop, formats.zone);
  return (
    <li
      className={`nurse-stop nurse-stop-${position} ${dragged ? "nurse-stop-dragged" : ""}`}
      aria-current={position === "current" ? "step" : undefined}
      data-testid={`stop-${consultation.id}`}
      data-position={position}
    >
      <span className="nurse-stop-order">
        {onGrab ? (
          <>
            <span className="nurse-stop-handle" onPointerDown={onGrab} title={t("app:rounds.drag", { name })}>
              <IconGripVertical size={28} aria-hidden />
              {place + 1}
            </span>
            <ActionIcon
              size={48}
              variant="default"
              disabled={!onUp}
              onClick={onUp}
              aria-label={t("app:rounds.up", { name })}
            >
              <IconArrowUp aria-hidden />
            </ActionIcon>
            <ActionIcon
              size={48}
              variant="default"
              disabled={!onDown}
              onClick={onDown}
              aria-label={t("app:rounds.down", { name })}
            >
              <IconArrowDown aria-hidden />
            </ActionIcon>
          </>
        ) : (
          <span className="nurse-stop-handle nurse-stop-fixed">{place + 1}</span>
        )}
      </span>
      <span className="nurse-row-text">
        <span className="nurse-row-name">
          {t("bed", { bed })} {name}
          {position === "past" ? (
            <ConsultationChip state={consultation.state} />
          ) : (
            <StatusChip meaning={position === "current" ? "primary" : position === "next" ? "person" : "waiting"}>
              {t(`app:rounds.position.${position}`)}
            </StatusChip>
          )}
          {ahead && <LateChip minutes={stop.late_minutes} />}
        </span>
        <span className="nurse-row-sub">
          <span>{t("app:rounds.planned", { time: formats.time(stop.planned_at) })}</span>
          {(consultation.began_at || ahead) && (
            <strong>
              {t(consultation.began_at ? "app:rounds.began" : "app:rounds.expected", {
                time: formats.time(consultation.began_at ?? stop.expected_at),
              })}
            </strong>
          )}
          {position !== "past" && (
            <span className={measured ? "" : "nurse-stop-missing"}>
              {measured && stop.vital_signs_at
                ? t("app:rounds.measured", { time: formats.time(stop.vital_signs_at) })
                : t("app:rounds.notMeasured")}
            </span>
          )}
        </span>
      </span>
      <Commands stop={stop} onMeasure={onMeasure} />
    </li>
  );
}

function Commands({ stop, onMeasure }: { stop: RoundStop; onMeasure: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const enter = useEnter();
  const queries = useQueryClient();
  const { consultation, position } = stop;
  const checkIn = useAction((version: number, key) => api.schedule.checkIn(consultation.id, version, key), {
    onSuccess: (checkedIn) => {
      enter(checkedIn);
      for (const key of ["rounds", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <span className="nurse-stop-commands">
      {checkIn.error && <ProblemAlert error={checkIn.error} />}
      {position !== "past" && (
        <Button
          variant={position === "next" ? "filled" : "default"}
          size="lg"
          mih={60}
          leftSection={<IconHeartbeat aria-hidden />}
          onClick={onMeasure}
        >
          {t("app:rounds.vitals")}
        </Button>
      )}
      {isCallable(consultation.state) ? (
        <Button
          component={Link}
          to={`/consultations/${consultation.id}`}
          size="lg"
          mih={60}
          leftSection={<IconVideo aria-hidden />}
        >
          {t("app:rounds.join")}
        </Button>
      ) : position === "past" ? (
        <Button component={Link} to={`/consultations/${consultation.id}`} variant="default" size="lg" mih={60}>
          {t("app:rounds.open")}
        </Button>
      ) : (
        consultation.state === "scheduled" && (
          <Button
            variant="default"
            size="lg"
            mih={60}
            leftSection={<IconDoorEnter aria-hidden />}
            loading={checkIn.isPending}
            onClick={() => checkIn.mutate(consultation.version)}
          >
            {t("app:rounds.checkIn")}
          </Button>
        )
      )}
    </span>
  );
}
