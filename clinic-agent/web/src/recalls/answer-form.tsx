import { Button, Group, NumberInput, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import type { Recall, RecallHome } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Every unit that came is accounted for: set apart, given, or its whereabouts said. */
export function AnswerForm({ recall, own, onDone }: { recall: Recall; own: RecallHome; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [apart, setApart] = useState<number | "">(own.set_apart ?? "");
  const [given, setGiven] = useState<number | "">(own.given ?? "");
  const [note, setNote] = useState(own.note ?? "");
  const { unit } = recall;
  const counted = apart !== "" && given !== "";
  const rest = counted ? own.supplied - apart - given : 0;
  const answer = useAction(
    (_: null, key) =>
      api.recalls.answer(
        recall.id,
        {
          version: own.version,
          set_apart: Number(apart),
          given: Number(given),
          note: note.trim() || undefined,
        },
        key,
      ),
    {
      onSuccess: (after) => {
        queries.setQueryData(["recalls", "one", recall.id], after);
        void queries.invalidateQueries({ queryKey: ["recalls"] });
        notifications.show({ message: t("app:recalls.saved"), color: "green" });
        onDone();
      },
    },
  );
  const fill = (found: number, used: number) => {
    setApart(found);
    setGiven(used);
  };
  return (
    <form
      noValidate
      data-testid="recall-answer"
      onSubmit={(event) => {
        event.preventDefault();
        answer.mutate(null);
      }}
    >
      <Text mb="sm">{t("app:recalls.supplied", { n: own.supplied, unit })}</Text>
      <Group gap="sm" mb="md">
        <Button variant="default" size="lg" onClick={() => fill(own.supplied, 0)}>
          {t("app:recalls.allFound")}
        </Button>
        <Button variant="default" size="lg" onClick={() => fill(0, own.supplied)}>
          {t("app:recalls.nothingLeft")}
        </Button>
      </Group>
      <Group grow align="flex-start">
        <NumberInput
          size="lg"
          label={t("app:recalls.setApart", { unit })}
          min={0}
          allowDecimal={false}
          value={apart}
          error={rest < 0 ? t("app:recalls.tooMany") : undefined}
          onChange={(value) => setApart(typeof value === "number" ? value : "")}
        />
        <NumberInput
          size="lg"
          label={t("app:recalls.given", { unit })}
          min={0}
          allowDecimal={false}
          value={given}
          onChange={(value) => setGiven(typeof value === "number" ? value : "")}
        />
      </Group>
      {rest > 0 && (
        <Textarea
          mt="md"
          size="lg"
          label={t("app:recalls.note")}
          description={t("app:recalls.noteHint", { n: rest, unit })}
          maxLength={500}
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      )}
      {answer.isError && <ProblemAlert error={answer.error} />}
      <Group justify="flex-end" mt="md">
        <Button
          type="submit"
          size="xl"
          loading={answer.isPending}
          disabled={!counted || rest < 0 || (rest > 0 && note.trim() === "")}
        >
          {t("app:recalls.save")}
        </Button>
      </Group>
    </form>
  );
}
