import { Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { WaitlistEntry } from "@yunzhen/client";
import {
  EmptyState,
  ProblemAlert,
  RelativeTime,
  Skeletons,
  StatusChip,
  useAction,
  useApi,
  useFormats,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PrimaryButton } from "../shell";

/** Who of the home waits for a time that becomes free. */
export function Waitlist() {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const [leaving, setLeaving] = useState<WaitlistEntry>();
  const list = useQuery({ queryKey: ["schedule", "waitlist"], queryFn: () => api.schedule.waitlist() });
  return (
    <section
      className="yz-card nurse-calendar-body"
      aria-label={t("app:schedule.waitlist.title")}
      data-testid="waitlist"
    >
      <h2 className="nurse-list-title">{t("app:schedule.waitlist.title")}</h2>
      {list.isPending ? (
        <Skeletons shape="rows" count={2} />
      ) : list.isError ? (
        <div className="nurse-pad">
          <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : list.data.items.length === 0 ? (
        <EmptyState level={3} title={t("app:schedule.waitlist.empty")} hint={t("app:schedule.waitlist.emptyHint")} />
      ) : (
        <ul className="nurse-rows">
          {list.data.items.map((entry) => (
            <li key={entry.consultation.id} className="nurse-wait">
              <Group gap="xs">
                <strong>
                  {t("bed", { bed: entry.consultation.resident.bed })} {entry.consultation.resident.name}
                </strong>
                {entry.consultation.urgency === "urgent" && (
                  <StatusChip meaning="danger">{t("urgency.urgent")}</StatusChip>
                )}
              </Group>
              <Text>{t("app:today.with", { name: entry.specialist.name })}</Text>
              <Text c="dimmed">
                {t("app:schedule.waitlist.window", {
                  from: formats.dateTime(entry.not_before),
                  until: formats.dateTime(entry.not_after),
                })}
              </Text>
              <Group justify="space-between">
                <Text c="dimmed">
                  <RelativeTime at={entry.since} />
                </Text>
                <Button variant="default" onClick={() => setLeaving(entry)}>
                  {t("app:schedule.waitlist.leave")}
                </Button>
              </Group>
            </li>
          ))}
        </ul>
      )}
      <Modal
        opened={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={t("app:schedule.waitlist.leaveTitle")}
        size={560}
      >
        {leaving && <Leave entry={leaving} onDone={() => setLeaving(undefined)} />}
      </Modal>
    </section>
  );
}

function Leave({ entry, onDone }: { entry: WaitlistEntry; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { consultation, specialist } = entry;
  const leave = useAction(
    (version: number, key) =>
      api.consultations.cancel(consultation.id, version, t("app:schedule.waitlist.leaveReason"), key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:schedule.waitlist.left"), color: "green" });
        for (const key of ["schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
        onDone();
      },
    },
  );
  return (
    <Stack>
      <Title order={3} size="h4">
        {t("bed", { bed: consultation.resident.bed })} {consultation.resident.name}
      </Title>
      <Text>
        {t("app:schedule.waitlist.leaveHint", { name: consultation.resident.name, specialist: specialist.name })}
      </Text>
      {leave.error && <ProblemAlert error={leave.error} />}
      <Group justify="space-between">
        <Button variant="default" size="xl" onClick={onDone}>
          {t("action.cancel")}
        </Button>
        <PrimaryButton color="red" loading={leave.isPending} onClick={() => leave.mutate(consultation.version)}>
          {t("app:schedule.waitlist.leave")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
