import type { ConsultationSummary } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { useColleagues } from "../schedule/useColleagues";

/** Asks a colleague, or takes it oneself. */
export function OfferSheet({ request, onClose }: { request: ConsultationSummary; onClose: () => void }) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const colleagues = useColleagues();
  const [whom, setWhom] = useState<string | null>(null);
  const queryClient = useQueryClient();
  const offer = useAction(
    (to: { specialist_id: string; version: number }, key) => api.schedule.offer(request.id, to, key),
    {
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
        onClose();
      },
    },
  );
  return (
    <Modal opened onClose={onClose} title={t("appointments.offer.title", { name: request.resident.name })}>
      <Stack>
        <Text>{request.reason}</Text>
        <Select
          label={t("appointments.offer.whom")}
          description={t("appointments.offer.hint")}
          data={colleagues.map((c) => ({
            value: c.id,
            label: c.id === me.id ? t("appointments.me", { name: c.name }) : c.name,
          }))}
          value={whom}
          onChange={setWhom}
          error={fieldError(offer.error, "specialist_id")}
          searchable
          data-autofocus
        />
        {offer.isError && <ProblemAlert error={offer.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            disabled={!whom}
            loading={offer.isPending}
            onClick={() => whom && offer.mutate({ specialist_id: whom, version: request.version })}
          >
            {t("appointments.offer.action")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
