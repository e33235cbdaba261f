import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { Delivery } from "@yunzhen/client";
import { useApi, WithdrawnBanner } from "@yunzhen/client/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/**
 * The parcel of a withdrawn prescription goes back with the courier. What was counted before anybody here knew is in the home all the same; the count is
 * behind a second step.
 */
export function WithdrawnParcel({ delivery, children }: { delivery: Delivery; children: ReactNode }) {
  const { t } = useTranslation();
  const api = useApi();
  const [counted, more] = useDisclosure(false);
  const id = delivery.prescription_id ?? "";
  const prescription = useQuery({
    queryKey: ["prescriptions", id],
    queryFn: () => api.prescriptions.get(id),
    enabled: id !== "",
  });
  return (
    <>
      <WithdrawnBanner
        title={t("app:deliveries.withdrawn.title")}
        timeline={delivery.timeline}
        reason={prescription.data?.withdrawal_reason}
      >
        <Text fw={600}>{t("app:deliveries.withdrawn.hint")}</Text>
      </WithdrawnBanner>
      {counted ? (
        children
      ) : (
        <div>
          <Button variant="default" size="xl" onClick={more.open}>
            {t("app:deliveries.withdrawn.already")}
          </Button>
          <Text c="dimmed" mt={4}>
            {t("app:deliveries.withdrawn.alreadyHint")}
          </Text>
        </div>
      )}
    </>
  );
}
