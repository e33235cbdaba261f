import type { Pharmacy } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Button, Table } from "@mantine/core";
import { IconBuildingStore, IconZoomExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { FactsSheet } from "./FactsSheet";
import { OffersPanel } from "./OffersPanel";

/** The pharmacies with what prescriptions are offered by. */
export function PharmaciesPage() {
  const { t } = useTranslation("app");
  useTitle(t("pharmacies.title"));
  const [typed, setTyped] = useState("");
  const [changing, setChanging] = useState<Pharmacy>();
  const query = useQuery({ queryKey: ["pharmacies"], queryFn: () => api.pharmacies.list() });
  const needle = typed.trim().toLocaleLowerCase();
  const all = query.data?.items ?? [];
  const shown = all.filter((one) => `${one.name} ${one.address}`.toLocaleLowerCase().includes(needle));
  return (
    <div className={page.page}>
      <PageHeader title={t("pharmacies.title")} note={t("pharmacies.lead")}>
        <SearchField label={t("pharmacies.search")} value={typed} onChange={setTyped} w={260} />
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && all.length === 0 && (
        <EmptyState icon={IconBuildingStore} title={t("pharmacies.empty.title")} hint={t("pharmacies.empty.hint")} />
      )}
      {all.length > 0 && shown.length === 0 && (
        <EmptyState icon={IconZoomExclamation} title={t("pharmacies.noMatch")} />
      )}
      {shown.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={960}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("pharmacies.name")}</Table.Th>
                <Table.Th>{t("pharmacies.address")}</Table.Th>
                <Table.Th>{t("pharmacies.phone")}</Table.Th>
                <Table.Th>{t("pharmacies.place")}</Table.Th>
                <Table.Th>{t("pharmacies.hours")}</Table.Th>
                <Table.Th>{t("pharmacies.radius")}</Table.Th>
                <ActionsHead />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((one) => (
                <Row key={one.id} pharmacy={one} onChange={() => setChanging(one)} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <OffersPanel />
      {changing && <FactsSheet pharmacy={changing} onClose={() => setChanging(undefined)} />}
    </div>
  );
}

function Row({ pharmacy, onChange }: { pharmacy: Pharmacy; onChange: () => void }) {
  const { t } = useTranslation("app");
  const { latitude, longitude, hours, radius_metres } = pharmacy;
  const days = new Set(hours.map((h) => h.weekday)).size;
  const always = hours.filter((h) => h.opens === "00:00" && h.closes === "24:00").length === 7;
  const unknown = t("pharmacies.unknown");
  return (
    <Table.Tr data-testid={`pharmacy-${pharmacy.id}`}>
      <Table.Td fw={600}>{pharmacy.name}</Table.Td>
      <Table.Td>{pharmacy.address}</Table.Td>
      <Table.Td>{pharmacy.phone}</Table.Td>
      <Table.Td>
        {latitude === undefined || longitude === undefined
          ? unknown
          : `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`}
      </Table.Td>
      <Table.Td>
        {always ? t("pharmacies.always") : days === 0 ? unknown : t("pharmacies.days", { count: days })}
      </Table.Td>
      <Table.Td>{radius_metres === undefined ? unknown : t("pharmacies.km", { km: radius_metres / 1000 })}</Table.Td>
      <Table.Td ta="right">
        <Button variant="default" onClick={onChange} aria-label={t("pharmacies.changeOf", { name: pharmacy.name })}>
          {t("pharmacies.change")}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
