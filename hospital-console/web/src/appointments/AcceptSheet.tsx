import { fits, type ConsultationSummary } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats, NumberField } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { fromLocalInput, nextQuarter, toLocalInput } from "../common/dates";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { MINUTES } from "../common/minutes";

/** Accepts what was offered, for any free time; it need not be a published one. */
export function AcceptSheet({ request, onClose }: { request: ConsultationSummary; onClose: () => void }) {
  const { t } = useTranslation("app");
  const { zone } = useFormats();
  const queryClient = useQueryClient();
  const [when, setWhen] = useState(() => toLocalInput(nextQuarter(Date.now())));
  const [minutes, setMinutes] = useState<number | undefined>(15);
  const starts_at = fromLocalInput(when);
  const accept = useAction(
    (body: { version: number; starts_at: string; minutes: number }, key) => api.schedule.accept(request.id, body, key),
    {
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
        onClose();
      },
    },
  );
  return (
    <Modal opened onClose={onClose} title={t("appointments.accept.title", { name: request.resident.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (starts_at && fits(minutes, MINUTES)) accept.mutate({ version: request.version, starts_at, minutes });
        }}
      >
        <Stack>
          <Text>{request.reason}</Text>
          <Group grow align="flex-start">
            <TextInput
              type="datetime-local"
              label={t("appointments.accept.when")}
              description={zone}
              value={when}
              onChange={(event) => setWhen(event.currentTarget.value)}
              error={fieldError(accept.error, "starts_at")}
              data-autofocus
              required
            />
            <NumberField
              label={t("appointments.accept.minutes")}
              description={t("appointments.accept.minutesHint")}
              value={minutes}
              onChange={setMinutes}
              rule={MINUTES}
              step={5}
              error={fieldError(accept.error, "minutes")}
            />
          </Group>
          {accept.isError && <ProblemAlert error={accept.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={accept.isPending} disabled={!starts_at || !fits(minutes, MINUTES)}>
              {t("appointments.accept.action")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
