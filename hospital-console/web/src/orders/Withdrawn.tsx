import type { Prescription } from "@yunzhen/client";
import { WithdrawnBanner } from "@yunzhen/client/ui";
import { Box, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { whatIsLeft } from "./left";

/** An order that ended because its prescriber withdrew the prescription. */
export function Withdrawn({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const { state, delivery_id: id = "", timeline, withdrawal_reason } = prescription;
  const withdrawn = state === "cancelled" || state === "stopped" ? state : undefined;
  const delivery = useQuery({
    queryKey: keys.deliveries.one(id),
    queryFn: () => api.deliveries.get(id),
    enabled: withdrawn !== undefined && id !== "",
  });
  const fillings = useQuery({
    queryKey: keys.prescriptions.dispenses(prescription.id),
    queryFn: () => api.stock.dispenses(prescription.id),
    enabled: withdrawn !== undefined,
  });
  if (!withdrawn) return null;
  return (
    <Box mb="md">
      <WithdrawnBanner title={t(`orders.withdrawn.${withdrawn}`)} timeline={timeline} reason={withdrawal_reason}>
        {whatIsLeft(delivery.data, fillings.data?.items ?? []).map((left) => (
          <Text key={left}>{t(`orders.withdrawn.${left}`)}</Text>
        ))}
      </WithdrawnBanner>
    </Box>
  );
}
