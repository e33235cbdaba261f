import type { Home, JointConsultation } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Skeleton, Table, Text } from "@mantine/core";
import { IconBuildingHospital, IconZoomExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { ActionsHead } from "../common/ActionsHead";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { SearchField } from "../common/SearchField";
import { JointSheet } from "./JointSheet";
import { PlaceSheet } from "./PlaceSheet";
import { ZoneSheet } from "./ZoneSheet";

/** The homes: the clock of each, where it is, which pharmacy it prefers, and the one switch that it has. */
export function HomesPage() {
  const { t } = useTranslation("app");
  useTitle(t("homes.title"));
  const [typed, setTyped] = useState("");
  const [turning, setTurning] = useState<{ home: Home; joint: JointConsultation }>();
  const [clock, setClock] = useState<Home>();
  const [place, setPlace] = useState<Home>();
  const query = useQuery({ queryKey: ["homes"], queryFn: () => api.homes.list() });
  const needle = typed.trim().toLocaleLowerCase();
  const homes = query.data?.items ?? [];
  const shown = homes.filter((home) => `${home.name} ${home.address}`.toLocaleLowerCase().includes(needle));
  return (
    <div className={page.page}>
      <PageHeader title={t("homes.title")} note={t("homes.lead")}>
        <SearchField label={t("homes.search")} value={typed} onChange={setTyped} w={260} />
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && homes.length === 0 && (
        <EmptyState icon={IconBuildingHospital} title={t("homes.empty.title")} hint={t("homes.empty.hint")} />
      )}
      {homes.length > 0 && shown.length === 0 && <EmptyState icon={IconZoomExclamation} title={t("homes.noMatch")} />}
      {shown.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={1180}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("homes.name")}</Table.Th>
                <Table.Th>{t("homes.address")}</Table.Th>
                <Table.Th>{t("homes.phone")}</Table.Th>
                <Table.Th>{t("homes.zone.column")}</Table.Th>
                <Table.Th>{t("homes.place.column")}</Table.Th>
                <Table.Th w="28%">{t("homes.joint")}</Table.Th>
                <ActionsHead />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((home) => (
                <Row
                  key={home.id}
                  home={home}
                  onTurn={(joint) => setTurning({ home, joint })}
                  onClock={() => setClock(home)}
                  onPlace={() => setPlace(home)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {clock && <ZoneSheet home={clock} onClose={() => setClock(undefined)} />}
      {place && <PlaceSheet home={place} onClose={() => setPlace(undefined)} />}
      {turning && <JointSheet {...turning} onClose={() => setTurning(undefined)} />}
    </div>
  );
}

interface RowProps {
  home: Home;
  onTurn: (joint: JointConsultation) => void;
  onClock: () => void;
  onPlace: () => void;
}

function Row({ home, onTurn, onClock, onPlace }: RowProps) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const query = useQuery({
    queryKey: ["homes", "joint-consultation", home.id],
    queryFn: () => api.placement.jointConsultation(home.id),
  });
  const joint = query.data;
  const what = joint && t(joint.allowed ? "homes.turnOff" : "homes.turnOn");
  return (
    <Table.Tr data-testid={`home-${home.id}`}>
      <Table.Td fw={600}>{home.name}</Table.Td>
      <Table.Td>{home.address}</Table.Td>
      <Table.Td>{home.phone}</Table.Td>
      <Table.Td>
        <Button
          variant="default"
          onClick={onClock}
          aria-label={t("homes.zone.change", { home: home.name, zone: home.zone })}
        >
          {home.zone}
        </Button>
      </Table.Td>
      <Table.Td>
        <Button variant="default" onClick={onPlace} aria-label={t("homes.place.change", { home: home.name })}>
          {t(home.latitude === undefined && !home.preferred_pharmacy_id ? "homes.place.unset" : "homes.place.set")}
        </Button>
      </Table.Td>
      <Table.Td>
        {query.isPending && <Skeleton height={26} width={96} radius="xl" />}
        {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        {joint && (
          <>
            <StatusChip meaning={joint.allowed ? "done" : "waiting"}>
              {t(joint.allowed ? "homes.on" : "homes.off")}
            </StatusChip>
            {joint.changed_at && (
              <Text size="sm" c="dimmed" mt={4}>
                {t("homes.changed", {
                  who: joint.changed_by?.name ?? "",
                  time: formats.dateTime(joint.changed_at),
                  reason: joint.reason ?? "",
                })}
              </Text>
            )}
          </>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {joint && (
          <Button
            variant="default"
            onClick={() => onTurn(joint)}
            aria-label={t("homes.turn", { home: home.name, what })}
          >
            {what}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
