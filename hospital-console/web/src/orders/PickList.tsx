import type { Dispense, PartReason, Prescription, PrescriptionItem, Stock } from "@yunzhen/client";
import { ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Alert, Button, Group, Radio, Stack, Text, Title } from "@mantine/core";
import { IconChecks, IconPackageOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { drugName } from "../prescriptions/DrugSearch";
import { ItemLine } from "../prescriptions/ItemLine";
import { PickRows } from "./PickRows";
import {
  asPicked,
  asRecorded,
  isSame,
  problemOf,
  propose,
  repick,
  takenOf,
  toRecord,
  underWay,
  withPutBack,
  type Filled,
  type Instead,
  type Pick,
} from "./pick";
import { ProductChoice } from "./ProductChoice";
import { ScanField } from "./ScanField";
import type { useOrder } from "./useOrder";
import classes from "./orders.module.css";

const PART_REASONS: readonly PartReason[] = ["out_of_stock", "short_dated", "damaged", "parcel_size", "other"];

/** What to take from the shelf. While dispensing each medicine gets its batches from the stock; afterwards it is a list. */
export function PickList({ prescription, order }: { prescription: Prescription; order: ReturnType<typeof useOrder> }) {
  const { t } = useTranslation("app");
  const active = prescription.allowed.includes("dispense");
  const stock = useQuery({ queryKey: keys.stock.list, queryFn: () => api.stock.list(), enabled: active });
  const fillings = useQuery({
    queryKey: keys.prescriptions.dispenses(prescription.id),
    queryFn: () => api.stock.dispenses(prescription.id),
    enabled: active,
  });
  const failed = [stock, fillings].find((query) => query.isError && !query.data);
  if (active && failed) return <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />;
  if (active && (stock.isPending || fillings.isPending)) return <Skeletons shape="card" count={3} />;
  if (active && stock.data && fillings.data) {
    const filling = underWay(fillings.data.items);
    return (
      <Picking
        key={`${prescription.version} ${JSON.stringify(filling?.packs)}`}
        prescription={prescription}
        order={order}
        stock={withPutBack(stock.data.items, filling?.packs ?? [])}
        filling={filling}
      />
    );
  }
  return (
    <div className={classes.panel}>
      <Title order={2} fz={16} mb="xs">
        {t("orders.prescription")}
      </Title>
      {prescription.items.map((item) => (
        <div key={item.no} className={classes.pick} data-testid={`pick-${item.no}`}>
          <ItemLine item={item} />
        </div>
      ))}
    </div>
  );
}

interface PickingProps {
  prescription: Prescription;
  order: ReturnType<typeof useOrder>;
  /** With what this filling took from it. */
  stock: readonly Stock[];
  /** What is recorded already. */
  filling: Dispense | undefined;
}

function Picking({ prescription, order, stock, filling }: PickingProps) {
  const { t, i18n } = useTranslation("app");
  const [recorded] = useState<Filled | undefined>(() => filling && asRecorded(prescription.items, filling));
  const [others, setOthers] = useState<ReadonlyMap<number, Instead>>(recorded?.others ?? new Map());
  const items = prescription.items.map((item) => asPicked(item, others.get(item.no)));
  const today = new Date().toISOString().slice(0, 10);
  const [picks, setPicks] = useState<readonly Pick[]>(
    () => recorded?.picks ?? propose(prescription.items, stock, today),
  );
  const [reason, setReason] = useState<PartReason | undefined>(recorded?.reason);
  const [tried, setTried] = useState(false);
  const owed = items.filter((item) => item.owed > 0);
  const done = owed.filter((item) => takenOf(item, picks) === item.owed).length;
  const part = done < owed.length;
  const wrong = owed.some((item) =>
    picks.some((p) => p.item_no === item.no && problemOf(p, item, picks, stock, today) !== "none"),
  );
  const unexplained = [...others].some(([no, { reason }]) => !reason && picks.some((p) => p.item_no === no));
  const now: Filled = { picks, others, reason: part ? reason : undefined };
  const same = recorded !== undefined && isSame(recorded, now);
  const choose = (item: PrescriptionItem, instead: Instead | undefined) => {
    const next = new Map(others);
    if (instead) next.set(item.no, instead);
    else next.delete(item.no);
    setOthers(next);
    const changed = instead?.substitute.drug.id !== others.get(item.no)?.substitute.drug.id;
    if (changed) setPicks(repick(asPicked(item, instead), picks, stock, today));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong || unexplained || same || picks.length === 0 || (part && !reason)) return;
    order.dispense.mutate(toRecord(now));
  };
  return (
    <form className={classes.panel} onSubmit={submit} noValidate>
      <Group justify="space-between" mb="xs">
        <Title order={2} fz={16}>
          {t("orders.pick.title")}
        </Title>
        <Text c="dimmed" ta="end" data-testid="progress">
          {t("orders.pick.progress", { done, all: owed.length })}
          <br />
          {t("orders.pick.checked", { done: picks.filter((p) => p.scanned).length, all: picks.length })}
        </Text>
      </Group>
      {recorded && (
        <Text size="sm" c="dimmed" mb="xs" data-testid="recorded">
          {t(same ? "orders.pick.recorded" : "orders.pick.changed")}
        </Text>
      )}
      <ScanField items={owed} picks={picks} stock={stock} today={today} onPicks={setPicks} />
      {prescription.items.map((prescribed, index) => {
        const item = items[index] ?? prescribed;
        return (
          <div
            key={item.no}
            className={classes.pick}
            role="group"
            aria-label={drugName(item.drug, i18n.language)}
            data-testid={`pick-${item.no}`}
          >
            <ItemLine item={prescribed} />
            {item.owed > 0 && (prescribed.substitutes ?? []).length > 0 && (
              <ProductChoice
                item={prescribed}
                instead={others.get(item.no)}
                tried={tried}
                error={order.dispense.error}
                path={`packs[${picks.findIndex((p) => p.item_no === item.no)}]`}
                onChange={(instead) => choose(prescribed, instead)}
              />
            )}
            {item.owed === 0 ? (
              <Text c="dimmed">{t("orders.pick.suppliedAll")}</Text>
            ) : (
              <PickRows
                item={item}
                picks={picks}
                stock={stock}
                today={today}
                error={order.dispense.error}
                onPicks={setPicks}
              />
            )}
          </div>
        );
      })}
      {picks.length === 0 ? (
        <Alert icon={<IconPackageOff aria-hidden />} color="orange" mt="sm" data-testid="nothing">
          {t("orders.pick.nothing")} <Link to="/stock">{t("orders.pick.toStock")}</Link>
        </Alert>
      ) : (
        part && (
          <Stack gap="xs" mt="sm" data-testid="part">
            <Text fw={600}>{t("orders.part.title")}</Text>
            <Text size="sm" c="dimmed">
              {t("orders.part.hint")}
            </Text>
            <Radio.Group
              label={t("orders.part.reason")}
              value={reason ?? null}
              onChange={(value) => setReason(value as PartReason)}
              error={tried && !reason ? t("orders.part.reasonRequired") : undefined}
            >
              <Group gap="md" mt="xs">
                {PART_REASONS.map((value) => (
                  <Radio key={value} value={value} label={t(`shared:parcel.filling.part.${value}`)} />
                ))}
              </Group>
            </Radio.Group>
          </Stack>
        )
      )}
      {order.dispense.isError && <ProblemAlert error={order.dispense.error} />}
      <Group justify="flex-end" mt="sm">
        <Button
          type="submit"
          leftSection={<IconChecks size={18} aria-hidden />}
          loading={order.dispense.isPending}
          disabled={same || picks.length === 0}
        >
          {recorded ? t("orders.pick.correct") : part ? t("orders.part.dispense") : t("orders.dispense")}
        </Button>
      </Group>
    </form>
  );
}
