import type { DeclineCode, PartReason, Prescription } from "@yunzhen/client";
import { useAction } from "@yunzhen/client/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { secrets, type PackedAnswer } from "./secrets";

export interface PackLine {
  item_no: number;
  batch: string;
  expiry: string;
  quantity: number;
}

/** The steps of one order with the acceptance secret handled inside. */
export function useOrder(prescription: Prescription) {
  const { id, version } = prescription;
  const queryClient = useQueryClient();
  const [packed, setPacked] = useState<PackedAnswer | undefined>(() => secrets.packed(id));
  const changed = (next: Prescription) => {
    // Forgotten and not only asked for again: a list that began from the filling before would offer to replace this one.
    void queryClient.resetQueries({ queryKey: keys.prescriptions.dispenses(id) });
    queryClient.setQueryData(keys.prescriptions.one(id), next);
    void queryClient.invalidateQueries({ queryKey: ["prescriptions", "list"] });
    void queryClient.invalidateQueries({ queryKey: keys.deliveries.all });
    void queryClient.invalidateQueries({ queryKey: keys.stock.all });
  };
  const accept = useAction((at: number, key) => api.prescriptions.accept(id, at, key), {
    onSuccess: ({ secret, prescription: next }) => {
      secrets.set(id, secret);
      changed(next);
    },
  });
  /** The secret of this tab, or asked for again: accepting twice gives the same one. */
  const held = async (): Promise<{ secret: string; version: number }> => {
    const secret = secrets.get(id);
    if (secret !== undefined) return { secret, version };
    const again = await api.prescriptions.accept(id, version);
    secrets.set(id, again.secret);
    return { secret: again.secret, version: again.prescription.version };
  };
  const dispense = useAction(
    async (body: { packs: PackLine[]; part_reason?: PartReason }, key) =>
      api.prescriptions.dispense(id, { ...(await held()), ...body }, key),
    { onSuccess: changed },
  );
  const pack = useAction(
    async (courier: { courier_name: string; courier_phone: string }, key) =>
      api.prescriptions.pack(id, { ...(await held()), ...courier }, key),
    {
      onSuccess: ({ prescription: next, ...answer }) => {
        secrets.setPacked(id, answer);
        setPacked(answer);
        changed(next);
      },
    },
  );
  const decline = useAction(
    (why: { code: DeclineCode; reason?: string }, key) => api.prescriptions.decline(id, { version, ...why }, key),
    { onSuccess: changed },
  );
  return { accept, dispense, pack, decline, packed };
}
