import type { MedicineInHand, NextStep } from "@yunzhen/client";
import { useUnit, useStrength } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { drugName } from "./DrugSearch";
import classes from "./prescriptions.module.css";

/** What the resident takes, how long what the home has of it lasts, and why there is nothing of it. */
export function MedicinesInHand({ medicines }: { medicines: readonly MedicineInHand[] }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const unitWord = useUnit();
  const lasts = ({ days_left, until, to_come, left, drug }: MedicineInHand): string | undefined => {
    if (days_left === undefined || until === undefined) {
      if (left === undefined) return undefined;
      return t("prescribing.hand.some", { left: `${left} ${unitWord(drug?.dose_unit ?? drug?.unit ?? "")}` });
    }
    if (to_come) return t("prescribing.hand.toCome", { date: until });
    if (days_left <= 1) return t("prescribing.hand.leftOne", { date: until });
    return t("prescribing.hand.left", { count: days_left, date: until });
  };
  if (medicines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("prescribing.hand.none")}
      </Text>
    );
  }
  return (
    <ul className={classes.hand}>
      {medicines.map((medicine, index) => {
        const { drug, dose, frequency, next_step, most_per_day, hours_apart } = medicine;
        const { dose_text, nothing_left, rest_to_come } = medicine;
        const step = (of: Pick<NextStep, "dose" | "frequency">): string =>
          `${of.dose} ${unitWord(drug?.dose_unit ?? drug?.unit ?? "")} · ${t(`shared:frequency.${of.frequency}`)}`;
        const taken =
          dose !== undefined && frequency !== undefined
            ? [
                step({ dose, frequency }),
                most_per_day !== undefined && t("prescribing.quantity.atMost", { count: most_per_day }),
                hours_apart !== undefined && t("prescribing.quantity.apart", { count: hours_apart }),
              ]
                .filter(Boolean)
                .join(" · ")
            : dose_text && t("prescribing.hand.record", { dose: dose_text });
        return (
          <li key={index}>
            <Text size="sm" fw={500}>
              {drug ? `${drugName(drug, i18n.language)} ${strength(drug.strength)}` : medicine.name}{" "}
              <Text component="span" size="sm" c="dimmed" fw={400}>
                {taken}
              </Text>
            </Text>
            {next_step && (
              <Text size="sm">
                {next_step.from === undefined
                  ? t("prescribing.hand.changes", { dose: step(next_step) })
                  : t("prescribing.hand.changesOn", { date: next_step.from, dose: step(next_step) })}
              </Text>
            )}
            <Text size="sm" c={nothing_left && "var(--yz-danger-text)"}>
              {nothing_left ? t(`prescribing.hand.nothing.${nothing_left}`) : lasts(medicine)}
              {rest_to_come && ` · ${t("prescribing.hand.restToCome")}`}
            </Text>
          </li>
        );
      })}
    </ul>
  );
}
