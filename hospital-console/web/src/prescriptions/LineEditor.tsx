import type { Finding, Frequency, Route } from "@yunzhen/client";
import { useUnit, useNames, useStrength, NumberField } from "@yunzhen/client/ui";
import { ActionIcon, Button, Checkbox, Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { IconStar, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import {
  chosen,
  DAYS,
  doseProblem,
  fewerPossible,
  HOURS,
  UNITS,
  FREQUENCIES,
  isCleared,
  lineDays,
  once,
  totalWhenNeeded,
  waysOf,
  whenNeeded,
  type Line,
} from "./draft";
import { drugName, DrugSearch } from "./DrugSearch";
import { DrugTags } from "./DrugTags";
import { FindingList } from "./FindingList";
import { TaperEditor } from "./TaperEditor";
import classes from "./prescriptions.module.css";

interface LineEditorProps {
  line: Line;
  no: number;
  /** Days that the kind of supply leaves; unknown until the relay has said them. */
  maxDays: number | undefined;
  /** As the relay counts it while it is typed. */
  quantity: string | undefined;
  /** What the relay says of a field of this line. */
  problem: (field: string) => string | undefined;
  /** Keeps the line under a name; absent while it is not complete. */
  onKeep: (() => void) | undefined;
  findings: Finding[];
  /** The reason that some of them ask for is given. */
  reasoned: boolean;
  onChange: (change: Partial<Line>) => void;
  onRemove: () => void;
}

/** One medicine: what, how much, how often, how, how long; the safety answers right below. */
export function LineEditor(props: LineEditorProps) {
  const { line, no, maxDays, quantity, problem, findings, reasoned, onKeep, onChange, onRemove } = props;
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const names = useNames();
  const unitWord = useUnit();
  const stepped = line.taper.length > 0;
  const { usual, others } = line.drug ? waysOf(line.drug) : { usual: [], others: [] };
  const way = (value: Route) => ({ value, label: t(`shared:route.${value}`) });
  const wrongDose = doseProblem(line.dose);
  const limitHint = line.mostPerDay === undefined ? "mostPerDayMissing" : "mostPerDayHint";
  const total = totalWhenNeeded(line);
  const possible = whenNeeded(line) && !stepped ? fewerPossible(line) : undefined;
  const beyond = maxDays !== undefined && lineDays(line) > maxDays;
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
              {no}. {drugName(line.drug, i18n.language)} {strength(line.drug.strength)}
            </Text>
            <Group gap="xs">
              <Text size="sm" c="dimmed">
                {names.form(line.drug.form)} · {line.drug.atc}
              </Text>
              <DrugTags drug={line.drug} />
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() => onChange({ drug: undefined, former: line.drug })}
              >
                {t("prescriptions.line.change")}
              </Button>
            </Group>
          </div>
        ) : (
          <div style={{ flex: 1 }}>
            <DrugSearch
              autoFocus
              label={`${t("prescriptions.line.drug")} ${no}`}
              onChoose={(drug) => onChange(chosen(line, drug))}
            />
          </div>
        )}
        <Group gap={4} wrap="nowrap">
          {onKeep && (
            <ActionIcon aria-label={t("prescribing.favourite.keepLine", { no })} onClick={onKeep}>
              <IconStar size={18} />
            </ActionIcon>
          )}
          <ActionIcon aria-label={t("prescriptions.line.remove", { no })} onClick={onRemove}>
            <IconTrash size={18} />
          </ActionIcon>
        </Group>
      </Group>
      {isCleared(line) && line.former && (
        <Text size="sm" c="var(--yz-person-text)" role="status" data-testid="line-cleared">
          {t("prescriptions.line.cleared", { name: drugName(line.former, i18n.language) })}
        </Text>
      )}
      {line.drug && (
        <div className={classes.fields}>
          <SegmentedControl
            className={classes.full}
            size="xs"
            aria-label={t("prescribing.taper.kind")}
            value={stepped ? "steps" : "steady"}
            onChange={(value) => onChange(value === "steps" ? inSteps(line) : { taper: [] })}
            data={[
              { value: "steady", label: t("prescribing.taper.steady") },
              { value: "steps", label: t("prescribing.taper.steps") },
            ]}
          />
          {stepped ? (
            <TaperEditor
              drug={line.drug}
              steps={line.taper}
              problem={problem}
              onChange={(taper) => onChange({ taper })}
            />
          ) : (
            <>
              <NumberField
                label={t("prescriptions.line.dose")}
                rule={{}}
                value={line.dose}
                onChange={(dose) => onChange({ dose })}
                suffix={` ${unitWord(line.drug.dose_unit ?? line.drug.unit)}`}
                autoFocus={line.dose === undefined}
                error={wrongDose ? t(`prescribing.dose.${wrongDose}`) : (problem("dose") ?? problem("dose_unit"))}
              />
              <Select
                label={t("prescriptions.line.frequency")}
                value={line.frequency}
                onChange={(value) => value && onChange({ frequency: value as Frequency })}
                data={FREQUENCIES.map((value) => ({ value, label: t(`shared:frequency.${value}`) }))}
                allowDeselect={false}
              />
            </>
          )}
          <Select
            label={t("prescriptions.line.route")}
            placeholder={t("prescriptions.line.routePlaceholder")}
            value={line.route ?? null}
            onChange={(value) => value && onChange({ route: value as Route })}
            data={
              usual.length === 0
                ? others.map(way)
                : [
                    { group: t("prescriptions.line.routesUsual"), items: usual.map(way) },
                    { group: t("prescriptions.line.routesOther"), items: others.map(way) },
                  ]
            }
            allowDeselect={false}
            error={problem("route")}
          />
          <NumberField
            label={
              <Group justify="space-between" component="span" gap="xs">
                <span>{t("prescriptions.line.days")}</span>
                {maxDays !== undefined && (
                  <Text component="span" size="sm" c={beyond ? "var(--yz-danger-text)" : "dimmed"}>
                    {t("prescriptions.line.capDays", { used: lineDays(line) || 0, cap: maxDays })}
                  </Text>
                )}
              </Group>
            }
            aria-label={t("prescriptions.line.days")}
            styles={{ label: { width: "100%" } }}
            value={lineDays(line)}
            readOnly={stepped || once(line)}
            onChange={(days = NaN) => !stepped && !once(line) && onChange({ days })}
            rule={DAYS}
            error={problem("days") ?? (lineDays(line) >= 1 ? beyond : t("prescribing.days.zero"))}
          />
          {!stepped && whenNeeded(line) && (
            <>
              <NumberField
                label={t("prescribing.quantity.mostPerDay")}
                description={t(`prescribing.quantity.${limitHint}`)}
                value={line.mostPerDay}
                // The quantity follows from it until one is typed; what was typed stays.
                onChange={(mostPerDay) => mostPerDay !== line.mostPerDay && onChange({ mostPerDay })}
                rule={UNITS}
                error={problem("most_per_day")}
              />
              <NumberField
                label={t("prescribing.quantity.hoursApart")}
                description={t("prescribing.quantity.hoursApartHint")}
                value={line.hoursApart}
                onChange={(hoursApart) => hoursApart !== line.hoursApart && onChange({ hoursApart })}
                rule={HOURS}
                error={problem("hours_apart")}
              />
              {possible !== undefined && (
                <Text
                  className={classes.full}
                  size="sm"
                  c="var(--yz-person-text)"
                  role="status"
                  data-testid="fewer-possible"
                >
                  {t("prescribing.quantity.fewerPossible", {
                    count: possible,
                    hours: line.hoursApart,
                    most: line.mostPerDay,
                  })}
                </Text>
              )}
              <NumberField
                label={t("prescriptions.line.quantity")}
                description={t("prescriptions.line.quantityWhenNeeded")}
                value={total}
                // What is typed counts, and is computed no more; the limit of a day stays.
                onChange={(quantity) => quantity !== total && onChange({ quantity })}
                rule={UNITS}
                suffix={` ${unitWord(line.drug.unit)}`}
                error={problem("quantity")}
              />
            </>
          )}
          <TextInput
            className={classes.full}
            label={
              <Group justify="space-between" component="span" gap="xs">
                <span>{t("prescriptions.line.instruction")}</span>
                {quantity && (stepped || !whenNeeded(line)) && (
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
          <Checkbox
            className={classes.full}
            label={t("prescriptions.line.substitution")}
            description={t("prescriptions.line.substitutionHint")}
            checked={line.substitution}
            onChange={(event) => onChange({ substitution: event.currentTarget.checked })}
          />
        </div>
      )}
      <FindingList findings={findings} reasoned={reasoned} />
    </div>
  );
}

/** The steady dose becomes the first step; the second is the prescriber's. */
function inSteps(line: Line): Partial<Line> {
  const frequency = whenNeeded(line) ? "qd" : line.frequency;
  const first = Math.max(1, Math.ceil(line.days / 2));
  const rest = Math.max(1, line.days - first);
  return {
    taper: [
      { dose: line.dose, frequency, days: first },
      { dose: undefined, frequency, days: rest },
    ],
  };
}
