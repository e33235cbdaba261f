import type { PrescriptionSummary } from "@yunzhen/client";
import {
  DoorToDose,
  EmptyState,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
  useFormats,
  useNames,
} from "@yunzhen/client/ui";
import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { More } from "../common/More";
import page from "../common/Page.module.css";
import { PageHeader } from "../common/PageHeader";
import { Person } from "../common/Person";
import { TakenBackBanner } from "./TakenBackBanner";
import { EMPTY, FATES, isFiltered, queryOf, takenBack, type ApprovalFilter, type Fate } from "./approvals";

/** What the pharmacist approved, the newest first: how far each is on its way to the first dose, and which of them the prescriber took back. */
export function ApprovalsPage() {
  const { t } = useTranslation("app");
  useTitle(t("reviews.approvals.title"));
  const [filter, setFilter] = useState<ApprovalFilter>(EMPTY);
  const asked = queryOf(filter);
  const list = useInfiniteQuery({
    queryKey: keys.prescriptions.approvedPages(asked),
    queryFn: ({ pageParam }) => api.prescriptions.list({ ...asked, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const items = list.data?.pages.flatMap((part) => part.items) ?? [];
  const change = (part: Partial<ApprovalFilter>) => setFilter({ ...filter, ...part });
  return (
    <div className={page.page}>
      <PageHeader title={t("reviews.approvals.title")} note={t("reviews.approvals.lead")} />
      <Filters filter={filter} onChange={change} />
      {list.isPending && <Skeletons shape="rows" />}
      {list.isError && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconChecklist}
          title={t(isFiltered(filter) ? "reviews.approvals.noneFiltered" : "reviews.approvals.none")}
          action={
            isFiltered(filter) ? (
              <Button variant="default" onClick={() => setFilter(EMPTY)}>
                {t("reviews.approvals.clear")}
              </Button>
            ) : undefined
          }
        />
      )}
      <Stack gap="sm">
        {items.map((one) => (
          <Approved key={one.id} one={one} onResident={(resident) => change({ resident })} />
        ))}
      </Stack>
      <More list={list} />
    </div>
  );
}

function Filters({ filter, onChange }: { filter: ApprovalFilter; onChange: (part: Partial<ApprovalFilter>) => void }) {
  const { t } = useTranslation("app");
  return (
    <Group gap="sm" align="flex-end" mb="md">
      <SegmentedControl
        aria-label={t("reviews.approvals.fateLabel")}
        value={filter.fate}
        onChange={(fate) => onChange({ fate: fate as Fate })}
        data={FATES.map((value) => ({ value, label: t(`reviews.approvals.fate.${value}`) }))}
      />
      <TextInput
        type="date"
        label={t("reviews.approvals.from")}
        value={filter.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("reviews.approvals.to")}
        value={filter.to}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
      {filter.resident && (
        <Button variant="default" onClick={() => onChange({ resident: null })}>
          {t("reviews.approvals.everybody", { name: filter.resident.name })}
        </Button>
      )}
    </Group>
  );
}

function Approved({
  one,
  onResident,
}: {
  one: PrescriptionSummary;
  onResident: (resident: { id: string; name: string }) => void;
}) {
  const { t } = useTranslation("app");
  const names = useNames();
  const formats = useFormats();
  const { approval, resident } = one;
  if (!approval) return null;
  return (
    <article
      className={page.surface}
      style={{ padding: 16 }}
      aria-label={resident.name}
      data-testid={`approval-${one.id}`}
    >
      <Group justify="space-between" gap="md" mb="xs">
        <Group gap="md" miw={0}>
          <Person person={resident} heading="h2" />
          <PrescriptionChip state={one.state} />
        </Group>
        <Group gap="xs">
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => onResident({ id: approval.resident_id, name: resident.name })}
          >
            {t("reviews.approvals.onlyResident", { name: resident.name })}
          </Button>
          <Button component={Link} to={`/reviews/${one.id}`} variant="default" size="compact-sm">
            {t("reviews.approvals.open")}
          </Button>
        </Group>
      </Group>
      <Text>{names.drugs(one)}</Text>
      <Text size="sm" c="dimmed" mb="xs">
        {names.diagnosis(one)} · {one.specialist_name} ·{" "}
        {t("reviews.approvals.at", { time: formats.dateTime(approval.at) })}
      </Text>
      <TakenBackBanner
        how={takenBack(one.state, one.replaced === true, approval.door_to_dose)}
        at={one.waiting_since}
        why={approval.withdrawal_reason}
      />
      {approval.door_to_dose && <DoorToDose chain={approval.door_to_dose} state={one.state} reader="pharmacist" />}
    </article>
  );
}
