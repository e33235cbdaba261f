import { notifications } from "@mantine/notifications";
import { drugNamesIn, type PrescriptionSummary } from "@yunzhen/client";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { withdrawnSince } from "./board";

/** Says of each order that its prescriber withdrew while the board was open; it stays until it is closed, because the order itself leaves the board or its column. */
export function useWithdrawnNotice(orders: readonly PrescriptionSummary[] | undefined): void {
  const { t, i18n } = useTranslation("app");
  const { language } = i18n;
  const before = useRef<readonly PrescriptionSummary[]>(undefined);
  useEffect(() => {
    if (!orders) return;
    const withdrawn = before.current ? withdrawnSince(before.current, orders) : [];
    before.current = orders;
    for (const order of withdrawn) {
      const { id, resident } = order;
      const drugs = drugNamesIn(order, language).join(t("shared:separator"));
      notifications.show({
        id: `withdrawn-${id}`,
        title: t("orders.withdrawn.noticeTitle"),
        message: t("orders.withdrawn.notice", { name: resident.name, home: resident.home_name, drugs }),
        color: "yellow",
        autoClose: false,
        closeButtonProps: { "aria-label": t("app.close") },
      });
    }
  }, [orders, t, language]);
}
