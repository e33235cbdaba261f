import { TextInput } from "@mantine/core";
import { IconSearch, IconUsers } from "@tabler/icons-react";
import { dayAt } from "@yunzhen/client";
import {
  ConsultationChip,
  EmptyState,
  Portrait,
  ProblemAlert,
  RelativeTime,
  Skeletons,
  StatusChip,
  useFormats,
  useNow,
  useZone,
} from "@yunzhen/client/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";
import { BreakGlassNotice } from "../break-glass/break-glass-notice";
import { RefillNotice } from "../doses/refill-notice";
import { StaleLine } from "../shell";
import { QueueWords } from "../visit/queue-words";
import { RoundTime } from "./next-appointment";
import { ResidentPanel } from "./resident-panel";
import { useFind } from "../residents/use-find";
import { useToday } from "../schedule/use-schedule";
import { isOpen, roundOf, type RoundRow } from "./round";
import { useRound } from "./use-round";

const NOBODY: never[] = [];

/** Left the round, right the selected resident. On a narrow tablet one after the other. */
export function TodayScreen() {
  const { t } = useTranslation();
  const { residentId } = useParams();
  const { residents, consultations } = useRound();
  const now = useNow(60_000);
  const zone = useZone();
  const [query, setQuery] = useState("");
  const rows = useMemo(
    () => roundOf(residents.data?.data.items ?? [], consultations.data?.data.items ?? [], now, zone),
    [residents.data, consultations.data, now, zone],
  );
  const { found } = useFind(residents.data?.data.items ?? NOBODY, query);
  const shown = rows.filter((row) => found.some((one) => one.id === row.resident.id));
  const selected = rows.find((row) => row.resident.id === residentId);
  return (
    <div className={`nurse-split ${residentId ? "nurse-split-detail" : ""}`}>
      <section className="nurse-list yz-card" aria-label={t("app:today.list")}>
        <div className="nurse-list-head">
          <h1>{t("app:today.title")}</h1>
          <TextInput
            aria-label={t("app:residents.search")}
            placeholder={t("app:residents.search")}
            leftSection={<IconSearch size={20} aria-hidden />}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            type="search"
          />
          <StaleLine since={residents.data?.staleSince} />
          <RefillNotice />
        </div>
        <div className="nurse-list-notice">
          <BreakGlassNotice except={residentId} />
        </div>
        {residents.isPending ? (
          <Skeletons shape="rows" count={7} />
        ) : residents.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={residents.error} onRetry={() => void residents.refetch()} />
          </div>
        ) : rows.length === 0 ? (
          <EmptyState icon={IconUsers} title={t("app:today.empty")} hint={t("app:today.emptyHint")} />
        ) : shown.length === 0 ? (
          <EmptyState icon={IconSearch} title={t("app:today.noMatch")} hint={t("app:today.noMatchHint")} />
        ) : (
          <ul className="nurse-rows">
            {shown.map((row) => (
              <RoundItem key={row.resident.id} row={row} />
            ))}
          </ul>
        )}
      </section>
      <section className="nurse-detail">
        {residentId ? (
          <ResidentPanel key={residentId} residentId={residentId} summary={selected} />
        ) : (
          <div className="yz-card nurse-fill">
            <EmptyState icon={IconUsers} title={t("app:today.choose")} hint={t("app:today.chooseHint")} />
          </div>
        )}
      </section>
    </div>
  );
}

function RoundItem({ row: { resident, consultation } }: { row: RoundRow }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const today = useToday();
  // What is on another day says on which.
  const when = (at: string): string => (dayAt(at, formats.zone) === today ? formats.time(at) : formats.dateTime(at));
  return (
    <li>
      <NavLink to={`/residents/${resident.id}`} className="nurse-row">
        <span className="nurse-bed">{resident.bed}</span>
        <Portrait person={resident} size={48} />
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {resident.name}
            <span className="nurse-dim">
              {t(`sex.${resident.sex}`)} · {t("age", { n: resident.age })}
            </span>
          </span>
          <span className="nurse-row-sub">
            {consultation ? (
              <>
                {consultation.specialist && <span>{t("app:today.with", { name: consultation.specialist.name })}</span>}
                {consultation.state === "waiting" && consultation.waiting_since ? (
                  <RelativeTime at={consultation.waiting_since} />
                ) : (
                  <span>{when(consultation.began_at ?? consultation.scheduled_at ?? consultation.requested_at)}</span>
                )}
                {consultation.queue && (
                  <strong>
                    <QueueWords place={consultation.queue} />
                  </strong>
                )}
                <RoundTime consultationId={consultation.id} />
              </>
            ) : (
              <span>{t("app:today.noVisit")}</span>
            )}
          </span>
          <span className="nurse-row-chips">
            {consultation && <ConsultationChip state={consultation.state} />}
            {resident.out_of_range.length > 0 && !(consultation && isOpen(consultation.state)) && (
              <StatusChip meaning="person">{t("app:today.outOfRange", { n: resident.out_of_range.length })}</StatusChip>
            )}
          </span>
        </span>
      </NavLink>
    </li>
  );
}
