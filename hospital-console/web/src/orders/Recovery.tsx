import type { CourierLink, Delivery } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { keys } from "../common/keys";
import { Decide } from "./Decide";

const STEPS = ["release", "turn-back", "take-back", "lose"] as const;
type Step = (typeof STEPS)[number];
/** Those that end the parcel's way. */
type Ending = "take-back" | "lose";

/** What the pharmacy can do with a parcel that is on the road, held up, on its way back or gone: each asks once, because each moves the prescription or the courier. */
export function Recovery({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Step>();
  const [link, setLink] = useState<CourierLink>();
  const possible = STEPS.filter((step) => delivery.allowed.includes(step));
  const done = (next: Delivery) => {
    setAsking(undefined);
    queryClient.setQueryData(keys.deliveries.one(delivery.id), next);
    void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
    void queryClient.invalidateQueries({ queryKey: keys.deliveries.list });
    void queryClient.invalidateQueries({ queryKey: keys.stock.all });
  };
  const renew = useAction(
    async (run: string, key) => api.courierRuns.renewLink(run, (await api.courierRuns.get(run)).version, key),
    { onSuccess: setLink },
  );
  const runId = delivery.run_id;
  const underWay = ["awaiting_courier", "accepted", "in_transit", "at_door", "on_hold"].includes(delivery.state);
  const close = () => setAsking(undefined);
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
      {(asking === "release" || asking === "turn-back") && (
        <Decide delivery={delivery} decision={asking} onDone={done} onClose={close} />
      )}
      {(asking === "take-back" || asking === "lose") && (
        <End delivery={delivery} step={asking} onDone={done} onClose={close} />
      )}
    </Stack>
  );
}

/** The parcel is here again, or nobody knows where; what is here goes where the rules say, or is destroyed. */
function End({
  delivery,
  step,
  onDone,
  onClose,
}: {
  delivery: Delivery;
  step: Ending;
  onDone: (next: Delivery) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("app");
  const [destroyed, setDestroyed] = useState(false);
  const end = useAction(
    (input: { destroyed: boolean }, key) =>
      step === "lose"
        ? api.parcels.lose(delivery.id, delivery.version, key)
        : api.parcels.takeBack(delivery.id, delivery.version, input.destroyed, key),
    { onSuccess: onDone },
  );
  const fate = destroyed ? "destroyed" : delivery.set_apart || delivery.batch_recalled ? "apart" : "shelf";
  const red = step === "lose" || destroyed;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`orders.recover.${step}.title`)}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t(`orders.recover.${step}.hint`)}</Text>
        {step === "take-back" && (
          <>
            <Text fw={600} data-testid="fate" data-fate={fate}>
              {t(`orders.recover.fate.${fate}`)}
            </Text>
            {/* A recall says itself what becomes of its batch. */}
            {!delivery.batch_recalled && (
              <Checkbox
                label={t("orders.recover.destroy")}
                checked={destroyed}
                onChange={(event) => setDestroyed(event.currentTarget.checked)}
              />
            )}
          </>
        )}
        {end.isError && <ProblemAlert error={end.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button color={red ? "red" : undefined} loading={end.isPending} onClick={() => end.mutate({ destroyed })}>
            {t(`orders.recover.${step}.button`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
