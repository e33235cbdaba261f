import type { ConsentState, Contact, Eligibility, Resident } from "@yunzhen/client";
import { useNames } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { IconAlertOctagon, IconCircleCheck, IconInfoCircle, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStaff } from "../app/session";
import { Section } from "../common/Section";
import { day } from "../common/time";
import { AllergyChips } from "./AllergyChips";
import { notInForce } from "./consents";
import { EarlyWarningNow } from "./EarlyWarningNow";
import { LatestVitals } from "./LatestVitals";
import classes from "./ResidentRecord.module.css";

export function SummaryTab({ resident }: { resident: Resident }) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.sections}>
      <AllergiesSection resident={resident} />
      <Section title={t("residents.warning.title")}>
        <EarlyWarningNow score={resident.early_warning.now} scale={resident.oxygen_scale} />
      </Section>
      <ProblemsSection resident={resident} />
      <Section title={t("residents.lastVitals")}>
        <LatestVitals observations={resident.last_observations} />
      </Section>
      <MedicinesSection resident={resident} />
      <MissingConsents consents={resident.consents} />
      <ContactsSection resident={resident} />
    </div>
  );
}

/** Silence when everything is signed; the tab has the rest. */
function MissingConsents({ consents }: { consents: ConsentState[] }) {
  const { t } = useTranslation("app");
  const names = (kinds: readonly ConsentState["kind"][]): string =>
    kinds.map((kind) => t(`residents.consents.kind.${kind}`)).join(t("shared:separator"));
  const missing = notInForce(consents);
  const outdated = consents.filter((state) => state.in_force && state.outdated).map((state) => state.kind);
  if (missing.length === 0 && outdated.length === 0) return null;
  return (
    <Section title={t("residents.tab.consents")}>
      {missing.length > 0 && <Text size="sm">{t("residents.consents.notInForce", { names: names(missing) })}</Text>}
      {outdated.length > 0 && <Text size="sm">{t("residents.consents.outdated", { names: names(outdated) })}</Text>}
    </Section>
  );
}

export function AllergiesSection({ resident }: { resident: Pick<Resident, "allergy_records" | "allergies_asked"> }) {
  const names = useNames();
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
        <AllergyChips of={{ allergies: [], allergies_asked: resident.allergies_asked }} />
      ) : (
        <ul className={`${classes.rows} ${classes.danger}`}>
          {resident.allergy_records.map((allergy) => (
            <li key={allergy.substance}>
              <Text fw={600} c="var(--yz-danger-text)">
                {names.name(allergy)}
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

/** What may be prescribed remotely is decided by who asks: another hospital's first visit gives this one no right to it. */
export function ProblemsSection({ resident }: { resident: Pick<Resident, "conditions" | "eligibility"> }) {
  const { t, i18n } = useTranslation("app");
  const { hospital } = useStaff();
  const zh = i18n.language.startsWith("zh");
  return (
    <Section title={t("residents.problems")}>
      {resident.conditions.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("residents.noProblems")}
        </Text>
      )}
      <ul className={classes.rows}>
        {resident.conditions.map((condition) => {
          const ours = (e: Eligibility) => hospital == null || e.hospital === hospital;
          const fact = resident.eligibility.find((e) => e.diagnosis_code === condition.code && ours(e));
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
  const names = useNames();
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
              <Text fw={500}>{names.name(medicine)}</Text>
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
      {resident.surrogate ? (
        <ContactLine contact={resident.surrogate} role={t("residents.surrogate")} />
      ) : (
        <Text size="sm">{t("residents.noSurrogate")}</Text>
      )}
      {resident.contacts.map((contact) => (
        <ContactLine key={`${contact.name}${contact.phone}`} contact={contact} />
      ))}
    </Section>
  );
}

function ContactLine({ contact, role }: { contact: Contact; role?: string }) {
  return (
    <Group gap="xs">
      {role && (
        <Text size="sm" fw={600}>
          {role}
        </Text>
      )}
      <Text size="sm">
        {contact.name}（{contact.relation}）
      </Text>
      <Text size="sm" component="a" href={`tel:${contact.phone}`} c="var(--mantine-color-anchor)">
        <IconPhone size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {contact.phone}
      </Text>
    </Group>
  );
}
