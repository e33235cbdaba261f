import type { Prescription, PrescriptionItem } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, NumberInput, Text, TextInput, Title } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ItemLine } from "../prescriptions/ItemLine";
import { pickProblems, type Pick } from "./pick";
import type { useOrder } from "./useOrder";
import classes from "./orders.module.css";

/** What to take from the shelf. While dispensing each medicine gets its batch and expiry; afterwards it is a list. */
export function PickList({ prescription, order }: { prescription: Prescription; order: ReturnType<typeof useOrder> }) {
  const { t } = useTranslation("app");
  const active = prescription.allowed.includes("dispense");
  const [picks, setPicks] = useState<Record<number, Pick>>(() =>
    Object.fromEntries(prescription.items.map((item) => [item.no, { batch: "", expiry: "", quantity: item.quantity }])),
  );
  const [tried, setTried] = useState(false);
  const today = new Date().toISOString().slice(0, 10);
  const done = prescription.items.filter((item) => !pickProblems(picks[item.no], today).stop).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (done < prescription.items.length) return;
    order.dispense.mutate(
      prescription.items.map((item) => {
        const pick = picks[item.no] ?? { batch: "", expiry: "", quantity: item.quantity };
        return { item_no: item.no, batch: pick.batch.trim(), expiry: pick.expiry, quantity: pick.quantity };
      }),
    );
  };
  return (
    <form className={classes.panel} onSubmit={submit} noValidate>
      <Group justify="space-between" mb="xs">
        <Title order={2} fz={16}>
          {active ? t("orders.pick.title") : t("orders.prescription")}
        </Title>
        {active && <Text c="dimmed">{t("orders.pick.progress", { done, all: prescription.items.length })}</Text>}
      </Group>
      {prescription.items.map((item) => (
        <div
          key={item.no}
          className={classes.pick}
          role="group"
          aria-label={item.drug.name_zh}
          data-testid={`pick-${item.no}`}
        >
          <div>
            <ItemLine item={item} />
          </div>
          {active && (
            <PickFields
              item={item}
              pick={picks[item.no]}
              tried={tried}
              today={today}
              onChange={(pick) => setPicks((all) => ({ ...all, [item.no]: pick }))}
            />
          )}
        </div>
      ))}
      {order.dispense.isError && <ProblemAlert error={order.dispense.error} />}
      {active && (
        <Group justify="flex-end" mt="sm">
          <Button type="submit" leftSection={<IconChecks size={18} aria-hidden />} loading={order.dispense.isPending}>
            {t("orders.dispense")}
          </Button>
        </Group>
      )}
    </form>
  );
}

function PickFields({
  item,
  pick = { batch: "", expiry: "", quantity: item.quantity },
  tried,
  today,
  onChange,
}: {
  item: PrescriptionItem;
  pick?: Pick;
  tried: boolean;
  today: string;
  onChange: (pick: Pick) => void;
}) {
  const { t } = useTranslation("app");
  const problems = pickProblems(pick, today);
  const needed = t("orders.pick.needed", { quantity: item.quantity, unit: item.quantity_unit });
  return (
    <div className={classes.pickFields}>
      <TextInput
        label={t("orders.pick.batch")}
        value={pick.batch}
        autoComplete="off"
        onChange={(event) => onChange({ ...pick, batch: event.currentTarget.value })}
        error={tried && problems.batch ? t("orders.pick.batchRequired") : undefined}
      />
      <TextInput
        type="date"
        label={t("orders.pick.expiry")}
        value={pick.expiry}
        onChange={(event) => onChange({ ...pick, expiry: event.currentTarget.value })}
        error={
          problems.expiry === "expired"
            ? t("orders.pick.expired")
            : tried && problems.expiry === "missing"
              ? t("orders.pick.expiryRequired")
              : undefined
        }
        description={problems.soon ? t("orders.pick.soon", { days: 30 }) : undefined}
      />
      <NumberInput
        label={t("orders.pick.quantity")}
        value={pick.quantity}
        min={0}
        suffix={` ${item.quantity_unit}`}
        onChange={(value) => onChange({ ...pick, quantity: typeof value === "number" ? value : 0 })}
        description={pick.quantity === item.quantity ? undefined : `${t("orders.pick.quantityDiffers")} · ${needed}`}
      />
    </div>
  );
}
