import type { BreakGlass, BreakGlassState, Meaning } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats, useNow } from "@yunzhen/client/ui";
import { Button, Table, Text } from "@mantine/core";
import { IconLockOpen, IconShieldCheck, IconZoomExclamation } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { More } from "../common/More";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { WaitingOrAll } from "../common/WaitingOrAll";
import { ReviewSheet } from "./ReviewSheet";
import { isReviewed, matchesGlass, stateNow } from "./glass";

const MEANING: Record<BreakGlassState, Meaning> = {
  open: "person",
  closed: "person",
  accepted: "done",
  questioned: "danger",
};

/** Every record that was opened without a relation, for a second person to judge. */
export function ReviewsPage() {
  const { t } = useTranslation("app");
  useTitle(t("breakGlass.reviews.title"));
  const [all, setAll] = useState(false);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState<BreakGlass>();
  const query = useInfiniteQuery({
    queryKey: ["break-glass", "list", all],
    queryFn: ({ pageParam }) => api.breakGlass.list({ all, named: true, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = query.data?.pages.flatMap((part) => part.items) ?? [];
  const shown = items.filter((glass) => matchesGlass(glass, typed));
  return (
    <div className={page.page}>
      <PageHeader title={t("breakGlass.reviews.title")} note={t("breakGlass.reviews.lead")}>
        <WaitingOrAll
          label={t("breakGlass.reviews.filter")}
          waiting={t("breakGlass.reviews.waiting")}
          all={all}
          onChange={setAll}
        />
        <SearchField label={t("breakGlass.reviews.search")} value={typed} onChange={setTyped} w={240} />
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconShieldCheck}
          title={t(all ? "breakGlass.reviews.none" : "breakGlass.reviews.empty")}
          hint={t("breakGlass.reviews.emptyHint")}
        />
      )}
      {items.length > 0 && shown.length === 0 && (
        <EmptyState icon={IconZoomExclamation} title={t("breakGlass.reviews.noMatch")} />
      )}
      {shown.length > 0 && <List items={shown} onReview={setOpen} />}
      <More list={query} />
      {open && <ReviewSheet glass={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function List({ items, onReview }: { items: BreakGlass[]; onReview: (glass: BreakGlass) => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const now = useNow();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={960}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("breakGlass.column.opened")}</Table.Th>
            <Table.Th>{t("breakGlass.column.who")}</Table.Th>
            <Table.Th>{t("breakGlass.column.whose")}</Table.Th>
            <Table.Th w="38%">{t("breakGlass.column.reason")}</Table.Th>
            <Table.Th>{t("breakGlass.column.state")}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((glass) => (
            <Table.Tr key={glass.id} data-testid={`glass-${glass.id}`} data-state={glass.state}>
              <Table.Td style={{ whiteSpace: "nowrap" }}>{formats.dateTime(glass.opened_at)}</Table.Td>
              <Table.Td>
                <Text fw={600}>{glass.specialist.name}</Text>
                <Text size="sm" c="dimmed">
                  {glass.hospital}
                </Text>
              </Table.Td>
              <Table.Td>
                <Text fw={600}>{glass.resident_name}</Text>
                <Text size="sm" c="dimmed">
                  {[glass.bed, glass.home_name].filter(Boolean).join(" · ")}
                </Text>
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                {glass.reason}
                {glass.review_note && (
                  <Text size="sm" c="dimmed">
                    {t("breakGlass.reviewed", {
                      who: glass.reviewed_by?.name ?? "",
                      time: glass.reviewed_at ? formats.dateTime(glass.reviewed_at) : "",
                      note: glass.review_note,
                    })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <StatusChip
                  meaning={MEANING[glass.state]}
                  icon={glass.state === "open" && stateNow(glass, now) === "open" ? IconLockOpen : undefined}
                >
                  {t(`breakGlass.state.${stateNow(glass, now)}`)}
                </StatusChip>
                {stateNow(glass, now) === "open" && (
                  <Text size="sm" c="dimmed" mt={4}>
                    {t("breakGlass.until", { time: formats.time(glass.ends_at) })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">
                {!isReviewed(glass) && (
                  <Button
                    variant="default"
                    onClick={() => onReview(glass)}
                    aria-label={`${t("breakGlass.review")}: ${glass.specialist.name}`}
                  >
                    {t("breakGlass.review")}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
