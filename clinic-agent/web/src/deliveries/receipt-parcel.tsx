import { useQuery } from "@tanstack/react-query";
import { ParcelNumber, useApi, useNames } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { medicinesIn } from "./counting";

/** Of which parcel a receipt is that waits on this box: two of one resident would read alike. */
export function ReceiptParcel({ deliveryId }: { deliveryId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const names = useNames();
  const deliveries = useQuery({ queryKey: ["deliveries", "list"], queryFn: () => api.deliveries.listFresh() });
  const delivery = deliveries.data?.data.items.find(({ id }) => id === deliveryId);
  if (!delivery) return <strong className="nurse-pending-who">{t("app:top.parcelUnknown")}</strong>;
  return (
    <span data-testid={`receipt-of-${deliveryId}`}>
      {delivery.resident && (
        <strong className="nurse-pending-who">{t("app:deliveries.forResident", delivery.resident)}</strong>
      )}
      {medicinesIn(delivery.packs ?? [], names.pack).join(t("separator"))}
      <ParcelNumber delivery={delivery} />
    </span>
  );
}
