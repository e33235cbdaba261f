import { fits, nameIn, type Stock, type StockReason } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useAction, useFormats, useUnit, useStrength, NumberField } from "@yunzhen/client/ui";
import { Button, Group, Modal, Select, Stack, Tabs, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { COUNTED, MOVED } from "./amounts";

type Step = "count" | "writeOffShelf" | "writeOffQuarantine" | "release";
const REASONS: Record<Step, readonly StockReason[]> = {
  count: ["counted", "misbooked", "other"],
  writeOffShelf: ["damaged", "expired", "recalled", "other"],
  writeOffQuarantine: ["damaged", "expired", "recalled", "other"],
  release: ["examined"],
};

/** One batch: its numbers, what a person may change, and everything that happened to it. */
export function BatchSheet({ batch, onClose }: { batch: Stock; onClose: () => void }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const unitWord = useUnit();
  const apart = batch.quarantined > 0;
  const name = nameIn(batch, i18n.language);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`${name} ${strength(batch.strength)} · ${batch.batch}`}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack data-testid="batch">
        <Group gap="xl">
          {(["on_hand", "underway", "quarantined"] as const).map((part) => (
            <div key={part}>
              <Text size="sm" c="dimmed">
                {t(`stock.${part === "on_hand" ? "onHand" : part}`)}
              </Text>
              <Text fw={600}>
                {batch[part]} {unitWord(batch.unit)}
              </Text>
            </div>
          ))}
          <div>
            <Text size="sm" c="dimmed">
              {t("stock.expiry")}
            </Text>
            <Text fw={600}>{batch.expiry}</Text>
          </div>
        </Group>
        <Tabs defaultValue={apart ? "writeOffQuarantine" : "count"}>
          <Tabs.List>
            <Tabs.Tab value="count">{t("stock.count")}</Tabs.Tab>
            <Tabs.Tab value="writeOffShelf">{t("stock.writeOffShelf")}</Tabs.Tab>
            {apart && <Tabs.Tab value="writeOffQuarantine">{t("stock.writeOffQuarantine")}</Tabs.Tab>}
            {apart && !batch.cold_chain && <Tabs.Tab value="release">{t("stock.release")}</Tabs.Tab>}
          </Tabs.List>
          {(Object.keys(REASONS) as Step[]).map((step) => (
            <Tabs.Panel key={step} value={step} pt="md">
              <StepForm key={batch.version} batch={batch} step={step} />
            </Tabs.Panel>
          ))}
        </Tabs>
        <History batch={batch} />
      </Stack>
    </Modal>
  );
}

function StepForm({ batch, step }: { batch: Stock; step: Step }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const queryClient = useQueryClient();
  const count = step === "count";
  const rule = count ? COUNTED : MOVED;
  const [quantity, setQuantity] = useState<number>();
  const [reason, setReason] = useState<StockReason>(REASONS[step][0] ?? "other");
  const [comment, setComment] = useState("");
  const act = useAction(
    ({ quantity, ...rest }: { version: number; quantity: number; reason: StockReason; comment?: string }, key) => {
      const { id } = batch;
      if (count) return api.stock.correct(id, { ...rest, counted: quantity }, key);
      const body = { ...rest, quantity, quarantined: step !== "writeOffShelf" };
      return step === "release" ? api.stock.release(id, body, key) : api.stock.writeOff(id, body, key);
    },
    { onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.stock.all }) },
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!fits(quantity, rule)) return;
        const words = comment.trim();
        act.mutate({
          version: batch.version,
          quantity,
          reason,
          ...(words === "" ? {} : { comment: words }),
        });
      }}
    >
      <Stack gap="sm">
        <Group grow align="flex-start">
          <NumberField
            label={t(count ? "stock.counted" : "stock.quantity", { unit: unitWord(batch.unit) })}
            rule={rule}
            value={quantity}
            onChange={setQuantity}
          />
          <Select
            label={t("stock.reason")}
            allowDeselect={false}
            value={reason}
            data={REASONS[step].map((value) => ({ value, label: t(`stock.reasons.${value}`) }))}
            onChange={(value) => setReason(value as StockReason)}
          />
        </Group>
        <TextInput
          label={t("stock.comment")}
          description={t("stock.commentHint")}
          maxLength={200}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {act.isError && <ProblemAlert error={act.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={act.isPending} disabled={!fits(quantity, rule)}>
            {t(count ? "stock.countSave" : step === "release" ? "stock.release" : "stock.writeOff")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function History({ batch }: { batch: Stock }) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const formats = useFormats();
  const query = useQuery({ queryKey: keys.stock.moves(batch.id), queryFn: () => api.stock.moves(batch.id) });
  return (
    <section>
      <Title order={2} fz={16} mb="xs">
        {t("stock.history")}
      </Title>
      {query.isPending && <Skeletons shape="rows" count={3} />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.map((line, i) => (
        <Text key={`${line.at} ${line.kind} ${i}`} size="sm">
          {formats.dateTime(line.at)} · {t(`stock.kind.${line.kind}`)} {line.quantity} {unitWord(batch.unit)}
          {line.reason && ` · ${t(`stock.reasons.${line.reason}`)}`}
          {line.comment && ` · ${line.comment}`}
          {line.by && ` · ${line.by.name}`}
        </Text>
      ))}
    </section>
  );
}
