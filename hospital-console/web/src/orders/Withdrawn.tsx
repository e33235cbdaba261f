import type { Delivery, Prescription } from "@yunzhen/client";
import { WithdrawnBanner } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";

/** What the pharmacy still has to do with what it packed. */
function whatIsLeft(delivery: Delivery | undefined): "counter" | "parcel" | "home" | "lost" {
  switch (delivery?.state) {
    case "recalled":
      return "parcel";
    case "received":
    case "discrepancy":
      return "home";
    case "lost":
      return "lost";
    default:
      return "counter";
  }
}

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
  if (!withdrawn) return null;
  return (
    <WithdrawnBanner title={t(`orders.withdrawn.${withdrawn}`)} timeline={timeline} reason={withdrawal_reason}>
      <Text>{t(`orders.withdrawn.${whatIsLeft(delivery.data)}`)}</Text>
    </WithdrawnBanner>
  );
}
