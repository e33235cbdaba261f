import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconEdit, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Resident } from "@yunzhen/client";
import { AllergyBanner, Banner, ProblemAlert, Skeletons, useApi } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation, useParams } from "react-router";
import { BackToList } from "../back-to-list";
import { BreakGlassNotice } from "../break-glass/break-glass-notice";
import { ChartPanel } from "../chart/chart-panel";
import { ConsentsPanel } from "../consents/consents-panel";
import { DocumentsPanel } from "../documents/documents-panel";
import { StaleLine } from "../shell";
import { ChangePortrait } from "./change-portrait";
import { allergiesKnown } from "./find";
import { RecordFacts } from "./record-facts";
import { WarningChip } from "./warning-chip";

const PARTS = ["record", "chart", "consents", "documents"] as const;
type Part = (typeof PARTS)[number];

/** One resident: who it is on top, below it one part of the record at a time. */
export function RecordPanel({ residentId }: { residentId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const { part = "record" } = useParams();
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const resident = chart.data?.data;
  if (!resident) {
    return (
      <div className="yz-card nurse-fill">
        {chart.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />
          </div>
        ) : (
          <Skeletons shape="card" count={6} />
        )}
      </div>
    );
  }
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-record-head">
        <Head resident={resident} />
        <StaleLine since={chart.data?.staleSince} />
        {chart.isError && <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />}
        <nav aria-label={t("app:residents.parts")} className="nurse-parts">
          {PARTS.map((name) => (
            <NavLink
              key={name}
              to={name === "record" ? `/registry/${residentId}` : `/registry/${residentId}/${name}`}
              end
              className="nurse-part"
            >
              {t(`app:residents.part.${name}`)}
            </NavLink>
          ))}
        </nav>
      </div>
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={t(`app:residents.part.${part}`)}>
        <BreakGlassNotice of={residentId} />
        <PartOf part={part as Part} resident={resident} />
      </div>
      <footer className="nurse-actions">
        <Button
          component={Link}
          to={`/registry/${residentId}/edit`}
          variant="default"
          size="xl"
          leftSection={<IconEdit aria-hidden />}
        >
          {t("app:residents.edit")}
        </Button>
        <Button
          component={Link}
          to={`/residents/${residentId}`}
          size="xl"
          className="nurse-primary"
          leftSection={<IconPlayerPlay aria-hidden />}
        >
          {t("app:residents.toRound")}
        </Button>
      </footer>
    </article>
  );
}

function PartOf({ part, resident }: { part: Part; resident: Resident }) {
  switch (part) {
    case "chart":
      return <ChartPanel resident={resident} />;
    case "consents":
      return <ConsentsPanel resident={resident} />;
    case "documents":
      return <DocumentsPanel resident={resident} />;
    default:
      return <RecordFacts resident={resident} />;
  }
}

function Head({ resident }: { resident: Resident }) {
  const { t } = useTranslation();
  // Told once, by the form that found it.
  const { duplicateSuspected } = (useLocation().state as { duplicateSuspected?: boolean } | null) ?? {};
  return (
    <>
      <Group wrap="nowrap" align="center" gap="md">
        <BackToList to="/registry" label={t("action.back")} />
        <ChangePortrait resident={resident} />
        <Stack gap={4} flex={1} miw={0}>
          <Group gap="sm">
            <Title order={1} size="h2">
              {resident.name}
            </Title>
            <Text c="dimmed">
              {t("bed", { bed: resident.bed })} · {t(`sex.${resident.sex}`)} · {t("age", { n: resident.age })}
            </Text>
            <WarningChip score={resident.early_warning.now} />
          </Group>
        </Stack>
      </Group>
      <div>
        <AllergyBanner of={allergiesKnown(resident)} />
      </div>
      {duplicateSuspected && (
        <Banner meaning="person" role="status" title={t("app:residents.suspected")}>
          {t("app:residents.suspectedHint")}
        </Banner>
      )}
    </>
  );
}
