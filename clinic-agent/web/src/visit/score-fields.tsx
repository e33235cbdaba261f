import { SegmentedControl, Text, TextInput } from "@mantine/core";
import { LEVELS, RESPONSIVENESS } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OXYGEN, oxygenWrong, type Entries } from "./vitals-check";

/** Air or oxygen, alert or not: without these two there is no early-warning score. */
export function ScoreFields({
  entries,
  onChange,
}: {
  entries: Entries;
  onChange: (code: string, text: string) => void;
}) {
  const { t } = useTranslation();
  const [given, setGiven] = useState(false);
  const flow = entries[OXYGEN] ?? "";
  const oxygen = given ? "oxygen" : flow === "0" ? "air" : "none";
  return (
    <div className="nurse-score-fields">
      <div>
        <Text fw={600} id="consciousness">
          {t("app:vitals.consciousnessLabel")}
        </Text>
        <SegmentedControl
          size="lg"
          fullWidth
          aria-labelledby="consciousness"
          value={entries[RESPONSIVENESS] || "none"}
          onChange={(value) => onChange(RESPONSIVENESS, value === "none" ? "" : value)}
          data={[
            { value: "none", label: t("app:vitals.notAssessed") },
            ...LEVELS.map((value) => ({ value, label: t(`vital.level.${value}`) })),
          ]}
        />
      </div>
      <div className="nurse-oxygen">
        <div>
          <Text fw={600} id="oxygen">
            {t("app:vitals.oxygenLabel")}
          </Text>
          <SegmentedControl
            size="lg"
            aria-labelledby="oxygen"
            value={oxygen}
            onChange={(value) => {
              setGiven(value === "oxygen");
              onChange(OXYGEN, value === "air" ? "0" : "");
            }}
            data={(["none", "air", "oxygen"] as const).map((value) => ({
              value,
              label: t(value === "none" ? "app:vitals.notAssessed" : `app:vitals.oxygen.${value}`),
            }))}
          />
        </div>
        {given && (
          <TextInput
            label={t("app:vitals.flow")}
            inputMode="decimal"
            value={flow}
            onChange={(event) => onChange(OXYGEN, event.currentTarget.value.replace(/[^\d.,]/g, "").slice(0, 4))}
            error={oxygenWrong(entries) ? t("app:vitals.flowWrong") : undefined}
            data-autofocus
          />
        )}
      </div>
    </div>
  );
}
