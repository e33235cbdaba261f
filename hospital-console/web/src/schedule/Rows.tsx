import type { AvailabilityException, AvailabilityRule, Weekday } from "@yunzhen/client";
import { NumberField } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle, IconCalendarOff, IconCalendarPlus, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { dateOf, WEEKDAYS } from "../common/dates";
import { MINUTES } from "../common/minutes";
import { lineError } from "../common/fields";
import { nextKey, type AvailabilityDraft, type Keyed, type LineFault } from "./draft";
import type { Overlap } from "./overlaps";
import classes from "./schedule.module.css";

interface RowsProps {
  draft: AvailabilityDraft;
  onChange: (draft: AvailabilityDraft) => void;
  faults: LineFault[];
  overlaps: readonly Overlap[];
  error: unknown;
}

const NEW_RULE = { start: "14:00", end: "16:00", slot_minutes: 15 };

/** The weekly rules, a line each. */
export function RuleRows({ draft, onChange, faults, overlaps, error }: RowsProps) {
  const { t } = useTranslation("app");
  const put = (key: number, part: Partial<AvailabilityRule>) =>
    onChange({ ...draft, rules: draft.rules.map((rule) => (rule.key === key ? { ...rule, ...part } : rule)) });
  const add = () => {
    const before = draft.rules.at(-1);
    const weekday = WEEKDAYS[(WEEKDAYS.indexOf(before?.weekday ?? "sunday") + 1) % 7] as Weekday;
    const rule = { ...NEW_RULE, valid_from: dateOf(Date.now()), ...before, weekday, key: nextKey() };
    onChange({ ...draft, rules: [...draft.rules, rule] });
  };
  return (
    <section aria-labelledby="rules">
      <Title order={2} fz={18} id="rules" mb="xs">
        {t("schedule.rules.title")}
      </Title>
      <Stack gap="sm">
        {draft.rules.length === 0 && <Text c="dimmed">{t("schedule.rules.empty")}</Text>}
        {draft.rules.map((rule, n) => (
          <Line
            key={rule.key}
            label={t("schedule.rules.line", { n: n + 1 })}
            fault={faults.find((f) => f.key === rule.key)}
            overlap={overlaps.find((o) => o.key === rule.key)}
            told={lineError(error, `rules[${n}]`)}
            onRemove={() => onChange({ ...draft, rules: draft.rules.filter((r) => r.key !== rule.key) })}
          >
            <Select
              label={t("schedule.field.weekday")}
              data={WEEKDAYS.map((value) => ({ value, label: t(`schedule.weekday.${value}`) }))}
              value={rule.weekday}
              onChange={(weekday) => weekday && put(rule.key, { weekday: weekday as Weekday })}
              allowDeselect={false}
              w={110}
            />
            <Block block={rule} onChange={(part) => put(rule.key, part)} />
            <DateField
              label={t("schedule.field.validFrom")}
              value={rule.valid_from}
              onChange={(valid_from) => put(rule.key, { valid_from })}
            />
            <DateField
              label={t("schedule.field.validUntil")}
              value={rule.valid_until ?? ""}
              onChange={(valid_until) => put(rule.key, { valid_until: valid_until || undefined })}
            />
          </Line>
        ))}
        <Group>
          <Button variant="default" leftSection={<IconPlus size={18} aria-hidden />} onClick={add}>
            {t("schedule.rules.add")}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

/** Single days that differ. */
export function ExceptionRows({ draft, onChange, faults, overlaps, error }: RowsProps) {
  const { t } = useTranslation("app");
  const put = (key: number, part: object) =>
    onChange({
      ...draft,
      exceptions: draft.exceptions.map((e) => (e.key === key ? ({ ...e, ...part } as typeof e) : e)),
    });
  const add = (exception: AvailabilityException) =>
    onChange({
      ...draft,
      exceptions: [...draft.exceptions, { ...exception, key: nextKey() } as Keyed<typeof exception>],
    });
  return (
    <section aria-labelledby="exceptions">
      <Title order={2} fz={18} id="exceptions" mb="xs">
        {t("schedule.exceptions.title")}
      </Title>
      <Stack gap="sm">
        {draft.exceptions.length === 0 && <Text c="dimmed">{t("schedule.exceptions.empty")}</Text>}
        {draft.exceptions.map((e, n) => (
          <Line
            key={e.key}
            label={t("schedule.exceptions.line", { n: n + 1 })}
            fault={faults.find((f) => f.key === e.key)}
            overlap={overlaps.find((o) => o.key === e.key)}
            told={lineError(error, `exceptions[${n}]`)}
            onRemove={() => onChange({ ...draft, exceptions: draft.exceptions.filter((x) => x.key !== e.key) })}
          >
            <Group gap={6} w={110} h={36} wrap="nowrap">
              {e.kind === "day_off" ? (
                <IconCalendarOff size={18} aria-hidden />
              ) : (
                <IconCalendarPlus size={18} aria-hidden />
              )}
              <Text>{t(`schedule.exceptions.${e.kind}`)}</Text>
            </Group>
            <DateField label={t("schedule.field.date")} value={e.date} onChange={(date) => put(e.key, { date })} />
            {e.kind === "extra_block" && <Block block={e} onChange={(part) => put(e.key, part)} />}
          </Line>
        ))}
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconCalendarOff size={18} aria-hidden />}
            onClick={() => add({ kind: "day_off", date: dateOf(Date.now()) })}
          >
            {t("schedule.exceptions.addDayOff")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconCalendarPlus size={18} aria-hidden />}
            onClick={() => add({ kind: "extra_block", date: dateOf(Date.now()), ...NEW_RULE })}
          >
            {t("schedule.exceptions.addExtra")}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

function Block({
  block,
  onChange,
}: {
  block: { start: string; end: string; slot_minutes: number };
  onChange: (part: { start?: string; end?: string; slot_minutes?: number }) => void;
}) {
  const { t } = useTranslation("app");
  return (
    <>
      <TextInput
        type="time"
        label={t("schedule.field.start")}
        value={block.start}
        onChange={(event) => onChange({ start: event.currentTarget.value })}
        w={132}
      />
      <TextInput
        type="time"
        label={t("schedule.field.end")}
        value={block.end}
        onChange={(event) => onChange({ end: event.currentTarget.value })}
        w={132}
      />
      <NumberField
        label={t("schedule.field.slot")}
        value={block.slot_minutes}
        onChange={(slot_minutes = NaN) => onChange({ slot_minutes })}
        rule={MINUTES}
        step={5}
        w={96}
      />
    </>
  );
}

function DateField({ label, value, onChange }: { label: string; value: string; onChange: (date: string) => void }) {
  return (
    <TextInput type="date" label={label} value={value} onChange={(e) => onChange(e.currentTarget.value)} w={148} />
  );
}

/** A line of the editor: its fields, its removal, and below it what is wrong with it. */
function Line({
  label,
  fault,
  overlap,
  told,
  onRemove,
  children,
}: {
  label: string;
  fault: LineFault | undefined;
  overlap: Overlap | undefined;
  told: string | undefined;
  onRemove: () => void;
  children: React.ReactNode;
}) {
  const { t } = useTranslation("app");
  const wrong = fault ? t(`schedule.fault.${fault.fault}`) : told;
  return (
    <fieldset className={classes.line}>
      <legend className="yz-visually-hidden">{label}</legend>
      <Group gap="sm" align="flex-end">
        {children}
        <ActionIcon size={36} aria-label={t("schedule.remove", { what: label })} onClick={onRemove}>
          <IconTrash size={18} />
        </ActionIcon>
      </Group>
      {wrong && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>
          {wrong}
        </Text>
      )}
      {overlap && (
        <Text size="sm" c="var(--yz-person-text)" role="status" mt={4}>
          <IconAlertTriangle size={16} aria-hidden style={{ verticalAlign: "-3px" }} />{" "}
          {t("schedule.overlap", { line: overlap.line, from: overlap.from, until: overlap.until })}
        </Text>
      )}
    </fieldset>
  );
}
