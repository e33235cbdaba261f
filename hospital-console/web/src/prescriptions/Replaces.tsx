import type { Prescription, PrescriptionItem } from "@yunzhen/client";
import { Banner, PrescriptionChip, ProblemAlert, useFormats, useNames, useStrength, useUnit } from "@yunzhen/client/ui";
import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { changesOf, type Field, type LineChange } from "./changes";
import { drugName } from "./DrugSearch";
import { EndReason } from "./EndReason";
import classes from "./prescriptions.module.css";

/** The prescription that this one takes the place of: of when it is, how it stands and why it ended; for who judges it also what is changed. */
export function Replaces({
  prescription,
  to,
  changes = false,
}: {
  prescription: Prescription;
  /** Where the reader finds a prescription. */
  to: (id: string) => string;
  changes?: boolean;
}) {
  const { t } = useTranslation("app");
  const id = prescription.replaces;
  const earlier = useOther(id);
  if (id === undefined) return null;
  return (
    <div data-testid="replaces">
      <Group gap="xs">
        <Anchor component={Link} to={to(id)} size="sm">
          {t("prescribing.replace.replaces")}
        </Anchor>
        {earlier.data && <Standing prescription={earlier.data} />}
      </Group>
      {earlier.isError && <ProblemAlert error={earlier.error} onRetry={() => void earlier.refetch()} />}
      {earlier.data && <EndReason prescription={earlier.data} />}
      {earlier.data && changes && <ChangeList before={earlier.data} after={prescription} />}
    </div>
  );
}

/** The prescription that took the place of this one. */
export function ReplacedBy({ id }: { id: string }) {
  const { t } = useTranslation("app");
  const later = useOther(id);
  return (
    <Banner meaning="waiting" title={t("prescribing.replace.replacedBy")}>
      <Group gap="xs">
        <Anchor component={Link} to={`/prescriptions/${id}`}>
          {t("prescribing.replace.open")}
        </Anchor>
        {later.data && <Standing prescription={later.data} />}
      </Group>
      {later.isError && <ProblemAlert error={later.error} onRetry={() => void later.refetch()} />}
    </Banner>
  );
}

const useOther = (id: string | undefined) =>
  useQuery({
    queryKey: keys.prescriptions.one(id ?? ""),
    queryFn: () => api.prescriptions.get(id ?? ""),
    enabled: id !== undefined,
  });

/** Of when it is and how it stands. */
function Standing({ prescription: { signed_at, state } }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  return (
    <>
      {signed_at && (
        <Text size="sm" component="span">
          {t("prescribing.replace.signedOn", { time: formats.dateTime(signed_at) })}
        </Text>
      )}
      <PrescriptionChip state={state} />
    </>
  );
}

function ChangeList({ before, after }: { before: Prescription; after: Prescription }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const { diagnosis, supply, lines } = changesOf(before, after);
  const arrow = (what: string, from: string, now: string) => t("prescribing.replace.change.from", { what, from, now });
  const said = [
    diagnosis &&
      arrow(t("prescriptions.document.diagnosis"), names.diagnosis(before.diagnosis), names.diagnosis(after.diagnosis)),
    supply &&
      arrow(
        t("prescriptions.document.supply"),
        t(`prescriptions.supply.${before.supply}`),
        t(`prescriptions.supply.${after.supply}`),
      ),
  ].filter((words) => words !== false);
  return (
    <>
      <Text size="sm" fw={600}>
        {t("prescribing.replace.change.title")}
      </Text>
      <ul className={classes.changes} data-testid="changes">
        {said.map((words) => (
          <li key={words}>{words}</li>
        ))}
        {lines.map((change, index) => (
          <li key={index}>
            <Changed change={change} />
          </li>
        ))}
        {said.length + lines.length === 0 && <li>{t("prescribing.replace.change.none")}</li>}
      </ul>
    </>
  );
}

function Changed({ change }: { change: LineChange }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const unitWord = useUnit();
  const name = `${drugName(change.item.drug, i18n.language)} ${strength(change.item.drug.strength)}`;
  if (change.kind !== "changed") return t(`prescribing.replace.change.${change.kind}`, { name });
  const value = (item: PrescriptionItem, field: Field): string | undefined => {
    switch (field) {
      case "dose":
        return `${item.dose} ${unitWord(item.dose_unit)}`;
      case "frequency":
        return t(`shared:frequency.${item.frequency}`);
      case "route":
        return t(`shared:route.${item.route}`);
      case "days":
        return t("prescriptions.document.days", { count: item.days });
      case "quantity":
        return `${item.quantity} ${unitWord(item.quantity_unit)}`;
      case "most_per_day":
        return item.most_per_day === undefined ? t("app.none") : String(item.most_per_day);
      case "hours_apart":
        return item.hours_apart === undefined ? t("app.none") : String(item.hours_apart);
      case "instruction":
        return item.instruction || t("app.none");
      // Steps and the permission are read in the lines above.
      case "taper":
      case "substitution":
        return undefined;
    }
  };
  const each = change.fields.map((field) => {
    const what = t(`prescribing.replace.change.field.${field}`);
    const [from, now] = [value(change.before, field), value(change.item, field)];
    return from === undefined || now === undefined ? what : t("prescribing.replace.change.from", { what, from, now });
  });
  return t("prescribing.replace.change.changed", { name, what: each.join(t("shared:separator")) });
}
