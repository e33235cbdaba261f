import { Button } from "@mantine/core";
import { IconUsersPlus, IconWalk } from "@tabler/icons-react";
import { dayAt, type Round } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PlanTabs } from "../plan-tabs";
import { useDayWords } from "../schedule/use-schedule";
import { LateChip } from "./late-chip";
import { endsAt, isOver, lateness } from "./running-order";
import { useRounds } from "./use-rounds";
import "../schedule/schedule.css";

/** All rounds of the home: those to come first. */
export function RoundsScreen() {
  const { t } = useTranslation();
  const rounds = useRounds();
  const items = rounds.data?.items ?? [];
  const ahead = items.filter((round) => !isOver(round));
  const past = items.filter(isOver).reverse();
  return (
    <div className="nurse-plan">
      <PlanTabs />
      <h1>{t("app:rounds.title")}</h1>
      <section className="yz-card nurse-calendar-body" aria-label={t("app:rounds.title")}>
        {rounds.isPending ? (
          <Skeletons shape="rows" count={3} />
        ) : rounds.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={rounds.error} onRetry={() => void rounds.refetch()} />
          </div>
        ) : items.length === 0 ? (
          <EmptyState icon={IconWalk} title={t("app:rounds.empty")} hint={t("app:rounds.emptyHint")} />
        ) : (
          <>
            <Rows rounds={ahead} />
            {past.length > 0 && <h2 className="nurse-list-title">{t("app:rounds.past")}</h2>}
            <Rows rounds={past} />
          </>
        )}
      </section>
      <footer className="nurse-actions nurse-plan-foot">
        <Button
          component={Link}
          to="/rounds/new"
          size="xl"
          className="nurse-primary"
          leftSection={<IconUsersPlus aria-hidden />}
        >
          {t("app:rounds.plan")}
        </Button>
      </footer>
    </div>
  );
}

function Rows({ rounds }: { rounds: readonly Round[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useDayWords();
  return (
    <ul className="nurse-rows">
      {rounds.map((round) => (
        <li key={round.id}>
          <Link to={`/rounds/${round.id}`} className="nurse-row">
            <span className="nurse-row-text">
              <span className="nurse-row-name">
                {words.whole(dayAt(round.starts_at, formats.zone))}{" "}
                {t("app:rounds.block", {
                  from: formats.time(round.starts_at),
                  until: formats.time(endsAt(round.starts_at, round.minutes, round.stops.length)),
                })}
              </span>
              <span className="nurse-row-sub">
                <span>{t("app:rounds.of", { name: round.specialist.name, n: round.stops.length })}</span>
                <span>{round.stops.map((stop) => stop.consultation.resident.bed).join(" → ")}</span>
              </span>
            </span>
            <span className="nurse-row-chips">
              {isOver(round) ? (
                <StatusChip meaning="done">{t("app:rounds.over")}</StatusChip>
              ) : (
                <LateChip minutes={lateness(round)} always />
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
