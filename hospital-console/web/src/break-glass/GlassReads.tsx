import type { BreakGlass } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { Anchor, List, ScrollArea, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { actionKey, linkTo } from "../administration/audit";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { readsThrough } from "./glass";

/** What was looked at through one broken glass, as the audit log has it, and the way to the log itself. */
export function GlassReads({ glass }: { glass: BreakGlass }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const asked = { actor_id: glass.specialist.id, purpose: "BTG", from: glass.opened_at, until: glass.ends_at };
  const query = useQuery({ queryKey: [...keys.audit, asked], queryFn: () => api.administration.audit(asked) });
  const reads = readsThrough(query.data?.items ?? [], glass);
  return (
    <section aria-label={t("breakGlass.sheet.reads")}>
      <Text size="sm" fw={600}>
        {t("breakGlass.sheet.reads")}
      </Text>
      {query.isPending && <Skeletons shape="rows" count={2} />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && reads.length === 0 && <Text size="sm">{t("breakGlass.sheet.noReads")}</Text>}
      {reads.length > 0 && (
        <ScrollArea.Autosize mah={160} data-testid="glass-reads">
          <List size="sm">
            {reads.map((read) => (
              <List.Item key={read.seq}>
                {formats.dateTime(read.at)}{" "}
                {t(`administration.audit.actions.${actionKey(read.action)}`, { defaultValue: read.action })}
              </List.Item>
            ))}
          </List>
        </ScrollArea.Autosize>
      )}
      {query.data?.next && <Text size="sm">{t("breakGlass.sheet.moreReads")}</Text>}
      <Anchor
        component={Link}
        size="sm"
        to={linkTo({ purpose: "BTG", actorId: glass.specialist.id, entityId: glass.resident_id })}
      >
        {t("breakGlass.sheet.toAudit")}
      </Anchor>
    </section>
  );
}
