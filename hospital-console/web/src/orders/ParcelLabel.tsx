import type { Delivery } from "@yunzhen/client";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
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

/** One path of dark squares with the quiet zone around it. */
function TwoDCode({ content, label }: { content: string; label: string }) {
  const { path, size } = useMemo(() => {
    const { data, size } = encode(content, { ecc: "M", border: 4 });
    const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(""), size };
  }, [content]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="white" />
      <path d={path} fill="black" />
    </svg>
  );
}
