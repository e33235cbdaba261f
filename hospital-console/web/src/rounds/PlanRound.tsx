import { fits, everyPage, type ResidentSummary } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats, NumberField } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { fromLocalInput, nextQuarter, toLocalInput } from "../common/dates";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { MINUTES } from "../common/minutes";
import { shifted } from "./order";

/** One home, its residents in running order, a start and the minutes for each. */
export function PlanRound({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const me = useStaff();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [homeId, setHomeId] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ResidentSummary[]>([]);
  const [when, setWhen] = useState(() => toLocalInput(nextQuarter(Date.now() + 3_600_000)));
  const [minutes, setMinutes] = useState<number | undefined>(10);
  const [reason, setReason] = useState("");
  const homes = useQuery({ queryKey: keys.homes, queryFn: api.homes.list, staleTime: 600_000 });
  const residents = useQuery({
    queryKey: keys.residents.search("", homeId ?? ""),
    queryFn: async () => ({
      items: await everyPage((cursor) => api.residents.list({ home_id: homeId ?? "", cursor })),
    }),
    enabled: homeId !== null,
  });
  const plan = useAction(api.rounds.plan, {
    onSuccess: (round) => {
      void queryClient.invalidateQueries({ queryKey: keys.rounds.all });
      void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
      void navigate(`/rounds/${round.id}`);
    },
  });
  const starts_at = fromLocalInput(when);
  const left = (residents.data?.items ?? []).filter((r) => !chosen.some((c) => c.id === r.id));
  const ready =
    fits(minutes, MINUTES) && homeId !== null && starts_at !== undefined && chosen.length > 0 && reason.trim() !== "";
  const submit = () => {
    if (!ready) return;
    plan.mutate({
      home_id: homeId,
      specialist_id: me.id,
      starts_at,
      minutes,
      reason: reason.trim(),
      resident_ids: chosen.map((r) => r.id),
    });
  };
  return (
    <Modal opened onClose={onClose} size={680} title={t("rounds.plan.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <Select
            label={t("rounds.column.home")}
            data={(homes.data?.items ?? []).map((home) => ({ value: home.id, label: home.name }))}
            value={homeId}
            onChange={(id) => {
              setHomeId(id);
              setChosen([]);
            }}
            error={fieldError(plan.error, "home_id")}
            searchable
            data-autofocus
          />
          <Group grow align="flex-start">
            <TextInput
              type="datetime-local"
              label={t("rounds.plan.start")}
              description={formats.zone}
              value={when}
              onChange={(event) => setWhen(event.currentTarget.value)}
              error={fieldError(plan.error, "starts_at")}
            />
            <NumberField
              label={t("rounds.plan.minutes")}
              description={t("rounds.plan.minutesHint")}
              value={minutes}
              onChange={setMinutes}
              rule={MINUTES}
              step={5}
              error={fieldError(plan.error, "minutes")}
            />
          </Group>
          <TextInput
            label={t("appointments.reason")}
            placeholder={t("rounds.plan.reasonExample")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={fieldError(plan.error, "reason")}
            required
          />
          <Select
            label={t("rounds.plan.add")}
            description={t("rounds.plan.addHint")}
            data={left.map((r) => ({ value: r.id, label: `${r.bed} ${r.name}` }))}
            value={null}
            onChange={(id) => {
              const found = left.find((r) => r.id === id);
              if (found) setChosen([...chosen, found]);
            }}
            disabled={homeId === null}
            nothingFoundMessage={residents.isFetching ? t("app.loading") : t("app.resident.nothing")}
            error={fieldError(plan.error, "resident_ids")}
            searchable
          />
          {residents.isError && <ProblemAlert error={residents.error} onRetry={() => void residents.refetch()} />}
          {chosen.length > 0 && (
            <ol style={{ margin: 0, paddingInlineStart: "1.6em" }} aria-label={t("rounds.plan.order")}>
              {chosen.map((r, n) => (
                <li key={r.id}>
                  <Group justify="space-between" wrap="nowrap" gap="xs" py={2}>
                    <Text>
                      {r.name} · {r.bed}
                      {starts_at &&
                        fits(minutes, MINUTES) &&
                        ` · ${formats.time(Date.parse(starts_at) + n * minutes * 60_000)}`}
                      {fieldError(plan.error, `resident_ids[${n}]`) && (
                        <Text component="span" size="sm" c="var(--mantine-color-error)">
                          {" "}
                          {fieldError(plan.error, `resident_ids[${n}]`)}
                        </Text>
                      )}
                    </Text>
                    <Group gap={4} wrap="nowrap">
                      <ActionIcon
                        aria-label={t("rounds.earlier", { name: r.name })}
                        disabled={n === 0}
                        onClick={() => setChosen(shifted(chosen, n, -1))}
                      >
                        <IconArrowUp size={18} />
                      </ActionIcon>
                      <ActionIcon
                        aria-label={t("rounds.later", { name: r.name })}
                        disabled={n === chosen.length - 1}
                        onClick={() => setChosen(shifted(chosen, n, 1))}
                      >
                        <IconArrowDown size={18} />
                      </ActionIcon>
                      <ActionIcon
                        aria-label={t("rounds.plan.remove", { name: r.name })}
                        onClick={() => setChosen(chosen.filter((c) => c.id !== r.id))}
                      >
                        <IconX size={18} />
                      </ActionIcon>
                    </Group>
                  </Group>
                </li>
              ))}
            </ol>
          )}
          {starts_at && fits(minutes, MINUTES) && chosen.length > 0 && (
            <Text size="sm" c="dimmed">
              {t("rounds.plan.ends", {
                time: formats.time(Date.parse(starts_at) + chosen.length * minutes * 60_000),
              })}
            </Text>
          )}
          {plan.isError && <ProblemAlert error={plan.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={!ready} loading={plan.isPending}>
              {t("rounds.plan.action")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
