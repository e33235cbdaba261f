import type { Duplicate, ResidentIdentity } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Button, SegmentedControl, Stack } from "@mantine/core";
import { IconUsersGroup, IconZoomExclamation } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { More } from "../common/More";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { TransferSheet } from "../homes/TransferSheet";
import { DecideSheet, type Decision } from "./DecideSheet";
import { PairCard } from "./PairCard";
import { inOrder, type Filter } from "./pair";

/** Records that may be one person, side by side, and the decision of a person. */
export function DuplicatesPage() {
  const { t } = useTranslation("app");
  useTitle(t("duplicates.title"));
  const [filter, setFilter] = useState<Filter>("all");
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState<{ pair: Duplicate; decision: Decision }>();
  const [moving, setMoving] = useState<ResidentIdentity>();
  const query = useInfiniteQuery({
    queryKey: ["duplicates", "list"],
    queryFn: ({ pageParam }) => api.duplicates.list(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const all = query.data?.pages.flatMap((part) => part.items) ?? [];
  const shown = inOrder(all, filter, typed);
  const waiting = all.filter((pair) => pair.state === "suspected").length;
  return (
    <div className={page.page}>
      <PageHeader
        title={t("duplicates.title")}
        note={query.isSuccess ? t("duplicates.waiting", { count: waiting }) : undefined}
      >
        <SegmentedControl
          aria-label={t("duplicates.filter")}
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
          data={(["all", "suspected", "merged", "dismissed"] as const).map((value) => ({
            value,
            label: value === "all" ? t("app.all") : t(`duplicates.state.${value}`),
          }))}
        />
        <SearchField label={t("duplicates.search")} value={typed} onChange={setTyped} w={240} />
      </PageHeader>
      {query.isPending && <Skeletons shape="card" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && all.length === 0 && (
        <EmptyState icon={IconUsersGroup} title={t("duplicates.empty.title")} hint={t("duplicates.empty.hint")} />
      )}
      {all.length > 0 && shown.length === 0 && (
        <EmptyState
          icon={IconZoomExclamation}
          title={t("duplicates.emptyFilter")}
          action={
            <Button
              variant="default"
              onClick={() => {
                setFilter("all");
                setTyped("");
              }}
            >
              {t("duplicates.clear")}
            </Button>
          }
        />
      )}
      <Stack>
        {shown.map((pair) => (
          <PairCard
            key={pair.id}
            pair={pair}
            onDecide={(decision) => setOpen({ pair, decision })}
            onTransfer={setMoving}
          />
        ))}
      </Stack>
      <More list={query} />
      {open && <DecideSheet pair={open.pair} decision={open.decision} onClose={() => setOpen(undefined)} />}
      {moving && <TransferSheet resident={moving} onClose={() => setMoving(undefined)} />}
    </div>
  );
}
