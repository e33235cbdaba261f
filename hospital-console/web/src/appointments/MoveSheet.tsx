import type { Appointment } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { dateOf } from "../common/dates";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { SlotPicker } from "./SlotPicker";

/** Another free time of the same specialist; the one it had goes to the waitlist. */
export function MoveSheet({
  appointment,
  version,
  onClose,
}: {
  appointment: Appointment;
  version: number;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [date, setDate] = useState(dateOf(appointment.starts_at));
  const [at, setAt] = useState<string>();
  const outdate = () => {
    void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
    void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
  };
  const move = useAction(
    (to: { version: number; starts_at: string }, key) => api.schedule.move(appointment.consultation.id, to, key),
    {
      onSuccess: () => {
        outdate();
        onClose();
      },
    },
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("appointments.move.title", { name: appointment.consultation.resident.name })}
    >
      <Stack>
        <Text>{t("appointments.move.hint")}</Text>
        <SlotPicker
          specialistId={appointment.specialist.id}
          date={date}
          onDate={(next) => {
            setDate(next);
            setAt(undefined);
          }}
          value={at}
          onChange={setAt}
          error={fieldError(move.error, "starts_at")}
        />
        {move.isError && <ProblemAlert error={move.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            disabled={!at}
            loading={move.isPending}
            onClick={() => at && move.mutate({ version, starts_at: at }, { onError: outdate })}
          >
            {t("appointments.move.action")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
