import type { Round, RoundOrder, RoundStop } from "@yunzhen/client";
import {
  ConsultationChip,
  ProblemAlert,
  RelativeTime,
  Skeletons,
  StatusChip,
  useAction,
  useFormats,
} from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowLeft, IconArrowUp, IconClockExclamation } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { OutOfRange } from "../common/OutOfRange";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { Person } from "../common/Person";
import { useBegin } from "../consultations/useBegin";
import { moved } from "./order";

/** A round as it runs: who is on, who is next, when each is expected now; the order can be changed while it runs. */
export function RoundPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("app");
  const formats = useFormats();
  const round = useQuery({
    queryKey: keys.rounds.one(id),
    queryFn: () => api.rounds.get(id),
    // Lateness grows by itself, without an event.
    refetchInterval: 30_000,
  });
  useTitle(round.data ? `${t("rounds.one")} ${round.data.home_name}` : t("rounds.one"));
  return (
    <div className={page.page}>
      {round.isPending && <Skeletons shape="rows" />}
      {round.isError && !round.data && <ProblemAlert error={round.error} onRetry={() => void round.refetch()} />}
      {round.data && (
        <>
          <PageHeader
            title={`${t("rounds.one")} · ${round.data.home_name}`}
            note={`${formats.dateTime(round.data.starts_at)} · ${t("rounds.size", {
              count: round.data.stops.length,
              minutes: round.data.minutes,
            })}`}
          >
            <Button
              component={Link}
              to="/rounds"
              variant="default"
              leftSection={<IconArrowLeft size={18} aria-hidden />}
            >
              {t("rounds.title")}
            </Button>
          </PageHeader>
          <RunningOrder round={round.data} />
        </>
      )}
    </div>
  );
}

