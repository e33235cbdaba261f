import { ApiError, type Prescription } from "@yunzhen/client";
import { AllergyBanner, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { PrescriptionHistory } from "../residents/HistoryTab";
import { LatestVitals } from "../residents/LatestVitals";
import { AllergiesSection, MedicinesSection, ProblemsSection } from "../residents/SummaryTab";
import classes from "./reviews.module.css";

/** What of the resident decides about safety. Where the chart is closed to pharmacists, the prescription's own facts. */
export function ReviewFacts({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const id = prescription.resident.id;
  const chart = useQuery({ queryKey: keys.residents.one(id), queryFn: () => api.residents.get(id) });
  if (chart.isPending) {
    return (
      <div className={classes.panel}>
        <Skeletons shape="card" count={5} />
      </div>
    );
  }
  if (!chart.data) {
    const closed = chart.error instanceof ApiError && (chart.error.status === 403 || chart.error.status === 404);
    return (
      <div className={classes.panel}>
        <Section title={t("residents.allergies")}>
          <AllergyBanner allergies={prescription.resident.allergies} />
        </Section>
        <Section title={t("reviews.facts")}>
          {closed ? (
            <Text size="sm" c="dimmed">
              {t("reviews.noChart")}
            </Text>
          ) : (
            <ProblemAlert error={chart.error} onRetry={() => void chart.refetch()} />
          )}
        </Section>
      </div>
    );
  }
  return (
    <div className={classes.stack}>
      <div className={classes.panel}>
        <AllergiesSection resident={chart.data} />
        <ProblemsSection resident={chart.data} />
        <Section title={t("reviews.vitals")}>
          <LatestVitals observations={chart.data.last_observations} />
        </Section>
      </div>
      <div className={classes.panel}>
        <MedicinesSection resident={chart.data} />
        <PrescriptionHistory
          resident={{ prescriptions: chart.data.prescriptions.filter((p) => p.id !== prescription.id) }}
        />
      </div>
    </div>
  );
}
