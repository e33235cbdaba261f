import { Text } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Dispense, Prescription } from "../api/types";
import { owedOf } from "../chart/fillings";
import { hasEnded } from "./door-to-dose";
import { useFormats, useNames, useStrength, useUnit } from "./hooks";
import { useApi } from "./provider";
import { ProblemAlert, Skeletons } from "./states";
import { StatusChip } from "./status";
import "./fillings.css";

/** What each pharmacy sent of a prescription and what is still owed, for who prescribed it and who waits for it. */
export function FillingsOf({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("shared");
  const names = useNames();
  const strength = useStrength();
  const unitWord = useUnit();
  const api = useApi();
  const query = useQuery({
    queryKey: ["prescriptions", "dispenses", prescription.id],
    queryFn: () => api.stock.dispenses(prescription.id),
    enabled: prescription.approved_at !== undefined,
  });
  if (prescription.approved_at === undefined) return null;
  if (query.isPending) return <Skeletons shape="rows" count={1} />;
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const fillings = query.data.items;
  if (fillings.length === 0) return null;
  const lines = owedOf(
    prescription.items,
    // What goes back is on its way to nobody.
    fillings.filter((filling) => !goesBack(filling)),
  );
  return (
    <section aria-label={t("parcel.filling.title")} data-testid={`fillings-${prescription.id}`}>
      <Text fw={600}>{t("parcel.filling.title")}</Text>
      <ol className="yz-fillings">
        {fillings.map((filling) => (
          <Filling key={filling.id} filling={filling} />
        ))}
      </ol>
      <ul className="yz-fillings">
        {prescription.items.map((item) => {
          const line = lines.find((one) => one.no === item.no);
          const unit = unitWord(item.quantity_unit);
          return (
            <li key={item.no} className="yz-filling-head">
              <span>
                {names.name(item.drug)} {strength(item.drug.strength)}
              </span>
              <span>
                {t("parcel.filling.of", { reached: line?.reached, all: item.quantity, unit })}
                {line && line.underWay > 0 && ` · ${t("parcel.filling.underWay", { n: line.underWay, unit })}`}
                {line && line.closed > 0 && ` · ${t("parcel.filling.closed", { n: line.closed, unit })}`}
              </span>
              {hasEnded(prescription.state) ? (
                <StatusChip meaning="waiting">{t("parcel.filling.noMore")}</StatusChip>
              ) : line && line.owed > 0 ? (
                <StatusChip meaning="person">{t("parcel.filling.owed", { n: line.owed, unit })}</StatusChip>
              ) : (
                <StatusChip meaning="done">{t("parcel.filling.nothingOwed")}</StatusChip>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const MEANING = {
  preparation: "waiting",
  on_hold: "person",
  in_progress: "waiting",
  completed: "done",
  cancelled: "waiting",
  declined: "person",
} as const satisfies Record<Dispense["state"], string>;

/** Its parcel holds a batch that was called back. */
const goesBack = ({ state, batch_recalled }: Dispense): boolean => state === "in_progress" && batch_recalled === true;

function Filling({ filling }: { filling: Dispense }) {
  const { t } = useTranslation("shared");
  const names = useNames();
  const unitWord = useUnit();
  const formats = useFormats();
  const recalled = goesBack(filling);
  return (
    <li>
      <div className="yz-filling-head">
        <strong>{filling.pharmacy_name}</strong>
        <span>
          {t("parcel.filling.number", { number: filling.number })}
          {filling.fill && ` · ${t(`parcel.filling.fill.${filling.fill}`)}`}
        </span>
        <StatusChip meaning={recalled ? "danger" : MEANING[filling.state]} icon={IconPackage}>
          {t(recalled ? "parcel.filling.recalled" : `parcel.filling.state.${filling.state}`)}
        </StatusChip>
        <Text size="sm" c="dimmed" component="span">
          {formats.dateTime(filling.state_since)}
        </Text>
      </div>
      {filling.part_reason && (
        <div>{t("parcel.filling.because", { why: t(`parcel.filling.part.${filling.part_reason}`) })}</div>
      )}
      {filling.declined && (
        <div>{t("parcel.filling.because", { why: t(`parcel.filling.declined.${filling.declined}`) })}</div>
      )}
      {filling.declined_words && <div>{t("parcel.filling.pharmacyWrote", { words: filling.declined_words })}</div>}
      {filling.packs.map((pack) => (
        <div key={`${pack.item_no} ${pack.batch}`}>
          {names.pack(pack)} × {pack.quantity} {unitWord(pack.unit)}{" "}
          <Text size="sm" c="dimmed" component="span">
            {t("parcel.filling.batch", { batch: pack.batch, expiry: pack.expiry })}
            {pack.substitution &&
              ` · ${t("parcel.filling.instead")} · ${t(`parcel.filling.substitution.${pack.substitution.reason}`)}`}
          </Text>
        </div>
      ))}
    </li>
  );
}
