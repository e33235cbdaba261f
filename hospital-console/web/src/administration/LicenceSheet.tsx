import type { LicenceUpdate, Staff } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";

const FIELDS = ["number", "hospital", "specialty", "valid_until"] as const;

/** A person's licence as it is now, and as it was: what is saved is a further entry, nothing is written over. */
export function LicenceSheet({ staff, onClose }: { staff: Staff; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const known = staff.licence_record;
  const [values, setValues] = useState({
    number: known?.number ?? staff.licence ?? "",
    hospital: known?.hospital ?? staff.hospital ?? staff.pharmacy_name ?? staff.home_name ?? "",
    specialty: known?.specialty ?? "",
    valid_until: known?.valid_until ?? "",
  });
  const record = useAction((update: LicenceUpdate, key) => api.licences.record(staff.id, update, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.staff });
      void queries.invalidateQueries({ queryKey: keys.signingKeys.all });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { valid_until, ...rest } = values;
    record.mutate({ version: known?.version ?? 0, ...rest, ...(valid_until === "" ? {} : { valid_until }) });
  };
  const missing = [values.number, values.hospital, values.specialty].some((text) => text.trim() === "");
  return (
    <Modal
      opened
      onClose={onClose}
      size={640}
      title={t("administration.staff.licenceSheet.title", { name: staff.name })}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("administration.staff.licenceSheet.lead")}</Text>
          {FIELDS.map((field) => (
            <TextInput
              key={field}
              type={field === "valid_until" ? "date" : "text"}
              label={t(`administration.staff.licenceSheet.${field}`)}
              description={field === "valid_until" ? t("administration.staff.licenceSheet.endHint") : undefined}
              value={values[field]}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setValues((before) => ({ ...before, [field]: value }));
              }}
              error={problemAt(record.error, field)}
              required={field !== "valid_until"}
              data-autofocus={field === "number" || undefined}
            />
          ))}
          {record.isError && !toldAt(record.error, FIELDS) && <ProblemAlert error={record.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={record.isPending} disabled={missing}>
              {t("administration.staff.licenceSheet.save")}
            </Button>
          </Group>
          {known && <History staffId={staff.id} />}
        </Stack>
      </form>
    </Modal>
  );
}

function History({ staffId }: { staffId: string }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const history = useQuery({
    queryKey: [...keys.staff, "licences", staffId],
    queryFn: () => api.licences.history(staffId),
  });
  return (
    <section>
      <Title order={3} fz={16} mb="xs">
        {t("administration.staff.licenceSheet.history")}
      </Title>
      {history.isPending && <Skeletons shape="rows" count={1} />}
      {history.isError && <ProblemAlert error={history.error} onRetry={() => void history.refetch()} />}
      {history.isSuccess && (
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("administration.staff.licenceSheet.number")}</Table.Th>
              <Table.Th>{t("administration.staff.licenceSheet.specialty")}</Table.Th>
              <Table.Th>{t("administration.staff.licenceSheet.valid_until")}</Table.Th>
              <Table.Th>{t("administration.staff.licenceSheet.recorded")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {history.data.items.map((licence) => (
              <Table.Tr key={licence.version}>
                <Table.Td>{licence.number}</Table.Td>
                <Table.Td>
                  {licence.specialty}
                  <Text size="sm" c="dimmed">
                    {licence.hospital}
                  </Text>
                </Table.Td>
                <Table.Td>{licence.valid_until ? formats.date(licence.valid_until) : t("app.none")}</Table.Td>
                <Table.Td>
                  {licence.recorded_by.name}
                  <Text size="sm" c="dimmed">
                    {formats.dateTime(licence.recorded_at)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
