import { IconArrowsShuffle, IconRotateClockwise } from "@tabler/icons-react";
import type { Appointment } from "@yunzhen/client";
import { ConsultationChip, StatusChip, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { LateChip } from "../rounds/late-chip";
import { clockElsewhere } from "./calendar";

/** One appointment of the calendar, and in words what became of it. `narrow`: a column of the week. */
export function AppointmentRow({ appointment, narrow }: { appointment: Appointment; narrow?: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { consultation, specialist, starts_at, ends_at, zone } = appointment;
  const there = clockElsewhere(starts_at, zone, formats.zone);
  const coming = ["scheduled", "waiting"].includes(consultation.state);
  const over = ["cancelled", "no_show", "failed_technical"].includes(consultation.state);
  return (
    <li className={over ? "nurse-appointment-over" : ""} data-testid={`appointment-${consultation.id}`}>
      <Link to={`/consultations/${consultation.id}`} className={narrow ? "nurse-week-entry" : "nurse-row"}>
        <span className="nurse-appointment-time">
          <strong>{formats.time(starts_at)}</strong>
          <span className="nurse-dim">–{formats.time(ends_at)}</span>
        </span>
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {t("bed", { bed: consultation.resident.bed })} {consultation.resident.name}
          </span>
          <span className="nurse-row-sub">
            <span>{t("app:today.with", { name: specialist.name })}</span>
            {!narrow && <span>{consultation.reason}</span>}
            {there && <span>{t("app:schedule.elsewhere", { time: there, zone })}</span>}
          </span>
          {consultation.rebooked_as && <span>{t("app:schedule.rebooked")}</span>}
          {consultation.state === "no_show" && <span>{t("app:schedule.noShow")}</span>}
        </span>
        <span className="nurse-row-chips">
          <ConsultationChip state={consultation.state} />
          {coming && <LateChip minutes={appointment.late_minutes} />}
          {appointment.makes_up_for && (
            <StatusChip meaning="waiting" icon={IconRotateClockwise}>
              {t("app:schedule.makesUp")}
            </StatusChip>
          )}
          {appointment.round_id && (
            <StatusChip meaning="waiting" icon={IconArrowsShuffle}>
              {t("app:schedule.inRound")}
            </StatusChip>
          )}
        </span>
      </Link>
    </li>
  );
}
