import { Group, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Visit } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, StatusChip, useApi, useFormats, useNames } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { BackToList } from "../back-to-list";
import { useDayWords } from "../schedule/use-schedule";
import { VisitChip } from "./visit-chip";

type Stop = Visit["route"][number]["stops"][number];

const STOP = { expected: "waiting", seen: "done", not_seen: "person" } as const;

/** One first visit: who comes, and in which order this home's residents are seen; results appear by themselves. */
export function VisitPanel({ visitId }: { visitId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const words = useDayWords();
  const [query, setQuery] = useState("");
  const visit = useQuery({ queryKey: ["visits", visitId], queryFn: () => api.visits.get(visitId) });
  if (visit.isPending) {
    return (
      <div className="yz-card">
        <Skeletons shape="card" count={6} />
      </div>
    );
  }
  if (visit.isError) return <ProblemAlert error={visit.error} onRetry={() => void visit.refetch()} />;
  const { data } = visit;
  const text = query.trim().toLowerCase();
  const matches = (stop: Stop): boolean => [stop.name, stop.bed].some((part) => part.toLowerCase().includes(text));
  const stops = data.route.flatMap((home) => home.stops);
  const decided = stops.filter((stop) => stop.state === "seen").length;
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={t("app:visits.title")}>
        <Group gap="sm">
          <BackToList to="/visits" label={t("app:visits.back")} />
          <Title order={1} size="h2">
            {words.whole(data.planned_on)} · {data.hospital}
          </Title>
          <VisitChip state={data.state} />
        </Group>
        <Text>
          {t("app:visits.doctors", { names: data.doctors.map((one) => one.name).join(t("separator")) })} ·{" "}
          {t("app:visits.counts", { expected: data.expected, seen: data.seen, notSeen: data.not_seen })}
        </Text>
        {data.end_reason && <Banner meaning="person">{t("app:visits.cancelled", { reason: data.end_reason })}</Banner>}
        {data.state === "planned" && <Banner meaning="primary">{t("app:visits.prepare")}</Banner>}
        {decided > 0 && <Banner meaning="done">{t("app:visits.arrived", { n: decided })}</Banner>}
        {data.remark !== "" && (
          <Text>
            <strong>{t("app:visits.remark")}</strong> {data.remark}
          </Text>
        )}
        <section>
          <Group justify="space-between">
            <Title order={2} size="h3">
              {t("app:visits.route")}
            </Title>
            {stops.length > 5 && (
              <TextInput
                type="search"
                aria-label={t("app:visits.find")}
                placeholder={t("app:visits.find")}
                leftSection={<IconSearch size={20} aria-hidden />}
                value={query}
                onChange={(event) => setQuery(event.currentTarget.value)}
              />
            )}
          </Group>
          <ol className="nurse-plain-list">
            {stops.filter(matches).map((stop) => (
              <StopItem key={stop.resident_id} stop={stop} />
            ))}
          </ol>
          {stops.filter(matches).length === 0 && <Text c="dimmed">{t("app:visits.noMatch")}</Text>}
        </section>
      </div>
    </article>
  );
}

function StopItem({ stop }: { stop: Stop }) {
  const names = useNames();
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const pending = stop.state === "expected";
  return (
    <li data-testid={`visit-stop-${stop.resident_id}`}>
      <Group justify="space-between">
        <Link to={`/residents/${stop.resident_id}`} className="nurse-inline-link">
          {t("bed", { bed: stop.bed })} {stop.name} · {t(`sex.${stop.sex}`)} · {t("age", { n: stop.age })}
        </Link>
        <StatusChip meaning={STOP[stop.state]}>{t(`app:visits.stop.${stop.state}`)}</StatusChip>
      </Group>
      {stop.diagnoses.map((diagnosis) => (
        <div key={diagnosis.code}>
          {i18n.language === "en" ? diagnosis.display_en : diagnosis.display_zh}
          <span className="nurse-dim">
            {" · "}
            {t(
              diagnosis.confirmed
                ? "app:visits.confirmed"
                : pending
                  ? "app:visits.toExamine"
                  : "app:visits.notConfirmed",
            )}
          </span>
        </div>
      ))}
      {stop.allergies.length > 0 && (
        <div>{t("app:visits.allergies", { names: names.allergens(stop).join(t("separator")) })}</div>
      )}
      {stop.reason && <div>{stop.reason}</div>}
      {stop.decided_by && stop.decided_on && (
        <div className="nurse-dim">
          {t("app:visits.by", { name: stop.decided_by.name, date: formats.date(stop.decided_on) })}
        </div>
      )}
    </li>
  );
}
