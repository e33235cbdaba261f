import type { Finding, Frequency, Route } from "@yunzhen/client";
import { ActionIcon, Button, Group, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { FREQUENCIES, ROUTES, whenNeeded, type Line } from "./draft";
import { drugName, DrugSearch } from "./DrugSearch";
import { DrugTags } from "./DrugTags";
import { FindingList } from "./FindingList";
import classes from "./prescriptions.module.css";

interface LineEditorProps {
  line: Line;
  no: number;
  maxDays: number;
  /** As the relay computed it for the saved draft. */
  quantity: string | undefined;
  findings: Finding[];
  onChange: (change: Partial<Line>) => void;
  onRemove: () => void;
}

/** One medicine: what, how much, how often, how, how long; the safety answers right below. */
export function LineEditor({ line, no, maxDays, quantity, findings, onChange, onRemove }: LineEditorProps) {
  const { t, i18n } = useTranslation("app");
  const number = (value: string | number): number | undefined => (typeof value === "number" ? value : undefined);
  return (
    <div
      className={classes.line}
      role="group"
      aria-label={t("prescriptions.line.title", { no })}
      data-testid={`line-${no}`}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        {line.drug ? (
          <div>
            <Text fw={600}>
              {no}. {drugName(line.drug, i18n.language)} {line.drug.strength}
            </Text>
            <Group gap="xs">
              <Text size="sm" c="dimmed">
                {line.drug.form} · {line.drug.atc}
              </Text>
              <DrugTags drug={line.drug} />
              <Button variant="subtle" size="compact-sm" onClick={() => onChange({ drug: undefined })}>
                {t("prescriptions.line.change")}
              </Button>
            </Group>
          </div>
        ) : (
          <div style={{ flex: 1 }}>
            <DrugSearch
              autoFocus
              label={`${t("prescriptions.line.drug")} ${no}`}
              onChoose={(drug) => onChange({ drug, dose: line.dose ?? undefined })}
            />
          </div>
        )}
        <ActionIcon aria-label={t("prescriptions.line.remove", { no })} onClick={onRemove}>
          <IconTrash size={18} />
        </ActionIcon>
      </Group>
      {line.drug && (
        <div className={classes.fields}>
          <NumberInput
            label={t("prescriptions.line.dose")}
            value={line.dose ?? ""}
            onChange={(value) => onChange({ dose: number(value) })}
            min={0}
            decimalScale={3}
            suffix={` ${line.drug.dose_unit ?? line.drug.unit}`}
            autoFocus={line.dose === undefined}
          />
          <Select
            label={t("prescriptions.line.frequency")}
            value={line.frequency}
            onChange={(value) => value && onChange({ frequency: value as Frequency })}
            data={FREQUENCIES.map((value) => ({ value, label: t(`shared:frequency.${value}`) }))}
            allowDeselect={false}
          />
          <Select
            label={t("prescriptions.line.route")}
            value={line.route}
            onChange={(value) => value && onChange({ route: value as Route })}
            data={ROUTES.map((value) => ({ value, label: t(`shared:route.${value}`) }))}
            allowDeselect={false}
          />
          <NumberInput
            label={
              <Group justify="space-between" component="span" gap="xs">
                <span>{t("prescriptions.line.days")}</span>
                <Text component="span" size="sm" c={line.days > maxDays ? "var(--yz-danger-text)" : "dimmed"}>
                  {t("prescriptions.line.capDays", { used: line.days, cap: maxDays })}
                </Text>
              </Group>
            }
            aria-label={t("prescriptions.line.days")}
            styles={{ label: { width: "100%" } }}
            value={line.days}
            onChange={(value) => onChange({ days: number(value) ?? 0 })}
            min={1}
            allowDecimal={false}
            error={line.days > maxDays}
          />
          {whenNeeded(line) && (
            <NumberInput
              className={classes.full}
              label={t("prescriptions.line.quantity")}
              description={t("prescriptions.line.quantityWhenNeeded")}
              value={line.quantity ?? ""}
              onChange={(value) => onChange({ quantity: number(value) })}
              min={1}
              allowDecimal={false}
              suffix={` ${line.drug.unit}`}
            />
          )}
          <TextInput
            className={classes.full}
            label={
              <Group justify="space-between" component="span" gap="xs">
                <span>{t("prescriptions.line.instruction")}</span>
                {quantity && !whenNeeded(line) && (
                  <Text component="span" size="sm" title={t("prescriptions.line.quantityHint")}>
                    {t("prescriptions.line.quantity")} {quantity}
                  </Text>
                )}
              </Group>
            }
            aria-label={t("prescriptions.line.instruction")}
            styles={{ label: { width: "100%" } }}
            placeholder={t("prescriptions.line.instructionPlaceholder")}
            value={line.instruction}
            onChange={(event) => onChange({ instruction: event.currentTarget.value })}
          />
        </div>
      )}
      <FindingList findings={findings} />
    </div>
  );
}
