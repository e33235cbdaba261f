import type { Duplicate } from "@yunzhen/client";
import { Radio, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { DecisionSheet } from "../common/DecisionSheet";

export type Decision = "merge" | "dismiss" | "unmerge";

/** What will happen, which record stays, and why. */
export function DecideSheet({ pair, decision, onClose }: { pair: Duplicate; decision: Decision; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [survivor, setSurvivor] = useState(pair.residents[0]?.id ?? "");
  const run = (reason: string, key: string) => {
    const { id, version } = pair;
    if (decision === "merge") return api.duplicates.merge(id, { version, survivor_id: survivor, reason }, key);
    return decision === "dismiss"
      ? api.duplicates.dismiss(id, version, reason, key)
      : api.duplicates.unmerge(id, version, reason, key);
  };
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["duplicates"] });
    onClose();
  };
  return (
    <DecisionSheet
      title={t(`duplicates.sheet.${decision}.title`)}
      label={t("duplicates.sheet.reason")}
      required={t("duplicates.sheet.required")}
      confirm={t(`duplicates.sheet.${decision}.confirm`)}
      choice={survivor}
      run={run}
      onDone={done}
      onClose={onClose}
    >
      <Text>{t(`duplicates.sheet.${decision}.lead`)}</Text>
      {decision === "merge" && (
        <Radio.Group label={t("duplicates.sheet.survivor")} value={survivor} onChange={setSurvivor}>
          <Stack gap="xs" mt="xs">
            {pair.residents.map((r, no) => (
              <Radio
                key={r.id}
                value={r.id}
                label={`${t(no === 0 ? "duplicates.first" : "duplicates.second")} · ${r.name} · ${r.home_name} ${t("shared:bed", { bed: r.bed })}`}
                description={r.id_number_masked}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </DecisionSheet>
  );
}
