import type { ConsultationState, ConsultationSummary } from "@yunzhen/client";
import { Banner, EmptyState, ProblemAlert } from "@yunzhen/client/ui";
import { Button, SegmentedControl, Skeleton, Stack } from "@mantine/core";
import { IconArmchair, IconCertificate, IconZoomExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import { SearchField } from "../common/SearchField";
import { OngoingBanner } from "./OngoingBanner";
import { byNeed, matches, type Filter } from "./order";
import { QuestionsPanel } from "./QuestionsPanel";
import { TodayPanel } from "./TodayPanel";
import { WaitingTable } from "./WaitingTable";
import classes from "./WaitingRoom.module.css";

const STATES: readonly ConsultationState[] = ["waiting", "in_progress", "scheduled", "completed", "stopped_in_person"];

export function WaitingRoom() {
  const { t } = useTranslation("app");
  const staff = useStaff();
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  useEffect(() => {
    // *See now* is pressed here: its page need not be fetched and read only then. One that cannot be fetched now is fetched with the press.
    import("./ConsultationPage").catch(() => undefined);
  }, []);
  const query = useQuery({
    queryKey: keys.consultations.list(STATES),
    queryFn: () => api.consultations.list({ state: STATES.join(",") }),
    // The expected wait changes without an event.
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.queue) ? 25_000 : false),
  });
  const all = query.data?.items ?? [];
  const waiting = all.filter((c) => c.state === "waiting").sort(byNeed);
  const shown = waiting.filter((c) => matches(c, filter, search));
  const mine = all.filter((c) => c.specialist?.id === staff.id);
  const ongoing = mine.find((c) => c.state === "in_progress");
  const clear = () => {
    setSearch("");
    setFilter("all");
  };

  return (
    <div className={classes.page}>
      <section className={classes.main} aria-label={t("consultations.title")}>
        <PageHeader title={t("consultations.title")} note={query.isSuccess ? <Counts waiting={waiting} /> : undefined}>
          <SegmentedControl
            aria-label={t("consultations.filter.label")}
            value={filter}
            onChange={(value) => setFilter(value as Filter)}
            data={[
              { value: "all", label: t("consultations.filter.all") },
              { value: "urgent", label: t("consultations.filter.urgent") },
              { value: "out_of_range", label: t("consultations.filter.outOfRange") },
            ]}
          />
          <SearchField label={t("consultations.filter.search")} value={search} onChange={setSearch} w={240} />
        </PageHeader>
        {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {staff.practising_since === undefined && (
          <Banner meaning="person" icon={IconCertificate} role="status" title={t("consultations.practice.title")}>
            {t("consultations.practice.hint")}
          </Banner>
        )}
        <QuestionsPanel />
        {ongoing && <OngoingBanner consultation={ongoing} />}
        {query.isPending ? (
          <Rows />
        ) : waiting.length === 0 && query.isSuccess ? (
          <EmptyState icon={IconArmchair} title={t("consultations.empty.title")} hint={t("consultations.empty.hint")} />
        ) : shown.length === 0 && query.isSuccess ? (
          <EmptyState
            icon={IconZoomExclamation}
            title={t("consultations.emptyFilter.title")}
            hint={t("consultations.emptyFilter.hint")}
            action={
              <Button variant="default" onClick={clear}>
                {t("consultations.emptyFilter.clear")}
              </Button>
            }
          />
        ) : (
          query.data && <WaitingTable items={shown} />
        )}
      </section>
      <TodayPanel items={query.data ? mine : undefined} />
    </div>
  );
}

function Counts({ waiting }: { waiting: ConsultationSummary[] }) {
  const { t } = useTranslation("app");
  const urgent = waiting.filter((c) => c.urgency === "urgent").length;
  return (
    <>
      {t("consultations.summary", { count: waiting.length })}
      {urgent > 0 && ` · ${t("consultations.summaryUrgent", { count: urgent })}`}
    </>
  );
}

function Rows() {
  const { t } = useTranslation("app");
  return (
    <Stack gap="xs" aria-label={t("app.loading")} role="status">
      {[0, 1, 2, 3].map((n) => (
        <Skeleton key={n} height={68} />
      ))}
    </Stack>
  );
}
