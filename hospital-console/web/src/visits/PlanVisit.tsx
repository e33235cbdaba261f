import type { Visit, VisitPlan } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, MultiSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { addDays, dateOf } from "../common/dates";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { useColleagues } from "../schedule/useColleagues";

interface PlanVisitProps {
  /** Who is to be seen, by name. */
  residents: { resident_id: string; name: string; bed: string; home: { name: string } }[];
  /** The round that is planned anew. */
  visit?: Visit;
  onClose: () => void;
}

/** A round in person: day, doctors, residents; their missing diagnoses are examined. */
export function PlanVisit({ residents, visit, onClose }: PlanVisitProps) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const colleagues = useColleagues(true);
  const [on, setOn] = useState(visit?.planned_on ?? addDays(dateOf(Date.now()), 1));
  const [doctors, setDoctors] = useState<string[]>(visit?.doctors.map((d) => d.id) ?? [me.id]);
  const [remark, setRemark] = useState(visit?.remark ?? "");
  const [stops, setStops] = useState(residents);
  const plan = useAction(
    ({ plan, version }: { plan: VisitPlan; version: number | undefined }, key) =>
      visit && version !== undefined ? api.visits.change(visit.id, { version, plan }, key) : api.visits.plan(plan, key),
    {
      onSuccess: (made) => {
        queryClient.setQueryData(keys.visits.one(made.id), made);
        void queryClient.invalidateQueries({ queryKey: keys.visits.list });
        void queryClient.invalidateQueries({ queryKey: keys.visits.candidates });
        void queryClient.invalidateQueries({ queryKey: ["eligibility"] });
        onClose();
        void navigate(`/visits/${made.id}`);
      },
    },
  );
  // What was asked to be examined stays so; for others the relay takes what is missing.
  const codes = new Map(
    visit?.route.flatMap((home) => home.stops.map((s) => [s.resident_id, s.diagnoses.map((d) => d.code)] as const)),
  );
  const submit = () =>
    plan.mutate({
      version: visit?.version,
      plan: {
        planned_on: on,
        doctors,
        remark: remark.trim(),
        residents: stops.map((r) => ({ resident_id: r.resident_id, diagnosis_codes: codes.get(r.resident_id) ?? [] })),
      },
    });
  const doctorsWrong = doctors.map((_, n) => fieldError(plan.error, `doctors[${n}]`)).find(Boolean);
  return (
    <Modal opened onClose={onClose} size={640} title={t(visit ? "visits.plan.change" : "visits.plan.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <TextInput
            type="date"
            label={t("visits.plan.day")}
            value={on}
            min={dateOf(Date.now())}
            onChange={(event) => setOn(event.currentTarget.value)}
            error={fieldError(plan.error, "planned_on", "plan.planned_on")}
            required
            data-autofocus
          />
          <MultiSelect
            label={t("visits.plan.doctors")}
            description={t("visits.plan.doctorsHint")}
            data={colleagues.map((c) => ({ value: c.id, label: c.name }))}
            value={doctors}
            onChange={setDoctors}
            error={fieldError(plan.error, "doctors") ?? doctorsWrong}
            searchable
          />
          <Textarea
            label={t("visits.plan.remark")}
            placeholder={t("visits.plan.remarkExample")}
            value={remark}
            onChange={(event) => setRemark(event.currentTarget.value)}
            error={fieldError(plan.error, "remark")}
            autosize
          />
          <div>
            <Text size="sm" fw={500}>
              {t("visits.plan.residents", { count: stops.length })}
            </Text>
            <ul style={{ margin: "4px 0 0", paddingInlineStart: "1.2em" }}>
              {stops.map((r, n) => (
                <li key={r.resident_id}>
                  <Group justify="space-between" wrap="nowrap" gap="xs">
                    <Text>
                      {r.home.name} · {r.bed} · {r.name}
                    </Text>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="gray"
                      disabled={stops.length === 1}
                      aria-label={t("visits.plan.remove", { name: r.name })}
                      onClick={() => setStops(stops.filter((s) => s.resident_id !== r.resident_id))}
                    >
                      {t("visits.plan.removeShort")}
                    </Button>
                  </Group>
                  <Text size="sm" c="var(--mantine-color-error)">
                    {fieldError(plan.error, `residents[${n}].resident_id`, `residents[${n}].diagnosis_codes`)}
                  </Text>
                </li>
              ))}
            </ul>
          </div>
          {plan.isError && <ProblemAlert error={plan.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={on === "" || doctors.length === 0} loading={plan.isPending}>
              {t(visit ? "visits.plan.save" : "visits.plan.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
