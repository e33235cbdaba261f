import type { Drug, RecallLevel } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconAlertOctagon } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt } from "../common/problemAt";
import { DrugChoice } from "../prescriptions/DrugChoice";

const LEVELS: readonly RecallLevel[] = ["first", "second", "third"];
const FIELDS = ["batch", "level", "reason", "authority", "announced_on"] as const;
type Field = (typeof FIELDS)[number];

/** A batch is called back: which, why, by whom. What follows at once is said before. */
export function DeclareSheet({ onClose, onDone }: { onClose: () => void; onDone: (id: string) => void }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [drug, setDrug] = useState<Drug>();
  const [level, setLevel] = useState<RecallLevel>();
  const [typed, setTyped] = useState({ batch: "", reason: "", authority: "", announced_on: "" });
  const set = (field: keyof typeof typed, value: string) => setTyped((before) => ({ ...before, [field]: value }));
  const declare = useAction(api.recalls.declare, {
    onSuccess: (recall) => {
      void queryClient.invalidateQueries({ queryKey: keys.recalls.all });
      void queryClient.invalidateQueries({ queryKey: keys.stock.all });
      onDone(recall.id);
    },
  });
  const at = (field: Field) => problemAt(declare.error, field);
  const whole = drug && level && Object.values(typed).every((text) => text.trim() !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (drug && level) declare.mutate({ drug_id: drug.id, level, ...typed });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("recalls.sheet.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate data-testid="declare">
        <Stack>
          <Banner meaning="person" icon={IconAlertOctagon}>
            {t("recalls.sheet.hint")}
          </Banner>
          <DrugChoice label={t("recalls.drug")} value={drug} onChange={setDrug} another={t("recalls.sheet.change")} />
          <Group grow align="flex-start">
            <TextInput
              label={t("recalls.batch")}
              description={t("recalls.sheet.batchHint")}
              autoComplete="off"
              maxLength={40}
              value={typed.batch}
              error={at("batch")}
              onChange={(event) => set("batch", event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label={t("recalls.sheet.announcedOn")}
              description=" "
              value={typed.announced_on}
              error={at("announced_on")}
              onChange={(event) => set("announced_on", event.currentTarget.value)}
            />
          </Group>
          <Select
            label={t("recalls.level")}
            value={level ?? null}
            data={LEVELS.map((value) => ({ value, label: t(`recalls.levelHints.${value}`) }))}
            error={at("level")}
            onChange={(value) => setLevel((value as RecallLevel | null) ?? undefined)}
          />
          <TextInput
            label={t("recalls.sheet.authority")}
            description={t("recalls.sheet.authorityHint")}
            maxLength={200}
            value={typed.authority}
            error={at("authority")}
            onChange={(event) => set("authority", event.currentTarget.value)}
          />
          <Textarea
            label={t("recalls.sheet.reason")}
            maxLength={500}
            autosize
            minRows={2}
            value={typed.reason}
            error={at("reason")}
            onChange={(event) => set("reason", event.currentTarget.value)}
          />
          {declare.isError && <ProblemAlert error={declare.error} />}
          <Group justify="flex-end">
            <Button type="submit" color="red" loading={declare.isPending} disabled={!whole}>
              {t("recalls.sheet.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