function RunningOrder({ round }: { round: Round }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const begin = useBegin();
  const outdate = () => void queryClient.invalidateQueries({ queryKey: keys.rounds.one(round.id) });
  const reorder = useAction((body: RoundOrder, key) => api.rounds.reorder(round.id, body, key), {
    onSuccess: (next) => queryClient.setQueryData(keys.rounds.one(round.id), next),
    onError: outdate,
  });
  const noShow = useAction(
    ({ id, version }: { id: string; version: number }, key) => api.consultations.noShow(id, version, key),
    { onSuccess: outdate, onError: outdate },
  );
  const missed = (stop: RoundStop) => (mayHaveMissed(stop) ? () => noShow.mutate(stop.consultation) : undefined);
  const change = (stop: RoundStop, by: -1 | 1) => {
    const order = moved(round.stops, stop.consultation.id, by);
    return order && (() => reorder.mutate({ version: round.version, order }));
  };
  const told = round.stops.map((_, n) => fieldError(reorder.error, `order[${n}]`));
  return (
    <>
      {begin.problem}
      {reorder.isError && <ProblemAlert error={reorder.error} />}
      {noShow.isError && <ProblemAlert error={noShow.error} />}
      <div className={page.surface}>
        <Table horizontalSpacing="sm" verticalSpacing="sm" miw={980}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("rounds.column.place")}</Table.Th>
              <Table.Th>{t("rounds.column.resident")}</Table.Th>
              <Table.Th>{t("rounds.column.vitals")}</Table.Th>
              <Table.Th>{t("rounds.column.expected")}</Table.Th>
              <Table.Th>{t("rounds.column.state")}</Table.Th>
              <Table.Th>
                <VisuallyHidden>{t("rounds.column.action")}</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {round.stops.map((stop, n) => (
              <Stop
                key={stop.consultation.id}
                stop={stop}
                n={n + 1}
                told={told[n]}
                busy={reorder.isPending}
                onUp={change(stop, -1)}
                onDown={change(stop, 1)}
                onBegin={stop.consultation.state === "waiting" ? () => begin.begin(stop.consultation) : undefined}
                beginning={begin.pendingId === stop.consultation.id}
                onNoShow={missed(stop)}
                missing={noShow.isPending && noShow.variables?.id === stop.consultation.id}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}

/** Whoever was due and is not there, or waited and went away again. */
function mayHaveMissed({ consultation: { state }, planned_at }: RoundStop): boolean {
  return Date.parse(planned_at) <= Date.now() && (state === "scheduled" || state === "waiting");
}

interface StopProps {
  stop: RoundStop;
  n: number;
  told: string | undefined;
  busy: boolean;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onBegin: (() => void) | undefined;
  beginning: boolean;
  onNoShow: (() => void) | undefined;
  missing: boolean;
}

function Stop({ stop, n, told, busy, onUp, onDown, onBegin, beginning, onNoShow, missing }: StopProps) {
  const { t } = useTranslation("app");
  const { consultation } = stop;
  const name = consultation.resident.name;
  const past = stop.position === "past";
  return (
    <Table.Tr data-testid={`stop-${consultation.id}`}>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Text fw={600}>{n}</Text>
          {stop.position === "current" && <StatusChip meaning="primary">{t("rounds.position.current")}</StatusChip>}
          {stop.position === "next" && <StatusChip meaning="person">{t("rounds.position.next")}</StatusChip>}
        </Group>
        {told && (
          <Text size="sm" c="var(--mantine-color-error)">
            {told}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Person person={{ ...consultation.resident, home_name: undefined }} />
        <Text size="sm" c="dimmed" lineClamp={1}>
          {consultation.reason}
        </Text>
      </Table.Td>
      <Table.Td>
        {stop.vital_signs_at ? (
          <>
            <OutOfRange values={consultation.out_of_range} />
            <Text size="sm" c="dimmed">
              <RelativeTime at={stop.vital_signs_at} />
            </Text>
          </>
        ) : (
          <Text size="sm" c="dimmed">
            {t("rounds.noVitals")}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Expected stop={stop} />
      </Table.Td>
      <Table.Td>
        <ConsultationChip state={consultation.state} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" justify="flex-end">
          {!past && (
            <>
              <ActionIcon
                variant="default"
                disabled={!onUp || busy}
                onClick={onUp}
                aria-label={t("rounds.earlier", { name })}
              >
                <IconArrowUp size={18} />
              </ActionIcon>
              <ActionIcon
                variant="default"
                disabled={!onDown || busy}
                onClick={onDown}
                aria-label={t("rounds.later", { name })}
              >
                <IconArrowDown size={18} />
              </ActionIcon>
            </>
          )}
          {onNoShow && (
            <Button variant="default" loading={missing} onClick={onNoShow} aria-label={t("rounds.noShowOf", { name })}>
              {t("appointments.noShow")}
            </Button>
          )}
          {onBegin ? (
            <Button loading={beginning} onClick={onBegin} aria-label={t("consultations.seeNowOf", { name })}>
              {t("consultations.seeNow")}
            </Button>
          ) : (
            <Button
              component={Link}
              variant="default"
              to={`/consultations/${consultation.id}`}
              aria-label={t("rounds.openOf", { name })}
            >
              {t("rounds.open")}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** The planned time; with the expected one when the round runs late. */
function Expected({ stop }: { stop: RoundStop }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  if (stop.position === "past") return <Text c="dimmed">{formats.time(stop.planned_at)}</Text>;
  if (stop.late_minutes <= 0) return <Text fw={600}>{formats.time(stop.expected_at)}</Text>;
  return (
    <div>
      <Text fw={600}>
        {formats.time(stop.expected_at)}{" "}
        <Text component="span" size="sm" c="dimmed" td="line-through">
          {formats.time(stop.planned_at)}
        </Text>
      </Text>
      <StatusChip meaning="person" icon={IconClockExclamation}>
        {t("rounds.late", { count: stop.late_minutes })}
      </StatusChip>
    </div>
  );
}
