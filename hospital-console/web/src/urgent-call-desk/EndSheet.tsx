import type { UrgentCall, UrgentCallOutcome } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";

/** A consultation is for those who care for the resident; the administrator has the other three. */
const OUTCOMES = ["hospital_registration", "transport_request", "false_alarm"] as const satisfies UrgentCallOutcome[];

export function EndSheet({ call, onClose }: { call: UrgentCall; onClose: () => void }) {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const end = useAction(
    (input: { version: number; outcome: UrgentCallOutcome; note?: string }, key) =>
      api.urgentCalls.end(call.id, input, key),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["urgent-calls"] });
        onClose();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (outcome) end.mutate({ version: call.version, outcome, note: note.trim() || undefined });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("urgentCallDesk.sheet.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("urgentCallDesk.sheet.lead")}</Text>
          <Radio.Group
            label={t("urgentCallDesk.sheet.outcome")}
            value={outcome ?? null}
            onChange={(value) => setOutcome(value as typeof outcome)}
            error={tried && !outcome ? t("urgentCallDesk.sheet.outcomeRequired") : problemAt(end.error, "outcome")}
          >
            <Stack gap="xs" mt="xs">
              {OUTCOMES.map((value, no) => (
                <Radio
                  key={value}
                  value={value}
                  label={t(`urgentCallDesk.sheet.outcomes.${value}`)}
                  data-autofocus={no === 0 ? true : undefined}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("urgentCallDesk.sheet.note")}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={problemAt(end.error, "note")}
            maxLength={500}
            autosize
            minRows={2}
          />
          {end.isError && !toldAt(end.error, ["outcome", "note"]) && <ProblemAlert error={end.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={end.isPending}>
              {t("urgentCallDesk.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
