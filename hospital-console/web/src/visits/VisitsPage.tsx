import type { VisitCandidate, VisitSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, VisitChip } from "@yunzhen/client/ui";
import { Anchor, Button, Checkbox, Group, Select, Stack, Table, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconMapRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { day } from "../common/time";
import { matchesCandidate } from "./filter";
import { PlanVisit } from "./PlanVisit";

/** First visits: who cannot be treated remotely yet, gathered into rounds in person; and those rounds. */
export function VisitsPage() {
  const { t } = useTranslation("app");
  useTitle(t("visits.title"));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [planning, setPlanning] = useState(false);
  const candidates = useQuery({ queryKey: keys.visits.candidates, queryFn: () => api.visits.candidates() });
  const visits = useQuery({ queryKey: keys.visits.list, queryFn: () => api.visits.list() });
  const selected = (candidates.data?.items ?? []).filter((c) => chosen.has(c.resident_id));
  return (
    <div className={page.page}>
      <PageHeader title={t("visits.title")}>
        <Button
          leftSection={<IconMapRoute size={18} aria-hidden />}
          disabled={selected.length === 0}
          onClick={() => setPlanning(true)}
        >
          {selected.length === 0 ? t("visits.plan.none") : t("visits.plan.with", { count: selected.length })}
        </Button>
      </PageHeader>
      <Stack gap="xl">
        <section aria-labelledby="rounds">
          <Title order={2} fz={18} mb="xs" id="rounds">
            {t("visits.list.title")}
          </Title>
          {visits.isError && <ProblemAlert error={visits.error} onRetry={() => void visits.refetch()} />}
          {visits.isPending && <Skeletons shape="rows" count={2} />}
          {visits.data?.items.length === 0 && <Text c="dimmed">{t("visits.list.empty")}</Text>}
          {visits.data && visits.data.items.length > 0 && <VisitTable visits={visits.data.items} />}
        </section>
        <section aria-labelledby="candidates">
          {candidates.isError && <ProblemAlert error={candidates.error} onRetry={() => void candidates.refetch()} />}
          {candidates.isPending && <Skeletons shape="rows" />}
          {candidates.data && <Candidates items={candidates.data.items} chosen={chosen} onChoose={setChosen} />}
        </section>
      </Stack>
      {planning && <PlanVisit residents={selected} onClose={() => setPlanning(false)} />}
    </div>
  );
}

function VisitTable({ visits }: { visits: VisitSummary[] }) {
  const { t, i18n } = useTranslation("app");
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("visits.column.day")}</Table.Th>
            <Table.Th>{t("visits.column.homes")}</Table.Th>
            <Table.Th>{t("visits.column.doctors")}</Table.Th>
            <Table.Th>{t("visits.column.progress")}</Table.Th>
            <Table.Th>{t("visits.column.state")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {visits.map((visit) => (
            <Table.Tr key={visit.id} data-testid={`visit-${visit.id}`}>
              <Table.Td>
                <Anchor component={Link} to={`/visits/${visit.id}`} fw={600}>
                  {day(visit.planned_on, i18n.language)}
                </Anchor>
              </Table.Td>
              <Table.Td>{visit.homes.map((home) => home.name).join(t("shared:separator"))}</Table.Td>
              <Table.Td>{visit.doctors.map((doctor) => doctor.name).join(t("shared:separator"))}</Table.Td>
              <Table.Td>
                {t("visits.progress", {
                  seen: visit.seen,
                  notSeen: visit.not_seen,
                  open: visit.expected,
                })}
              </Table.Td>
              <Table.Td>
                <VisitChip state={visit.state} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Candidates({
  items,
  chosen,
  onChoose,
}: {
  items: VisitCandidate[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const [search, setSearch] = useState("");
  const [home, setHome] = useState<string | null>(null);
  const homes = [...new Map(items.map((c) => [c.home.id, c.home.name]))].map(([value, label]) => ({ value, label }));
  const shown = items.filter((c) => matchesCandidate(c, home, search));
  const free = shown.filter((c) => !c.planned);
  const toggle = (ids: string[], on: boolean) => {
    const next = new Set(chosen);
    ids.forEach((id) => (on ? next.add(id) : next.delete(id)));
    onChoose(next);
  };
  const all = free.length > 0 && free.every((c) => chosen.has(c.resident_id));
  return (
    <>
      <Group justify="space-between" mb="xs" align="flex-end">
        <div>
          <Title order={2} fz={18} id="candidates">
            {t("visits.candidates.title")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("visits.candidates.hint", { count: items.length })}
          </Text>
        </div>
        <Group gap="sm">
          <Select
            aria-label={t("visits.candidates.home")}
            placeholder={t("visits.candidates.allHomes")}
            data={homes}
            value={home}
            onChange={setHome}
            clearable
            w={200}
          />
          <SearchField label={t("visits.candidates.search")} value={search} onChange={setSearch} w={220} />
        </Group>
      </Group>
      {items.length === 0 ? (
        <EmptyState
          icon={IconCircleCheck}
          title={t("visits.candidates.empty")}
          hint={t("visits.candidates.emptyHint")}
        />
      ) : (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={820}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={48}>
                  <Checkbox
                    aria-label={t("visits.candidates.all")}
                    checked={all}
                    indeterminate={!all && free.some((c) => chosen.has(c.resident_id))}
                    onChange={(event) =>
                      toggle(
                        free.map((c) => c.resident_id),
                        event.currentTarget.checked,
                      )
                    }
                  />
                </Table.Th>
                <Table.Th>{t("visits.column.resident")}</Table.Th>
                <Table.Th>{t("visits.column.home")}</Table.Th>
                <Table.Th>{t("visits.column.missing")}</Table.Th>
                <Table.Th>{t("visits.column.planned")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((c) => (
                <Table.Tr key={c.resident_id} data-testid={`candidate-${c.resident_id}`}>
                  <Table.Td>
                    <Checkbox
                      aria-label={t("visits.candidates.choose", { name: c.name })}
                      checked={chosen.has(c.resident_id)}
                      disabled={c.planned != null}
                      onChange={(event) => toggle([c.resident_id], event.currentTarget.checked)}
                    />
                  </Table.Td>
                  <Table.Td>
                    <Text fw={600}>{c.name}</Text>
                    <Text size="sm" c="dimmed">
                      {t("shared:bed", { bed: c.bed })}
                    </Text>
                  </Table.Td>
                  <Table.Td>{c.home.name}</Table.Td>
                  <Table.Td>
                    {c.missing.map((d) => (
                      <Text key={d.code} size="sm" title={zh ? d.missing.message_zh : d.missing.message_en}>
                        {zh ? d.display_zh : d.display_en} {d.code}
                      </Text>
                    ))}
                  </Table.Td>
                  <Table.Td>
                    {c.planned ? (
                      <Anchor component={Link} to={`/visits/${c.planned.id}`}>
                        {day(c.planned.planned_on, i18n.language)}
                      </Anchor>
                    ) : (
                      <Text c="dimmed">{t("visits.notPlanned")}</Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
              {shown.length === 0 && (
                <Table.Tr>
                  <Table.Td colSpan={5}>
                    <Text c="dimmed">{t("visits.candidates.noMatch")}</Text>
                  </Table.Td>
                </Table.Tr>
              )}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </>
  );
}
