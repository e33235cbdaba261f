import type { Measured, Prescription, ReviewFacts as Facts } from "@yunzhen/client";
import { AllergyBanner, ProblemAlert, Skeletons, StatusChip } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { MedicinesInHand } from "../prescriptions/MedicinesInHand";
import { AllergyChips } from "../residents/AllergyChips";
import paper from "../prescriptions/prescriptions.module.css";
import classes from "./reviews.module.css";

/** What of the resident decides about safety, for who reviews; others see the prescription's own facts only. */
export function ReviewFacts({ prescription, mine }: { prescription: Prescription; mine: boolean }) {
  const { t } = useTranslation("app");
  const { id } = prescription;
  const open = mine && (prescription.state === "in_review" || prescription.state === "in_question");
  const facts = useQuery({
    queryKey: keys.prescriptions.reviewFacts(id),
    queryFn: () => api.prescribing.reviewFacts(id),
    enabled: open,
  });
  if (!open) {
    return (
      <div className={classes.panel}>
        <Section title={t("residents.allergies")}>
          <AllergyBanner of={prescription.resident} />
        </Section>
        <Section title={t("prescribing.facts.title")}>
          <Text size="sm" c="dimmed">
            {t("prescribing.facts.closed")}
          </Text>
        </Section>
      </div>
    );
  }
  return (
    <div className={classes.panel} data-testid="review-facts">
      {facts.isPending ? (
        <Skeletons shape="card" count={5} />
      ) : facts.data ? (
        <FactSections facts={facts.data} />
      ) : (
        <ProblemAlert error={facts.error} onRetry={() => void facts.refetch()} />
      )}
    </div>
  );
}

function FactSections({ facts }: { facts: Facts }) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  return (
    <>
      <Section title={t("residents.allergies")}>
        {facts.allergies.length > 0 ? <AllergyBanner of={facts} /> : <AllergyChips of={facts} />}
      </Section>
      <Section title={t("prescribing.facts.title")}>
        <Text size="sm" c="dimmed">
          {t("prescribing.facts.hint")}
        </Text>
        <dl className={paper.facts}>
          <div>
            <dt>{t("prescribing.facts.age")}</dt>
            <dd>
              {t("shared:age", { n: facts.age })} · {t(`shared:sex.${facts.sex}`)}
            </dd>
          </div>
          <Value term={t("prescribing.facts.weight")} unit="kg" measured={facts.weight} />
          <Value term={t("prescribing.facts.creatinine")} unit="µmol/L" measured={facts.creatinine} />
          <Value term={t("prescribing.facts.potassium")} unit="mmol/L" measured={facts.potassium} />
        </dl>
      </Section>
      <Section title={t("prescribing.facts.conditions")}>
        {facts.conditions.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("prescribing.facts.noConditions")}
          </Text>
        ) : (
          <ul className={paper.hand}>
            {facts.conditions.map((condition) => (
              <li key={condition.code}>
                <Text size="sm">{zh ? condition.display_zh : condition.display_en}</Text>
                <Text size="sm" c="dimmed">
                  {condition.code}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("prescribing.hand.title")}>
        <MedicinesInHand medicines={facts.medicines} />
      </Section>
    </>
  );
}

/** A value with its age: one that is too old says so and never reads as today's. */
function Value({ term, unit, measured }: { term: string; unit: string; measured: Measured | undefined }) {
  const { t } = useTranslation("app");
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {measured ? (
          <>
            {measured.value} {unit}{" "}
            <Text component="span" size="sm" c="dimmed" fw={400}>
              {measured.age_days === 0
                ? t("prescribing.facts.today")
                : t("prescribing.facts.daysAgo", { count: measured.age_days })}
            </Text>
            {measured.stale && <StatusChip meaning="person">{t("prescribing.facts.stale")}</StatusChip>}
          </>
        ) : (
          <Text component="span" size="sm" c="dimmed" fw={400}>
            {t("prescribing.facts.missing")}
          </Text>
        )}
      </dd>
    </div>
  );
}
