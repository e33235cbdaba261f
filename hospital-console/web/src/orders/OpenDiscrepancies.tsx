import type { Prescription } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { openDiscrepancies, ofEarlierParcels } from "./board";
import { Settlement } from "./Settlement";
import classes from "./orders.module.css";

/** What waits to be settled of parcels before the present one: their own panel is not on the page any more. */
export function OpenDiscrepancies({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const query = useQuery({ queryKey: keys.deliveries.discrepancies, queryFn: () => openDiscrepancies(api) });
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const open = ofEarlierParcels(query.data ?? [], prescription);
  if (open.length === 0) return null;
  return (
    <div className={classes.panel} data-testid="earlier-discrepancies">
      <Title order={2} fz={16}>
        {t("orders.settle.earlier")}
      </Title>
      {open.map((discrepancy) => (
        <Settlement key={discrepancy.id} discrepancy={discrepancy} />
      ))}
    </div>
  );
}
