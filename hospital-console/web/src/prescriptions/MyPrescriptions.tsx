import type { PrescriptionSummary } from "@yunzhen/client";
import {
  EmptyState,
  LineTurn,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
  useFormats,
  useNames,
} from "@yunzhen/client/ui";
import { Button, Group, Table, Text } from "@mantine/core";
import { IconPrescription } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import { Person } from "../common/Person";
import { PrescriptionSheet } from "./PrescriptionSheet";
import page from "../common/Page.module.css";

/** The specialist's own prescriptions and how far each one is. */
export function MyPrescriptions() {
  const { t } = useTranslation("app");
  useTitle(t("prescriptions.mine.title"));
  const query = useQuery({
    queryKey: keys.prescriptions.list({ mine: true }),
    queryFn: () => api.prescriptions.list({ mine: true, newest: true }),
  });
  const [open, setOpen] = useState<PrescriptionSummary>();
  const items = (query.data?.items ?? []).filter((p) => p.state !== "draft");
  return (
    <div className={page.page}>
      <PageHeader title={t("prescriptions.mine.title")} note={t("prescriptions.mine.hint")} />
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconPrescription}
          title={t("prescriptions.mine.empty")}
          hint={t("prescriptions.mine.emptyHint")}
        />
      )}
      {items.length > 0 && <List items={items} onOpen={setOpen} />}
      {open && <PrescriptionSheet summary={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function List({ items, onOpen }: { items: PrescriptionSummary[]; onOpen: (one: PrescriptionSummary) => void }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const formats = useFormats();
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("prescriptions.column.resident")}</Table.Th>
            <Table.Th>{t("prescriptions.column.drugs")}</Table.Th>
            <Table.Th>{t("prescriptions.column.diagnosis")}</Table.Th>
            <Table.Th>{t("prescriptions.column.signed")}</Table.Th>
            <Table.Th>{t("prescriptions.column.state")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((p) => (
            <Table.Tr key={p.id}>
              <Table.Td>
                <Person person={p.resident} />
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={t("prescribing.row.open", { name: p.resident.name })}
                  onClick={() => onOpen(p)}
                >
                  {t("prescribing.question.openOne")}
                </Button>
              </Table.Td>
              <Table.Td>
                <Text>{names.drugs(p)}</Text>
              </Table.Td>
              <Table.Td>{names.diagnosis(p)}</Table.Td>
              <Table.Td>{p.signed_at ? formats.dateTime(p.signed_at) : ""}</Table.Td>
              <Table.Td>
                <Group gap="xs">
                  <PrescriptionChip state={p.state} chain={p} />
                  <LineTurn line={p} reader="prescriber" />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
