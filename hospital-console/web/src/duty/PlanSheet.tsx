import type { NewShift } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { toShift, type Draft } from "./week";

const LINES = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const FIELDS = ["specialist_id", "line", "starts_at", "ends_at"];

/** One turn of duty: who, when, and in which order of asking. */
export function PlanSheet({ day, line = 1, onClose }: { day?: number; line?: number; onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const staff = useQuery({ queryKey: keys.staff, queryFn: () => api.administration.staff() });
  const [draft, setDraft] = useState<Draft>({
    specialist: "",
    line,
    day: new Date(day ?? Date.now()).toLocaleDateString("sv-SE"),
    start: "08:00",
    end: "20:00",
  });
  const [tried, setTried] = useState(false);
  const plan = useAction((input: NewShift, key) => api.schedule.planDuty(input, key), {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["schedule"] });
      onClose();
    },
  });
  const set = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const shift = toShift(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (shift) plan.mutate(shift);
  };
  const specialists = (staff.data?.items ?? []).filter((person) => person.role === "specialist");
  const missing = (value: string, path: string): string | undefined =>
    tried && value === "" ? t("duty.sheet.required") : problemAt(plan.error, path);
  return (
    <Modal opened onClose={onClose} title={t("duty.sheet.title")} closeButtonProps={{ "aria-label": t("app.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {staff.isError && <ProblemAlert error={staff.error} onRetry={() => void staff.refetch()} />}
          <Select
            label={t("duty.sheet.specialist")}
            placeholder={t("duty.sheet.choose")}
            data={specialists.map((person) => ({
              value: person.id,
              label: [person.name, person.hospital].filter(Boolean).join(" · "),
            }))}
            value={draft.specialist || null}
            onChange={(specialist) => set({ specialist: specialist ?? "" })}
            error={missing(draft.specialist, "specialist_id")}
            searchable
            openOnFocus={false}
            required
            data-autofocus
          />
          <Select
            label={t("duty.sheet.line")}
            description={t("duty.sheet.lineHint")}
            data={LINES.map((value) => ({ value, label: t("duty.line", { line: value }) }))}
            value={String(draft.line)}
            onChange={(value) => set({ line: Number(value ?? 1) })}
            allowDeselect={false}
            error={problemAt(plan.error, "line")}
          />
          <TextInput
            type="date"
            label={t("duty.sheet.day")}
            value={draft.day}
            onChange={(event) => set({ day: event.currentTarget.value })}
            error={missing(draft.day, "starts_at")}
            required
          />
          <Group grow align="flex-start">
            <TextInput
              type="time"
              label={t("duty.sheet.start")}
              value={draft.start}
              onChange={(event) => set({ start: event.currentTarget.value })}
              error={missing(draft.start, "starts_at")}
              required
            />
            <TextInput
              type="time"
              label={t("duty.sheet.end")}
              value={draft.end}
              onChange={(event) => set({ end: event.currentTarget.value })}
              error={missing(draft.end, "ends_at")}
              required
            />
          </Group>
          {shift && (
            <Text size="sm" c="dimmed" role="status">
              {t("duty.sheet.says", {
                from: formats.dateTime(shift.starts_at),
                until: formats.dateTime(shift.ends_at),
                zone: formats.zone,
              })}
            </Text>
          )}
          {plan.isError && !toldAt(plan.error, FIELDS) && <ProblemAlert error={plan.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={plan.isPending}>
              {t("duty.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
