import type { PrescriptionItem, Stock } from "@yunzhen/client";
import { useUnit, NumberField } from "@yunzhen/client/ui";
import { ActionIcon, Button, Select, Text } from "@mantine/core";
import { IconCheck, IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { problemAt } from "../common/problemAt";
import { problemOf, TAKEN, takenOf, usable, type Pick } from "./pick";
import classes from "./orders.module.css";

interface Props {
  item: PrescriptionItem;
  picks: readonly Pick[];
  stock: readonly Stock[];
  today: string;
  /** What the relay said of the rows. */
  error: unknown;
  onPicks: (picks: readonly Pick[]) => void;
}

/** The batches of one medicine: chosen from what is on the shelf, what expires first already chosen. */
export function PickRows({ item, picks, stock, today, error, onPicks }: Props) {
  const { t } = useTranslation("app");
  const unitWord = useUnit();
  const choices = usable(item, stock, today);
  const own = picks.filter((p) => p.item_no === item.no);
  const replace = (old: Pick, next?: Pick) => onPicks(picks.flatMap((p) => (p === old ? (next ? [next] : []) : [p])));
  const free = choices.find((s) => !own.some((p) => p.batch === s.batch));
  const missing = item.owed - takenOf(item, picks);
  return (
    <>
      {item.owed < item.quantity && (
        <Text size="sm" c="dimmed">
          {t("orders.pick.owed", { owed: item.owed, unit: unitWord(item.quantity_unit) })}
        </Text>
      )}
      {own.map((pick) => {
        const problem = problemOf(pick, item, picks, stock, today);
        const said = (field: string) => problemAt(error, `packs[${picks.indexOf(pick)}].${field}`);
        const offered = choices.filter((s) => s.batch === pick.batch || !own.some((p) => p.batch === s.batch));
        return (
          <div key={pick.batch} className={classes.pickFields} data-scanned={pick.scanned}>
            <Select
              label={t("orders.pick.batch")}
              value={pick.batch}
              error={said("batch") ?? said("expiry")}
              allowDeselect={false}
              data={offered.map((s) => ({
                value: s.batch,
                label: t("orders.pick.choice", {
                  batch: s.batch,
                  expiry: s.expiry,
                  on_hand: s.on_hand,
                  unit: unitWord(s.unit),
                }),
              }))}
              onChange={(batch) => {
                const s = choices.find((one) => one.batch === batch);
                if (s) replace(pick, { ...pick, batch: s.batch, expiry: s.expiry, scanned: false });
              }}
              rightSection={pick.scanned ? <IconCheck size={18} aria-label={t("orders.pick.scanned")} /> : undefined}
            />
            <NumberField
              label={t("orders.pick.quantity")}
              value={pick.quantity}
              rule={TAKEN}
              suffix={` ${unitWord(item.quantity_unit)}`}
              onChange={(quantity = NaN) => replace(pick, { ...pick, quantity })}
              error={problem === "none" ? said("quantity") : t(`orders.pick.problem.${problem}`)}
            />
            <ActionIcon
              variant="default"
              size={36}
              mt={24}
              aria-label={t("orders.pick.remove", { batch: pick.batch })}
              onClick={() => replace(pick)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </div>
        );
      })}
      {missing > 0 && (
        <Text size="sm" c="var(--yz-person-text)">
          {t("orders.pick.missing", { missing, owed: item.owed, unit: unitWord(item.quantity_unit) })}
          {!free && own.length === 0 && ` · ${t("orders.pick.noBatch")}`}
        </Text>
      )}
      {missing > 0 && free && (
        <div>
          <Button
            variant="subtle"
            leftSection={<IconPlus size={18} aria-hidden />}
            onClick={() =>
              onPicks([
                ...picks,
                {
                  item_no: item.no,
                  batch: free.batch,
                  expiry: free.expiry,
                  quantity: Math.min(missing, free.on_hand),
                  scanned: false,
                },
              ])
            }
          >
            {t("orders.pick.addBatch")}
          </Button>
        </div>
      )}
    </>
  );
}
