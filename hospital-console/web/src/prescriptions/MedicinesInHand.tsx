import type { MedicineInHand } from "@yunzhen/client";
import { useUnit } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { drugName } from "./DrugSearch";
import classes from "./prescriptions.module.css";

/** What the resident takes, and for how long what was prescribed still lasts. */
export function MedicinesInHand({ medicines }: { medicines: readonly MedicineInHand[] }) {
  const { t, i18n } = useTranslation("app");
  const unitWord = useUnit();
  const lasts = ({ days_left, until, to_come }: MedicineInHand): string | undefined =>
    days_left === undefined || until === undefined
      ? undefined
      : to_come
        ? t("prescribing.hand.toCome", { date: until })
        : days_left <= 1
          ? t("prescribing.hand.leftToday")
          : t("prescribing.hand.left", { count: days_left, date: until });
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
        const { drug, dose, frequency, dose_text } = medicine;
        const taken =
          dose !== undefined && frequency !== undefined
            ? `${dose} ${unitWord(drug?.dose_unit ?? drug?.unit ?? "")} · ${t(`shared:frequency.${frequency}`)}`
            : dose_text && t("prescribing.hand.record", { dose: dose_text });
        return (
          <li key={index}>
            <Text size="sm" fw={500}>
              {drug ? `${drugName(drug, i18n.language)} ${drug.strength}` : medicine.name}{" "}
              <Text component="span" size="sm" c="dimmed" fw={400}>
                {taken}
              </Text>
            </Text>
            <Text size="sm">{lasts(medicine)}</Text>
          </li>
        );
      })}
    </ul>
  );
}
