import type { Resident } from "@yunzhen/client";
import { Group, Text } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck, IconInfoCircle, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Section } from "../common/Section";
import { day } from "../common/time";
import { LatestVitals } from "./LatestVitals";
import classes from "./ResidentRecord.module.css";

export function SummaryTab({ resident }: { resident: Resident }) {
  const { t } = useTranslation("app");
  return (
    <>
      <AllergiesSection resident={resident} />
      <ProblemsSection resident={resident} />
      <Section title={t("residents.lastVitals")}>
        <LatestVitals observations={resident.last_observations} />
      </Section>
      <MedicinesSection resident={resident} />
      <ContactsSection resident={resident} />
    </>
  );
}

export function AllergiesSection({ resident }: { resident: Pick<Resident, "allergy_records"> }) {
  const { t, i18n } = useTranslation("app");
  const severity = (value: string) =>
    i18n.exists(`app:residents.severity.${value}`)
      ? t(`residents.severity.${value}` as "residents.severity.mild")
      : value;
  return (
    <Section
      title={t("residents.allergies")}
      icon={
        resident.allergy_records.length > 0 ? (
          <IconAlertOctagon size={18} color="var(--yz-danger-text)" aria-hidden />
        ) : undefined
      }
    >
      {resident.allergy_records.length === 0 ? (
        <Text size="sm">{t("residents.noAllergies")}</Text>
      ) : (
        <ul className={`${classes.rows} ${classes.danger}`}>
          {resident.allergy_records.map((allergy) => (
            <li key={allergy.substance}>
              <Text fw={600} c="var(--yz-danger-text)">
                {allergy.substance}
              </Text>
              <Text size="sm" c="dimmed">
                {[allergy.reaction, severity(allergy.severity)].filter(Boolean).join(" · ")}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function ProblemsSection({ resident }: { resident: Pick<Resident, "conditions" | "eligibility"> }) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  return (
    <Section title={t("residents.problems")}>
      <ul className={classes.rows}>
        {resident.conditions.map((condition) => {
          const fact = resident.eligibility.find((e) => e.diagnosis_code === condition.code);
          return (
            <li key={condition.code}>
              <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
                <div>
                  <Text fw={500}>{zh ? condition.display_zh : condition.display_en}</Text>
                  <Text size="sm" c="dimmed">
                    {condition.code}
                    {condition.since && ` · ${t("residents.since", { date: condition.since.slice(0, 7) })}`}
                  </Text>
                </div>
                <Group gap={4} wrap="nowrap" mt={2}>
                  {fact ? (
                    <IconCircleCheck size={16} color="var(--yz-done-text)" aria-hidden />
                  ) : (
                    <IconInfoCircle size={16} color="var(--yz-waiting-text)" aria-hidden />
                  )}
                  <Text
                    size="sm"
                    style={{ whiteSpace: "nowrap" }}
                    title={fact ? `${day(fact.date, i18n.language)} ${fact.hospital}` : undefined}
                  >
                    {fact ? t("residents.canPrescribe") : t("residents.adviceOnly")}
                  </Text>
                </Group>
              </Group>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

export function MedicinesSection({ resident }: { resident: Pick<Resident, "medicines"> }) {
  const { t } = useTranslation("app");
  return (
    <Section title={t("residents.medicines")}>
      {resident.medicines.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("residents.noMedicines")}
        </Text>
      ) : (
        <ul className={classes.rows}>
          {resident.medicines.map((medicine) => (
            <li key={`${medicine.name}${medicine.dose_text}`}>
              <Text fw={500}>{medicine.name}</Text>
              <Text size="sm" c="dimmed">
                {medicine.dose_text}
                {medicine.since && ` · ${t("residents.since", { date: medicine.since.slice(0, 10) })}`}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function ContactsSection({ resident }: { resident: Resident }) {
  const { t } = useTranslation("app");
  return (
    <Section title={t("residents.contacts")}>
      <Text size="sm" c="dimmed" mb={4}>
        {t("residents.birth")} {resident.birth_date}
        {resident.id_number_masked && ` · ${t("residents.idNumber")} ${resident.id_number_masked}`}
      </Text>
      {resident.contacts.map((contact) => (
        <Group key={contact.phone} gap="xs">
          <Text size="sm">
            {contact.name}（{contact.relation}）
          </Text>
          <Text size="sm" component="a" href={`tel:${contact.phone}`} c="var(--mantine-color-anchor)">
            <IconPhone size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {contact.phone}
          </Text>
        </Group>
      ))}
    </Section>
  );
}
