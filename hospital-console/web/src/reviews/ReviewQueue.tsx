import type { Finding, PrescriptionSummary } from "@yunzhen/client";
import { LineTurn, PrescriptionChip, useNames } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { FindingChip, UrgencyChip } from "../common/chips";
import { Person } from "../common/Person";
import { Wait } from "../common/Wait";
import classes from "./reviews.module.css";

export function ReviewQueue({ items, selected }: { items: PrescriptionSummary[]; selected: string | undefined }) {
  const { t } = useTranslation("app");
  const names = useNames();
  return (
    <ul className={classes.items}>
      {items.map((p) => (
        <li key={p.id} data-testid={`review-${p.id}`}>
          <NavLink
            to={`/reviews/${p.id}`}
            className={classes.item}
            aria-current={p.id === selected ? "page" : undefined}
          >
            <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
              <Person person={p.resident} size="sm" />
              <UrgencyChip urgency={p.urgency} />
            </Group>
            {/* Never cut: a strength that is not read is another medicine. */}
            <Text size="sm">{names.drugs(p)}</Text>
            <Group justify="space-between" gap="xs">
              <Text size="sm" c="dimmed" component="span">
                {t("reviews.items", { count: p.item_count })} · {p.specialist_name} ·{" "}
                <Wait since={p.signed_at ?? p.waiting_since} />
              </Text>
              {p.state !== "signed" && <PrescriptionChip state={p.state} />}
              <LineTurn line={p} reader="pharmacist" onlyLate />
              {p.worst_finding && p.worst_finding !== "info" && (
                <FindingChip
                  finding={{ outcome: "alert", severity: p.worst_finding as Finding["severity"] }}
                  // Nothing is signed past it without a reason.
                  reasoned
                />
              )}
            </Group>
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
