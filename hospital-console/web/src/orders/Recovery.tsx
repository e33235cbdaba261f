import type { CourierLink, Delivery } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { keys } from "../common/keys";

const STEPS = ["release", "take-back", "lose"] as const;
type Step = (typeof STEPS)[number];

/** What the pharmacy can do with a parcel that is held up, on its way back or gone: each asks once, because each moves the prescription or the courier. */
export function Recovery({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Step>();
  const [link, setLink] = useState<CourierLink>();
  const possible = STEPS.filter((step) => delivery.allowed.includes(step));
  const recover = useAction((step: Step, key) => api.parcels.recover(delivery.id, step, delivery.version, key), {
    onSuccess: (next) => {
      setAsking(undefined);
      queryClient.setQueryData(keys.deliveries.one(delivery.id), next);
      void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
      void queryClient.invalidateQueries({ queryKey: keys.deliveries.list });
    },
  });
  const renew = useAction(
    async (run: string, key) => api.courierRuns.renewLink(run, (await api.courierRuns.get(run)).version, key),
    { onSuccess: setLink },
  );
  const runId = delivery.run_id;
  const underWay = ["awaiting_courier", "accepted", "in_transit", "at_door", "on_hold"].includes(delivery.state);
  if (possible.length === 0 && !underWay) return null;
  return (
    <Stack gap="xs" mt="sm" data-testid="recovery">
      <Group gap="xs">
        {possible.map((step) => (
          <Button
            key={step}
            variant={step === "lose" ? "subtle" : "default"}
            color={step === "lose" ? "red" : undefined}
            onClick={() => setAsking(step)}
          >
            {t(`orders.recover.${step}.button`)}
          </Button>
        ))}
        {underWay && runId && (
          <Button variant="subtle" loading={renew.isPending} onClick={() => renew.mutate(runId)}>
            {t("orders.renewLink")}
          </Button>
        )}
      </Group>
      {renew.isError && <ProblemAlert error={renew.error} />}
      {link && (
        <Stack gap={4} data-testid="renewed-link">
          <Copyable value={`${location.origin}${link.courier_link_path}`} label={t("orders.courierLink")} />
          <Copyable value={link.courier_pin} label={t("orders.pin")} large />
          <Text size="sm">{t("orders.pinHint")}</Text>
        </Stack>
      )}
      {asking && (
        <Modal
          opened
          onClose={() => setAsking(undefined)}
          title={t(`orders.recover.${asking}.title`)}
          closeButtonProps={{ "aria-label": t("app.close") }}
        >
          <Stack>
            <Text>{t(`orders.recover.${asking}.hint`)}</Text>
            {recover.isError && <ProblemAlert error={recover.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(undefined)}>
                {t("app.cancel")}
              </Button>
              <Button
                color={asking === "lose" ? "red" : undefined}
                loading={recover.isPending}
                onClick={() => recover.mutate(asking)}
              >
                {t(`orders.recover.${asking}.button`)}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}
