import { IconCalendarHeart } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { VisitSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useApi } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";
import { PlanTabs } from "../plan-tabs";
import { useDayWords } from "../schedule/use-schedule";
import { VisitChip } from "./visit-chip";
import { VisitPanel } from "./visit-panel";
import "../schedule/schedule.css";

/** First visits that concern this home; at the right the list of its residents. */
export function VisitsScreen() {
  const { t } = useTranslation();
  const { visitId } = useParams();
  const api = useApi();
  const visits = useQuery({ queryKey: ["visits", "list"], queryFn: () => api.visits.list() });
  return (
    <div className="nurse-plan nurse-plan-split">
      <PlanTabs />
      <div className={`nurse-split ${visitId ? "nurse-split-detail" : ""}`}>
        <section className="nurse-list yz-card" aria-label={t("app:visits.title")}>
          <div className="nurse-list-head">
            <h1>{t("app:visits.title")}</h1>
          </div>
          {visits.isPending ? (
            <Skeletons shape="rows" count={3} />
          ) : visits.isError ? (
            <div className="nurse-pad">
              <ProblemAlert error={visits.error} onRetry={() => void visits.refetch()} />
            </div>
          ) : visits.data.items.length === 0 ? (
            <EmptyState icon={IconCalendarHeart} title={t("app:visits.empty")} hint={t("app:visits.emptyHint")} />
          ) : (
            <ul className="nurse-rows">
              {visits.data.items.map((visit) => (
                <Row key={visit.id} visit={visit} />
              ))}
            </ul>
          )}
        </section>
        <section className="nurse-detail">
          {visitId ? (
            <VisitPanel key={visitId} visitId={visitId} />
          ) : (
            <div className="yz-card nurse-fill">
              <EmptyState icon={IconCalendarHeart} title={t("app:visits.choose")} hint={t("app:visits.chooseHint")} />
            </div>
          )}
        </section>
      </div>
    </div>
  );
}

function Row({ visit }: { visit: VisitSummary }) {
  const { t } = useTranslation();
  const words = useDayWords();
  return (
    <li>
      <NavLink to={`/visits/${visit.id}`} className="nurse-row">
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {words.whole(visit.planned_on)} <VisitChip state={visit.state} />
          </span>
          <span className="nurse-row-sub">
            <span>{visit.hospital}</span>
            <span>
              {t("app:visits.counts", { expected: visit.expected, seen: visit.seen, notSeen: visit.not_seen })}
            </span>
          </span>
        </span>
      </NavLink>
    </li>
  );
}
