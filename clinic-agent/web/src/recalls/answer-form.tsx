import { Button, Checkbox, Group, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { fits, type NumberRule, type Recall, type RecallHome } from "@yunzhen/client";
import { ProblemAlert, useAction, useApi, useUnit, NumberField } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { doubtOf } from "./doubt";

/** Nothing left, and nothing given, are answers too. */
const UNITS: NumberRule = { min: 0, decimals: 0 };

/**
 * Every unit that came is accounted for: set apart, given, or its whereabouts said. It begins with what the home's own doses say; whoever finds more than they
 * leave, or says that more was given than they say, counts again and says so.
 */
export function AnswerForm({ recall, own, onDone }: { recall: Recall; own: RecallHome; onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const onRecord = own.given_on_record;
  const left = Math.max(0, own.supplied - (onRecord ?? 0));
  const [apart, setApart] = useState<number | undefined>(own.set_apart ?? (onRecord === undefined ? undefined : left));
  const [given, setGiven] = useState<number | undefined>(own.given ?? onRecord);
  const [again, setAgain] = useState(false);
  const [note, setNote] = useState(own.note ?? "");
  const unit = useUnit()(recall.unit);
  const counted = fits(apart, UNITS) && fits(given, UNITS);
  const rest = counted ? own.supplied - apart - given : 0;
  const doubt = counted ? doubtOf({ supplied: own.supplied, apart, given }, onRecord) : undefined;
  const answer = useAction(
    (found: { set_apart: number; given: number }, key) =>
      api.recalls.answer(
        recall.id,
        {
          version: own.version,
          ...found,
          note: note.trim() || undefined,
          counted_again: doubt && again ? true : undefined,
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
      // A dose may have been recorded meanwhile.
      onError: () => void queries.invalidateQueries({ queryKey: ["recalls", "one", recall.id] }),
    },
  );
  const fill = (found: number, used: number) => {
    setApart(found);
    setGiven(used);
    setAgain(false);
  };
  return (
    <form
      noValidate
      data-testid="recall-answer"
      onSubmit={(event) => {
        event.preventDefault();
        if (counted) answer.mutate({ set_apart: apart, given });
      }}
    >
      <Text mb="sm">{t("app:recalls.supplied", { n: own.supplied, unit })}</Text>
      <Group gap="sm" mb="md">
        <Button variant="default" size="lg" onClick={() => fill(left, own.supplied - left)}>
          {t("app:recalls.allFound")}
        </Button>
        <Button variant="default" size="lg" onClick={() => fill(0, own.supplied)}>
          {t("app:recalls.nothingLeft")}
        </Button>
      </Group>
      <Group grow align="flex-start">
        <NumberField
          size="lg"
          label={t("app:recalls.setApart", { unit })}
          rule={UNITS}
          value={apart}
          error={rest < 0 ? t("app:recalls.tooMany") : undefined}
          onChange={(value) => {
            setApart(value);
            setAgain(false);
          }}
        />
        <NumberField
          size="lg"
          label={t("app:recalls.given", { unit })}
          rule={UNITS}
          value={given}
          onChange={(value) => {
            setGiven(value);
            setAgain(false);
          }}
        />
      </Group>
      {doubt && (
        <Checkbox
          mt="md"
          size="lg"
          label={
            doubt === "more_found"
              ? t("app:recalls.countedAgain", { apart, unit })
              : t("app:recalls.givenAgain", { given, unit })
          }
          description={
            doubt === "more_found"
              ? t("app:recalls.onRecord", { given: own.supplied - left, left, unit })
              : t("app:recalls.fewerOnRecord", { given: onRecord, unit })
          }
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
      )}
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
          disabled={!counted || rest < 0 || (doubt !== undefined && !again) || (rest > 0 && note.trim() === "")}
        >
          {t("app:recalls.save")}
        </Button>
      </Group>
    </form>
  );
}
