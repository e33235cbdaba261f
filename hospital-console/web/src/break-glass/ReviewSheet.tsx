import type { BreakGlass } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { problemAt, toldAt } from "../common/problemAt";
import { GlassReads } from "./GlassReads";

/** As far as the page was told. */
const whoseRecord = ({ resident_name, bed, home_name }: BreakGlass): string =>
  [resident_name, bed, home_name].filter(Boolean).join(" · ");

/** Right or not, and why. What is questioned ends at once. */
export function ReviewSheet({ glass, onClose }: { glass: BreakGlass; onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<"right" | "wrong">();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const review = useAction(
    (input: { version: number; right: boolean; note: string }, key) => api.breakGlass.review(glass.id, input, key),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["break-glass"] });
        onClose();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (verdict && note.trim() !== "")
      review.mutate({ version: glass.version, right: verdict === "right", note: note.trim() });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("breakGlass.sheet.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <div>
            <Text fw={600}>
              {glass.specialist.name}
              {glass.hospital && ` · ${glass.hospital}`}
            </Text>
            <Text data-testid="glass-whose">{t("breakGlass.sheet.whose", { whose: whoseRecord(glass) })}</Text>
            <Text>
              {t("breakGlass.sheet.span", {
                from: formats.dateTime(glass.opened_at),
                until: formats.time(glass.ends_at),
              })}
            </Text>
            <Text style={{ overflowWrap: "anywhere" }}>{t("breakGlass.sheet.quote", { reason: glass.reason })}</Text>
            <Text size="sm" c="dimmed">
              {glass.acknowledged_at
                ? t("breakGlass.sheet.homeNoted", {
                    who: glass.acknowledged_by?.name ?? "",
                    time: formats.dateTime(glass.acknowledged_at),
                  })
                : t("breakGlass.sheet.homeNotYet")}
            </Text>
          </div>
          <GlassReads glass={glass} />
          <Radio.Group
            label={t("breakGlass.sheet.verdict")}
            value={verdict ?? null}
            onChange={(value) => setVerdict(value as typeof verdict)}
            error={tried && !verdict ? t("breakGlass.sheet.verdictRequired") : undefined}
          >
            <Stack gap="xs" mt="xs">
              <Radio
                value="right"
                label={t("breakGlass.sheet.right")}
                description={t("breakGlass.sheet.rightHint")}
                data-autofocus
              />
              <Radio value="wrong" label={t("breakGlass.sheet.wrong")} description={t("breakGlass.sheet.wrongHint")} />
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("breakGlass.sheet.note")}
            description={t("breakGlass.sheet.noteHint")}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={tried && note.trim() === "" ? t("breakGlass.sheet.noteRequired") : problemAt(review.error, "note")}
            maxLength={500}
            autosize
            minRows={2}
            required
          />
          {review.isError && !toldAt(review.error, ["note"]) && <ProblemAlert error={review.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={review.isPending}>
              {t("breakGlass.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
