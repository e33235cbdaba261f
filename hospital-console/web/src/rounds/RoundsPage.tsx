import type { Round } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useFormats, useNow } from "@yunzhen/client/ui";
import { Anchor, Button, Table, Text } from "@mantine/core";
import { IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { useTitle } from "../app/useTitle";
import { addDays, dateOf, startOfDay } from "../common/dates";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { lateOf } from "./order";
import { PlanRound } from "./PlanRound";

/** My rounds: those of the last week, today's, and those to come. */
export function RoundsPage() {
  const { t } = useTranslation("app");
  useTitle(t("rounds.title"));
  const me = useStaff();
  const [planning, setPlanning] = useState(false);
  const today = dateOf(useNow(60_000));
  const from = startOfDay(addDays(today, -7));
  const until = startOfDay(addDays(today, 50));
  const query = useQuery({
    queryKey: keys.rounds.list(from, until),
    queryFn: () => api.rounds.list({ from, until }),
    // Lateness grows by itself, without an event.
    refetchInterval: 30_000,
  });
  const rounds = (query.data?.items ?? []).filter((round) => round.specialist.id === me.id);
  const plan = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setPlanning(true)}>
      {t("rounds.plan.action")}
    </Button>
  );
  return (
    <div className={page.page}>
      <PageHeader title={t("rounds.title")}>{plan}</PageHeader>
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeletons shape="rows" />}
      {query.isSuccess && rounds.length === 0 && (
        <EmptyState icon={IconUsersGroup} title={t("rounds.empty.title")} hint={t("rounds.empty.hint")} />
      )}
      {rounds.length > 0 && (
        <div className={page.surface}>
          <Table highlightOnHover horizontalSpacing="md" verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("rounds.column.when")}</Table.Th>
                <Table.Th>{t("rounds.column.home")}</Table.Th>
                <Table.Th>{t("rounds.column.residents")}</Table.Th>
                <Table.Th>{t("rounds.column.progress")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rounds.map((round) => (
                <Row key={round.id} round={round} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {planning && <PlanRound onClose={() => setPlanning(false)} />}
    </div>
  );
}

function Row({ round }: { round: Round }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const past = round.stops.filter((stop) => stop.position === "past").length;
  const late = lateOf(round);
  return (
    <Table.Tr data-testid={`round-${round.id}`}>
      <Table.Td>
        <Anchor component={Link} to={`/rounds/${round.id}`} fw={600}>
          {formats.dateTime(round.starts_at)}
        </Anchor>
      </Table.Td>
      <Table.Td>{round.home_name}</Table.Td>
      <Table.Td>
        {t("rounds.size", { count: round.stops.length, minutes: round.minutes })}
        <Text size="sm" c="dimmed" lineClamp={1}>
          {round.stops.map((stop) => stop.consultation.resident.name).join(t("shared:separator"))}
        </Text>
      </Table.Td>
      <Table.Td>
        {t("rounds.progress", { past, all: round.stops.length })}
        {late > 0 && past < round.stops.length && ` · ${t("rounds.late", { count: late })}`}
      </Table.Td>
    </Table.Tr>
  );
}
