import type { Drug, Frequency } from "@yunzhen/client";
import { useUnit, NumberField } from "@yunzhen/client/ui";
import { ActionIcon, Button, Select, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { DAYS, doseProblem, STEP_FREQUENCIES, type Step } from "./draft";
import classes from "./prescriptions.module.css";

/** A dose that changes: its steps one after the other, at least two. */
export function TaperEditor({
  drug,
  steps,
  problem,
  onChange,
}: {
  drug: Drug;
  steps: readonly Step[];
  /** What the relay says of a field of a step. */
  problem: (field: string) => string | undefined;
  onChange: (steps: Step[]) => void;
}) {
  const { t } = useTranslation("app");
  const unit = useUnit()(drug.dose_unit ?? drug.unit);
  const set = (at: number, part: Partial<Step>) =>
    onChange(steps.map((step, index) => (index === at ? { ...step, ...part } : step)));
  const last = steps.at(-1);
  return (
    <Stack gap="xs" className={`${classes.full} ${classes.steps}`}>
      {steps.map((step, index) => {
        const no = index + 1;
        const wrongDose = doseProblem(step.dose);
        const label = (field: string) => `${t("prescribing.taper.step", { no })} · ${field}`;
        return (
          <div key={index} className={classes.step} role="group" aria-label={t("prescribing.taper.step", { no })}>
            <NumberField
              label={t("prescribing.taper.step", { no })}
              aria-label={label(t("prescriptions.line.dose"))}
              rule={{}}
              value={step.dose}
              onChange={(dose) => set(index, { dose })}
              suffix={` ${unit}`}
              error={wrongDose ? t(`prescribing.dose.${wrongDose}`) : problem(`taper[${index}].dose`)}
            />
            <Select
              aria-label={label(t("prescriptions.line.frequency"))}
              value={step.frequency}
              onChange={(value) => value && set(index, { frequency: value as Frequency })}
              data={STEP_FREQUENCIES.map((value) => ({ value, label: t(`shared:frequency.${value}`) }))}
              allowDeselect={false}
            />
            <NumberField
              aria-label={label(t("prescriptions.line.days"))}
              value={step.days}
              onChange={(days = NaN) => set(index, { days })}
              rule={DAYS}
              suffix={` ${t("prescribing.taper.days", { count: step.days || 0 })}`}
              error={problem(`taper[${index}].days`)}
            />
            <ActionIcon
              aria-label={t("prescribing.taper.remove", { no })}
              disabled={steps.length <= 2}
              onClick={() => onChange(steps.filter((_, at) => at !== index))}
            >
              <IconTrash size={18} />
            </ActionIcon>
          </div>
        );
      })}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={steps.length >= 12}
          onClick={() =>
            onChange([...steps, { dose: undefined, frequency: last?.frequency ?? "qd", days: last?.days ?? 3 }])
          }
        >
          {t("prescribing.taper.add")}
        </Button>
        <Text component="span" size="sm" c="dimmed" ml="xs">
          {t("prescribing.taper.total", { count: steps.reduce((sum, step) => sum + (step.days || 0), 0) })}
        </Text>
      </div>
      {problem("taper") && (
        <Text size="sm" c="var(--yz-danger-text)">
          {problem("taper")}
        </Text>
      )}
    </Stack>
  );
}
