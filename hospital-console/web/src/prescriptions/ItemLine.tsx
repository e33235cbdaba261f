import type { PrescriptionItem, TaperStep } from "@yunzhen/client";
import { useUnit, useStrength } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { drugName } from "./DrugSearch";
import { DrugTags } from "./DrugTags";

/** One medicine as it is read aloud: name and strength, then how it is taken, then how much in all. */
export function ItemLine({ item }: { item: PrescriptionItem }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const unitWord = useUnit();
  return (
    <>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
        <Group gap="xs">
          <Text fw={600}>
            {item.no}. {drugName(item.drug, i18n.language)} {strength(item.drug.strength)}
          </Text>
          <DrugTags drug={item.drug} />
        </Group>
        <Text style={{ whiteSpace: "nowrap" }} fw={500}>
          × {item.quantity} {unitWord(item.quantity_unit)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {[
          ...(item.taper?.length
            ? []
            : [`${item.dose} ${unitWord(item.dose_unit)}`, t(`shared:frequency.${item.frequency}`)]),
          item.most_per_day !== undefined && t("prescribing.quantity.atMost", { count: item.most_per_day }),
          item.hours_apart !== undefined && t("prescribing.quantity.apart", { count: item.hours_apart }),
          t(`shared:route.${item.route}`),
          t("prescriptions.document.days", { count: item.days }),
          item.instruction,
          item.substitution && t("prescriptions.line.substitutionAllowed"),
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      <Steps steps={item.taper} unit={item.dose_unit} />
    </>
  );
}

/** A dose that changes, one line a step. */
export function Steps({ steps = [], unit }: { steps?: readonly TaperStep[]; unit: string }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  return steps.map((step, index) => (
    <Text size="sm" key={index}>
      {t("prescribing.taper.line", {
        no: index + 1,
        dose: step.dose,
        unit: unitWord(unit),
        frequency: t(`shared:frequency.${step.frequency}`),
        count: step.days,
      })}
    </Text>
  ));
}
