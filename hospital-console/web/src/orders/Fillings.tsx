import { ProblemAlert, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import classes from "./orders.module.css";

/** What went out of this prescription so far, parcel by parcel. */
export function Fillings({ prescriptionId }: { prescriptionId: string }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const query = useQuery({
    queryKey: keys.prescriptions.dispenses(prescriptionId),
    queryFn: () => api.stock.dispenses(prescriptionId),
  });
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const told = query.data?.items.filter((one) => one.packs.length > 0 || one.declined) ?? [];
  if (told.length === 0) return null;
  return (
    <div className={classes.panel} data-testid="fillings">
      <Title order={2} fz={16} mb="xs">
        {t("orders.filling.title")}
      </Title>
      {told.map((one) => (
        <div key={one.id} className={classes.pick}>
          <Group justify="space-between">
            <Text fw={600}>
              {t("orders.filling.number", { number: one.number })}
              {one.fill && ` · ${t(`orders.filling.fill.${one.fill}`)}`}
            </Text>
            <StatusChip meaning={one.state === "completed" ? "done" : "waiting"} icon={IconPackage}>
              {t(`orders.filling.state.${one.state}`)}
            </StatusChip>
          </Group>
          <Text size="sm" c="dimmed">
            {formats.dateTime(one.state_since)}
            {one.part_reason && ` · ${t(`orders.part.reasons.${one.part_reason}`)}`}
            {one.declined && ` · ${t(`orders.reasons.${one.declined}`)}`}
          </Text>
          {one.packs.map((pack) => (
            <Text key={`${pack.item_no} ${pack.batch}`} size="sm">
              {pack.name} × {pack.quantity} {pack.unit} · {t("orders.pick.batch")} {pack.batch}
              {pack.substitution &&
                ` · ${t("orders.substitution.instead")} · ${t(`orders.substitution.reasons.${pack.substitution.reason}`)}`}
            </Text>
          ))}
        </div>
      ))}
    </div>
  );
}
