/** Which order a scanned label belongs to: pure. Labels of parcels (`YZP1:delivery:code:proof`) and of medicines (`YZM:prescription:line`), or the parcel's code. */
import type { Delivery, PrescriptionSummary } from "@yunzhen/client";

export type Found =
  | { ok: true; prescriptionId: string }
  /** No label of ours at all, or one of somebody else's order. */
  | { ok: false; problem: "unreadable" | "not_here" };

/** Identifiers are printed without hyphens and in capitals where that makes the code smaller. */
const bare = (id: string): string => id.replaceAll("-", "").toLowerCase();

export function orderOf(
  scanned: string,
  orders: readonly Pick<PrescriptionSummary, "id">[],
  parcels: readonly Pick<Delivery, "id" | "prescription_id" | "parcel_code">[],
): Found {
  const text = scanned.trim();
  const [prefix = "", id = ""] = text.split(":");
  const open = (prescriptionId: string | undefined): Found =>
    prescriptionId === undefined ? { ok: false, problem: "not_here" } : { ok: true, prescriptionId };
  switch (prefix.toUpperCase()) {
    case "YZP1":
      return open(parcels.find((parcel) => bare(parcel.id) === bare(id))?.prescription_id);
    case "YZM":
      return open(orders.find((order) => bare(order.id) === bare(id))?.id);
    default: {
      if (!/^[0-9A-Za-z]{8}$/.test(text)) return { ok: false, problem: "unreadable" };
      const code = text.toUpperCase();
      return open(parcels.find((parcel) => parcel.parcel_code?.toUpperCase() === code)?.prescription_id);
    }
  }
}
