import { Button, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCalendarPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert, Skeletons, StatusChip, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { visitsThatHelp } from "./visits";
import "./eligibility.css";

/** Per diagnosis: may it be treated remotely, and if not, which proof is missing and how it comes. Shown before booking. */
export function Standings({
  residentId,
  specialistId,
  level,
}: {
  residentId: string;
  specialistId?: string;
  /** Of its heading: one below what it stands under. */
  level: 2 | 3;
}) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const queries = useQueryClient();
  const ledger = useQuery({
    queryKey: ["eligibility", residentId, specialistId ?? "all"],
    queryFn: () => api.eligibility.of(residentId, specialistId ? { specialist_id: specialistId } : {}),
  });
  const join = useAction((visitId: string, key) => api.visits.join(visitId, { resident_id: residentId }, key), {
    onSuccess: () => {
      notifications.show({ message: t("app:eligibility.joined"), color: "green" });
      for (const key of ["eligibility", "visits"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const english = i18n.language === "en";
  if (ledger.isPending) return <Skeletons shape="card" count={3} />;
  if (ledger.isError) return <ProblemAlert error={ledger.error} onRetry={() => void ledger.refetch()} />;
  const { standings, visits, joint_consultation_allowed } = ledger.data;
  const lacking = standings.some((standing) => !standing.eligible);
  return (
    <section className="nurse-standings" data-testid="eligibility">
      <Title order={level} size="h4">
        {t("app:eligibility.title")}
      </Title>
      {standings.length === 0 && (
        <Text>
          {t("app:eligibility.none")} · <span className="nurse-dim">{t("app:eligibility.noneHint")}</span>
        </Text>
      )}
      <ul className="nurse-plain-list">
        {standings.map((standing) => (
          <li key={`${standing.diagnosis_code}${standing.hospital}`}>
            <div className="nurse-standing-line">
              <strong>{english ? standing.display_en : standing.display_zh}</strong>
              <StatusChip meaning={standing.eligible ? "done" : "person"}>
                {t(standing.eligible ? "app:eligibility.ok" : "app:eligibility.missing")}
              </StatusChip>
            </div>
            <div className="nurse-dim">
              {standing.hospital}
              {standing.seen_on &&
                ` · ${t("app:eligibility.seen", { date: formats.date(standing.seen_on), name: standing.clinician ?? "" })}`}
            </div>
            {standing.missing && (
              <div>
                {english ? standing.missing.message_en : standing.missing.message_zh}{" "}
                {english ? standing.missing.action_en : standing.missing.action_zh}
              </div>
            )}
          </li>
        ))}
      </ul>
      {lacking && <Text>{t("app:eligibility.advice")}</Text>}
      {lacking && joint_consultation_allowed && <Text>{t("app:eligibility.joint")}</Text>}
      {lacking &&
        visitsThatHelp(standings, visits).map((visit) => (
          <div key={visit.id} className="nurse-standing-line">
            <span>
              {t("app:eligibility.planned", { date: formats.date(visit.planned_on), hospital: visit.hospital })}
            </span>
            {visit.includes_resident ? (
              <StatusChip meaning="done">{t("app:eligibility.onRoute")}</StatusChip>
            ) : (
              <Button
                variant="default"
                leftSection={<IconCalendarPlus aria-hidden />}
                loading={join.isPending && join.variables === visit.id}
                onClick={() => join.mutate(visit.id)}
              >
                {t("app:eligibility.join")}
              </Button>
            )}
          </div>
        ))}
      {join.error && <ProblemAlert error={join.error} />}
    </section>
  );
}
