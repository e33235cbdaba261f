import type { Delivery } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import { TwoDCode } from "../common/TwoDCode";
import classes from "./orders.module.css";

/** What is printed and stuck on the parcel: its 2D code and code, where it goes, whether it is kept cold. Nobody's name: couriers and visitors read it too. */
export function ParcelLabel({ delivery, code, content }: { delivery: Delivery; code: string; content: string }) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.label} data-testid="parcel-label">
      <TwoDCode content={content} label={t("orders.label.code")} />
      <div>
        <h1>{code}</h1>
        <p>{delivery.home.name}</p>
        <p>{delivery.home.address}</p>
        <p>{delivery.home.phone}</p>
        {delivery.cold_chain && <p className={classes.labelCold}>❄ {t("orders.cold")}</p>}
      </div>
    </div>
  );
}
