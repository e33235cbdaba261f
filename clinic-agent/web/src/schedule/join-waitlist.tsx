import { Group, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import type { NewWish, ResidentSummary, StaffRef, Urgency } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi, useZone } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { asLocalInput, fromLocalInput } from "./calendar";

const WEEK_MS = 7 * 24 * 3600_000;

/** A wish for a time that is not free: from when to when, how soon, why. */
export function JoinWaitlist({
  resident,
  specialist,
  reason: given,
  onDone,
}: {
  resident: ResidentSummary;
  specialist: StaffRef;
  reason: string;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const zone = useZone();
  const [opened] = useState(() => Date.now());
  const [notBefore, setNotBefore] = useState(() => asLocalInput(opened, zone));
  const [notAfter, setNotAfter] = useState(() => asLocalInput(opened + WEEK_MS, zone));
  const [urgency, setUrgency] = useState<Urgency>("routine");
  const [reason, setReason] = useState(given);
  const join = useAction((input: NewWish, key) => api.schedule.joinWaitlist(input, key), {
    onSuccess: () => {
      notifications.show({ message: t("app:schedule.booking.joined"), color: "green" });
      for (const key of ["schedule", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
  const from = fromLocalInput(notBefore, zone);
  const until = fromLocalInput(notAfter, zone);
  const wrong = !from || !until || until <= from || Date.parse(until) <= opened;
  const fieldError = (path: string): string | undefined => saidAt(join.error, path);
  return (
    <Stack>
      <Text fw={600}>
        {resident.name} · {t("app:today.with", { name: specialist.name })}
      </Text>
      <Text>{t("app:schedule.booking.joinHint")}</Text>
      <Group grow align="flex-start">
        <TextInput
          type="datetime-local"
          label={t("app:schedule.booking.notBefore")}
          value={notBefore}
          onChange={(event) => setNotBefore(event.currentTarget.value)}
          error={fieldError("not_before")}
        />
        <TextInput
          type="datetime-local"
          label={t("app:schedule.booking.notAfter")}
          value={notAfter}
          onChange={(event) => setNotAfter(event.currentTarget.value)}
          error={wrong ? t("app:schedule.booking.windowWrong") : fieldError("not_after")}
        />
      </Group>
      <SegmentedControl
        size="lg"
        aria-label={t("app:before.urgency")}
        value={urgency}
        onChange={(value) => setUrgency(value as Urgency)}
        data={[
          { value: "routine", label: t("urgency.routine") },
          { value: "urgent", label: t("urgency.urgent") },
        ]}
      />
      <Textarea
        label={t("app:schedule.booking.why")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={fieldError("reason")}
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
      />
      {join.error && <ProblemAlert error={join.error} />}
      <Group justify="flex-end">
        <PrimaryButton
          disabled={wrong || reason.trim() === ""}
          loading={join.isPending}
          onClick={() =>
            from &&
            until &&
            join.mutate({
              resident_id: resident.id,
              specialist_id: specialist.id,
              not_before: from,
              not_after: until,
              urgency,
              reason: reason.trim(),
            })
          }
        >
          {t("app:schedule.booking.join")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
