import { Group, Input, MultiSelect, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { ACTIONS, actionKey, ENTITIES, type AuditFilter, type Group as Sort, type Purpose } from "./audit";

/** By purpose, sort, action, kind of record, person and day. */
export function AuditFilters({
  filter,
  onChange,
}: {
  filter: AuditFilter;
  onChange: (change: Partial<AuditFilter>) => void;
}) {
  const { t } = useTranslation("app");
  const staff = useQuery({ queryKey: keys.staff, queryFn: () => api.administration.staff() });
  return (
    <Stack gap="xs" mb="md">
      <Group gap="lg" align="flex-start">
        <Choice
          label={t("administration.audit.filterPurpose")}
          value={filter.purpose}
          onChange={(purpose) => onChange({ purpose })}
          data={(["all", "treatment", "BTG"] as const satisfies Purpose[]).map((value) => ({
            value,
            label: t(`administration.audit.purpose.${value}`),
          }))}
        />
        <Choice
          label={t("administration.audit.filterGroup")}
          value={filter.group}
          onChange={(group) => onChange({ group })}
          data={(["all", "reads", "changes", "sessions"] as const satisfies Sort[]).map((value) => ({
            value,
            label: t(`administration.audit.group.${value}`),
          }))}
        />
        <Select
          label={t("administration.audit.filterActor")}
          placeholder={t("app.all")}
          data={(staff.data?.items ?? []).map((one) => ({
            value: one.id,
            label: `${one.name} · ${t(`shared:role.${one.role}`)}`,
          }))}
          value={filter.actorId}
          onChange={(actorId) => onChange({ actorId })}
          searchable
          clearable
          w={240}
        />
      </Group>
      <Group gap="sm" align="flex-end">
        <MultiSelect
          label={t("administration.audit.filterAction")}
          placeholder={filter.actions.length === 0 ? t("administration.audit.actionsAll") : undefined}
          data={ACTIONS.map((value) => ({
            value,
            label: t(`administration.audit.actions.${actionKey(value)}`, { defaultValue: value }),
          })).sort((a, b) => a.label.localeCompare(b.label))}
          value={[...filter.actions]}
          onChange={(chosen) => onChange({ actions: chosen })}
          searchable
          clearable
          w={360}
        />
        <Select
          label={t("administration.audit.filterEntity")}
          data={ENTITIES.map((value) => ({
            value,
            label: t(`administration.audit.entities.${value}`, { defaultValue: value }),
          })).sort((a, b) => a.label.localeCompare(b.label))}
          value={filter.entity}
          onChange={(entity) => onChange({ entity })}
          placeholder={t("app.all")}
          searchable
          clearable
        />
        <TextInput
          type="date"
          label={t("administration.audit.from")}
          value={filter.from}
          onChange={(event) => onChange({ from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t("administration.audit.to")}
          value={filter.to}
          onChange={(event) => onChange({ to: event.currentTarget.value })}
        />
      </Group>
    </Stack>
  );
}

function Choice<Value extends string>({
  label,
  value,
  data,
  onChange,
}: {
  label: string;
  value: Value;
  data: { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  const id = useId();
  return (
    <div>
      <Input.Label id={id} labelElement="div">
        {label}
      </Input.Label>
      <SegmentedControl
        aria-labelledby={id}
        value={value}
        onChange={(chosen) => onChange(chosen as Value)}
        data={data}
        my={4}
      />
    </div>
  );
}
