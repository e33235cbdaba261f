import type { Duplicate, DuplicateState, Meaning, ResidentIdentity } from "@yunzhen/client";
import { StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Text } from "@mantine/core";
import { IconArrowsJoin2, IconArrowsSplit2, IconArrowsDiff, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Decision } from "./DecideSheet";
import { differing, FACTS, type Fact } from "./pair";
import classes from "./duplicates.module.css";

const MEANING: Record<DuplicateState, Meaning> = { suspected: "person", merged: "done", dismissed: "waiting" };
const ICON = { suspected: IconUsers, merged: IconArrowsJoin2, dismissed: IconArrowsSplit2 };

/** Two records beside each other; what differs is marked by colour, sign and word. */
export function PairCard({
  pair,
  onDecide,
  onTransfer,
}: {
  pair: Duplicate;
  onDecide: (decision: Decision) => void;
  onTransfer: (resident: ResidentIdentity) => void;
}) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const differs = differing(pair);
  const may = (command: string): boolean => pair.allowed.includes(command);
  const title = pair.residents.map((r) => r.name).join(" · ");
  return (
    <article className={classes.pair} aria-label={title} data-testid={`duplicate-${pair.id}`} data-state={pair.state}>
      <Group justify="space-between" mb="sm">
        <Group gap="sm">
          <StatusChip meaning={MEANING[pair.state]} icon={ICON[pair.state]}>
            {t(`duplicates.state.${pair.state}`)}
          </StatusChip>
          <Text>{t(`residentImports.likeness.${pair.likeness}`)}</Text>
          <Text size="sm" c="dimmed">
            {t("duplicates.found", { time: formats.dateTime(pair.found_at) })}
          </Text>
        </Group>
        <Group gap="sm">
          {may("dismiss") && (
            <Button variant="default" onClick={() => onDecide("dismiss")}>
              {t("duplicates.dismiss")}
            </Button>
          )}
          {may("unmerge") && (
            <Button variant="default" onClick={() => onDecide("unmerge")}>
              {t("duplicates.unmerge")}
            </Button>
          )}
          {may("merge") && <Button onClick={() => onDecide("merge")}>{t("duplicates.merge")}</Button>}
        </Group>
      </Group>
      <table className={classes.sides}>
        <thead>
          <tr>
            <th scope="col">
              <span className="yz-visually-hidden">{t("duplicates.fact.label")}</span>
            </th>
            {pair.residents.map((r, no) => (
              <th key={r.id} scope="col">
                {t(no === 0 ? "duplicates.first" : "duplicates.second")}{" "}
                {pair.survivor_id && (
                  <Text component="span" size="sm" c="dimmed">
                    {r.id === pair.survivor_id ? t("duplicates.survivor") : t("duplicates.absorbed")}
                  </Text>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FACTS.map((fact) => (
            <tr key={fact} className={differs.has(fact) ? classes.differs : undefined}>
              <th scope="row">{t(`duplicates.fact.${fact}`)}</th>
              {pair.residents.map((r) => (
                <td key={r.id}>
                  {differs.has(fact) && <IconArrowsDiff size={16} aria-label={t("duplicates.differs")} role="img" />}{" "}
                  <FactText resident={r} fact={fact} />
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <td />
            {pair.residents.map((r) => (
              <td key={r.id}>
                {/* A record that was merged into the other moves with it. */}
                {(pair.survivor_id ?? r.id) === r.id && (
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    onClick={() => onTransfer(r)}
                    aria-label={t("homes.transfer.openOf", { name: r.name, home: r.home_name, bed: r.bed })}
                  >
                    {t("homes.transfer.open")}
                  </Button>
                )}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      {pair.decided_at && pair.reason && (
        <Text size="sm" c="dimmed" mt="sm">
          {t("duplicates.decided", {
            who: pair.decided_by?.name ?? "",
            time: formats.dateTime(pair.decided_at),
            reason: pair.reason,
          })}
        </Text>
      )}
    </article>
  );
}

function FactText({ resident, fact }: { resident: ResidentIdentity; fact: Fact }) {
  const { t } = useTranslation("app");
  if (fact === "sex") return <>{t(`shared:sex.${resident.sex}`)}</>;
  if (fact === "bed") return <>{t("shared:bed", { bed: resident.bed })}</>;
  return <>{resident[fact]}</>;
}
