import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import type { EndUrgentCall, UrgentCall, UrgentCallOutcome } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { nextPlace } from "./standing";

const OUTCOMES: readonly UrgentCallOutcome[] = [
  "consultation",
  "transport_request",
  "hospital_registration",
  "false_alarm",
];

/** What came of the call; the next step opens by itself. */
export function EndCall({ call, opened, onClose }: { call: UrgentCall; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("app:urgent.incoming.endTitle")} size={760}>
      <Outcomes call={call} onDone={onClose} />
    </Modal>
  );
}

function Outcomes({ call, onDone }: { call: UrgentCall; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<UrgentCallOutcome>();
  const [note, setNote] = useState("");
  const [who, setWho] = useState<string>();
  const whoMissing = call.shared_by.length > 0 && outcome !== undefined && outcome !== "false_alarm" && !who;
  const end = useAction((input: EndUrgentCall, key) => api.urgentCalls.end(call.id, input, key), {
    onSuccess: (ended, { outcome: chosen }) => {
      const message = t("app:urgent.incoming.ended", { outcome: t(`app:urgent.outcome.${chosen}`) });
      notifications.show({ message, color: "green" });
      for (const key of ["urgent-calls", "consultations"]) void queries.invalidateQueries({ queryKey: [key] });
      const next = nextPlace(ended);
      if (next) void navigate(next);
      onDone();
    },
  });
  return (
    <Stack>
      <Text>{t("app:urgent.incoming.endHint")}</Text>
      <div className="nurse-outcomes" role="group" aria-label={t("app:urgent.incoming.endTitle")}>
        {OUTCOMES.map((one) => (
          <button key={one} type="button" aria-pressed={one === outcome} onClick={() => setOutcome(one)}>
            <strong>{t(`app:urgent.outcome.${one}`)}</strong>
            <span className="nurse-dim">{t(`app:urgent.outcomeHint.${one}`)}</span>
          </button>
        ))}
      </div>
      {call.shared_by.length > 0 && (
        <div>
          <Text fw={600} mb={4} id="who-called">
            {t("app:urgent.incoming.who")}
          </Text>
          <div className="nurse-outcomes" role="group" aria-labelledby="who-called">
            {call.shared_by.map((person) => (
              <button key={person.id} type="button" aria-pressed={person.id === who} onClick={() => setWho(person.id)}>
                <strong>{person.name}</strong>
                <span className="nurse-dim">
                  {t(`sex.${person.sex}`)} · {t("age", { n: person.age })}
                </span>
              </button>
            ))}
          </div>
          <Text c="var(--mantine-color-error)" role={end.error ? "alert" : undefined}>
            {saidAt(end.error, "resident_id")}
          </Text>
        </div>
      )}
      <Textarea
        label={t("app:urgent.incoming.note")}
        description={t("app:urgent.incoming.noteHelp")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={saidAt(end.error, "note")}
        maxLength={500}
        autosize
        minRows={2}
      />
      {end.error && <ProblemAlert error={end.error} />}
      {whoMissing && <Text role="status">{t("app:urgent.incoming.whoMissing")}</Text>}
      <Group justify="space-between">
        <Button variant="default" size="xl" onClick={onDone}>
          {t("action.cancel")}
        </Button>
        <PrimaryButton
          disabled={!outcome || whoMissing}
          loading={end.isPending}
          onClick={() =>
            outcome &&
            end.mutate({
              version: call.version,
              outcome,
              ...(who ? { resident_id: who } : {}),
              ...(note.trim() ? { note: note.trim() } : {}),
            })
          }
        >
          {outcome
            ? t("app:urgent.incoming.confirm", { outcome: t(`app:urgent.outcome.${outcome}`) })
            : t("action.confirm")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}
