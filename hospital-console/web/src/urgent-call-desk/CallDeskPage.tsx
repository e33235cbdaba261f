import type { UrgentCall } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { SegmentedControl, Stack } from "@mantine/core";
import { IconPhoneCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { More } from "../common/More";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { CallCard } from "./CallCard";
import { EndSheet } from "./EndSheet";
import { byNeed } from "./order";

/** One-key calls as the administrator sees them: place, time, telephone; no names, nothing clinical. */
export function CallDeskPage() {
  const { t } = useTranslation("app");
  useTitle(t("urgentCallDesk.title"));
  const [all, setAll] = useState(false);
  const [ending, setEnding] = useState<UrgentCall>();
  const query = useInfiniteQuery({
    queryKey: ["urgent-calls", "administrator", all],
    queryFn: ({ pageParam }) => api.urgentCalls.list({ open: all ? undefined : true, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const calls = byNeed(query.data?.pages.flatMap((part) => part.items) ?? []);
  return (
    <div className={page.page}>
      <PageHeader title={t("urgentCallDesk.title")} note={t("urgentCallDesk.lead")}>
        <SegmentedControl
          aria-label={t("urgentCallDesk.filter")}
          value={all ? "all" : "open"}
          onChange={(value) => setAll(value === "all")}
          data={(["open", "all"] as const).map((value) => ({ value, label: t(`urgentCallDesk.${value}`) }))}
        />
      </PageHeader>
      {query.isPending && <Skeletons shape="card" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && calls.length === 0 && (
        <EmptyState
          icon={IconPhoneCheck}
          title={t(all ? "urgentCallDesk.none.title" : "urgentCallDesk.empty.title")}
          hint={t(all ? "urgentCallDesk.none.hint" : "urgentCallDesk.empty.hint")}
        />
      )}
      <Stack>
        {calls.map((call) => (
          <CallCard key={call.id} call={call} onEnd={() => setEnding(call)} />
        ))}
      </Stack>
      <More list={query} />
      {ending && <EndSheet call={ending} onClose={() => setEnding(undefined)} />}
    </div>
  );
}
