import { Button, Group, SegmentedControl, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconSend, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import {
  Banner,
  LEVELS,
  ProblemAlert,
  RESPONSIVENESS,
  useAction,
  useFormats,
  useValueWords,
  vitalSign,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRound } from "../today/use-round";
import { EntryProblemWords } from "../visit/entry-problem";
import type { DismissReason, SpoolItem } from "./box-api";
import { useBoxApi } from "./box-context";
import { canCorrect, correctedEntry, reasonsFor, residentGone, typedOf, wrongIn } from "./returned";

/** What was typed, what the hospital said about it, and the two ways on: put right and sent again, or let go with a reason. */
export function ReturnedEntry({ item }: { item: SpoolItem }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const box = useBoxApi();
  const { residents } = useRound();
  const gone = residentGone(item, residents.data?.data.items);
  const [open, setOpen] = useState<"correct" | "dismiss">();
  const dismiss = useAction((reason: DismissReason) => box.dismiss(item.id, reason), {
    onSuccess: () => {
      notifications.show({ message: t("app:returned.dismissed"), color: "green" });
      void queries.invalidateQueries({ queryKey: ["spool"] });
    },
  });
  return (
    <div className="nurse-returned" data-testid={`returned-${item.id}`}>
      <Typed item={item} />
      {gone ? (
        <Text c="var(--yz-danger-text)">
          <strong>{t("app:returned.gone")}</strong> {t("app:returned.goneWhatToDo")}
        </Text>
      ) : (
        <Text size="sm" c="var(--yz-danger-text)">
          {item.problem?.detail ?? item.problem?.title} {item.problem?.action}
          {item.problem?.fields?.map((field) => (
            <strong key={field.path}> {field.message}</strong>
          ))}
        </Text>
      )}
      {open === "correct" && <Correction item={item} />}
      {open === "dismiss" && (
        <div className="nurse-choices" role="group" aria-label={t("app:returned.why")}>
          <Text>{t("app:returned.why")}</Text>
          {reasonsFor(gone).map((reason) => (
            <Button
              key={reason}
              variant="default"
              size="xl"
              loading={dismiss.isPending && dismiss.variables === reason}
              onClick={() => dismiss.mutate(reason)}
            >
              {t(`app:returned.reason.${reason}`)}
            </Button>
          ))}
          {dismiss.error && <ProblemAlert error={dismiss.error} />}
        </div>
      )}
      {open === undefined ? (
        <Group gap="xs">
          <Button
            variant="default"
            size="lg"
            leftSection={<IconTrash aria-hidden size={20} />}
            onClick={() => setOpen("dismiss")}
          >
            {t("app:returned.dismiss")}
          </Button>
          {canCorrect(item, gone) && (
            <Button size="lg" leftSection={<IconPencil aria-hidden size={20} />} onClick={() => setOpen("correct")}>
              {t("app:returned.correct")}
            </Button>
          )}
        </Group>
      ) : (
        <Button variant="subtle" size="lg" onClick={() => setOpen(undefined)}>
          {t("app:returned.back")}
        </Button>
      )}
    </div>
  );
}

/** As it was typed, with the time of the measurement. */
function Typed({ item }: { item: SpoolItem }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = useValueWords();
  if (item.kind === "note") return <p className="nurse-returned-typed">{item.body?.text}</p>;
  // What was counted is on the delivery's page, which says that it came back.
  if (item.kind === "receipt") return null;
  if (item.kind === "document") return <p className="nurse-returned-typed">{item.body?.title}</p>;
  if (item.kind === "ecg") {
    return (
      <p className="nurse-returned-typed">
        {t("ecg.title")} · {item.body && formats.dateTime(item.body.recorded_at)}
      </p>
    );
  }
  if (item.kind === "dose") {
    return (
      <p className="nurse-returned-typed">
        {t(`dose.state.${item.body?.outcome ?? "due"}`)} · {item.body && formats.dateTime(item.body.at)}
      </p>
    );
  }
  const readings = item.body?.readings ?? [];
  return (
    <ul className="nurse-returned-values" aria-label={t("app:returned.typed")}>
      {readings.map((reading, position) => (
        <li key={position}>
          {t(`vital.${reading.code}`)} <strong>{words(reading).value}</strong> {words(reading).unit}
        </li>
      ))}
      {readings[0] && <li className="nurse-dim">{formats.dateTime(readings[0].measured_at)}</li>}
    </ul>
  );
}

/** A new entry under a new key, with the time of the old one; then the old one is let go. */
function Correction({ item }: { item: SpoolItem }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const box = useBoxApi();
  const [texts, setTexts] = useState(() => typedOf(item));
  const wrong = wrongIn(item, texts);
  const entry = correctedEntry(item, texts);
  const send = useAction(
    async (corrected: NonNullable<typeof entry>, key) => {
      await box.save(corrected, key);
      await box.dismiss(item.id, "corrected");
    },
    {
      onSuccess: () => {
        notifications.show({ message: t("app:returned.sent"), color: "green" });
        for (const first of ["spool", "residents"]) void queries.invalidateQueries({ queryKey: [first] });
      },
    },
  );
  const change = (position: number, text: string): void =>
    setTexts(texts.map((old, at) => (at === position ? text : old)));
  return (
    <form
      className="nurse-returned-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (entry && wrong.length === 0) send.mutate(entry);
      }}
    >
      {item.kind === "note" ? (
        <Textarea
          label={t("app:top.kind.note")}
          autosize
          minRows={3}
          size="lg"
          value={texts[0] ?? ""}
          onChange={(event) => change(0, event.currentTarget.value)}
        />
      ) : (
        item.kind === "observations" &&
        (item.body?.readings ?? []).map((reading, position) =>
          reading.code === RESPONSIVENESS ? (
            <SegmentedControl
              key={position}
              size="lg"
              fullWidth
              aria-label={t(`vital.${reading.code}`)}
              value={texts[position] ?? ""}
              onChange={(level) => change(position, level)}
              data={LEVELS.map((level) => ({ value: level, label: t(`vital.level.${level}`) }))}
            />
          ) : (
            <TextInput
              key={position}
              size="lg"
              inputMode="decimal"
              autoComplete="off"
              label={`${t(`vital.${reading.code}`)} · ${vitalSign(reading.code)?.shownUnit ?? reading.unit}`}
              value={texts[position] ?? ""}
              onChange={(event) => change(position, event.currentTarget.value.replace(/[^\d.,]/g, "").slice(0, 6))}
            />
          ),
        )
      )}
      {wrong.length > 0 && (
        <Banner meaning="danger" role="alert">
          {wrong.map((problem) => (
            <EntryProblemWords key={problem.kind + ("sign" in problem ? problem.sign.code : "")} problem={problem} />
          ))}
        </Banner>
      )}
      {send.error && <ProblemAlert error={send.error} />}
      <Button
        type="submit"
        size="xl"
        leftSection={<IconSend aria-hidden />}
        disabled={!entry || wrong.length > 0}
        loading={send.isPending}
      >
        {t("app:returned.send")}
      </Button>
    </form>
  );
}
