import type { Prescription, PrescriptionQuestion } from "@yunzhen/client";
import { ProblemAlert, StatusChip, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import { keys } from "../common/keys";
import classes from "./prescriptions.module.css";

/** All questions to the prescriber with their answers, oldest first. */
export function QuestionThread({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const asked = (q: PrescriptionQuestion) =>
    t(q.from_pharmacy ? "prescribing.question.pharmacy" : "prescribing.question.pharmacist", { name: q.asked_by });
  return (
    <ol className={classes.thread} aria-label={t("prescribing.question.title")}>
      {prescription.questions.map((q) => (
        <li key={q.asked_at}>
          <Text size="sm" c="dimmed">
            {asked(q)} · {formats.dateTime(q.asked_at)}
          </Text>
          <Text fw={500}>{q.question}</Text>
          {q.answer !== undefined && q.answered_at !== undefined ? (
            <div className={classes.answer}>
              <Text size="sm" c="dimmed">
                {t("prescribing.question.answered", {
                  name: prescription.specialist.name,
                  time: formats.dateTime(q.answered_at),
                })}
              </Text>
              <Text>{q.answer}</Text>
            </div>
          ) : (
            <StatusChip meaning="person">{t("prescribing.question.open")}</StatusChip>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Where the prescriber answers; what was typed stays when the answer is lost. */
export function AnswerBox({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const answer = useAction(
    (said: string, key) => api.prescribing.answer(prescription.id, prescription.version, said, key),
    {
      onSuccess: (changed) => {
        queryClient.setQueryData(keys.prescriptions.one(changed.id), changed);
        void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
        notifications.show({ message: t("prescribing.question.sent"), color: "green" });
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (text.trim() !== "") answer.mutate(text.trim());
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xs">
        <Textarea
          label={t("prescribing.question.answer")}
          placeholder={t("prescribing.question.answerPlaceholder")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={
            tried && text.trim() === "" ? t("prescribing.question.answerRequired") : problemAt(answer.error, "answer")
          }
          maxLength={500}
          autosize
          minRows={2}
        />
        {answer.isError && !toldAt(answer.error, ["answer"]) && <ProblemAlert error={answer.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={answer.isPending}>
            {t("prescribing.question.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
