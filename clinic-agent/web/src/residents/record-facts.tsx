import { Text, Title } from "@mantine/core";
import type { Contact, Resident } from "@yunzhen/client";
import { StatusChip, useFormats, useNames } from "@yunzhen/client/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** What the registry says of a resident, to read. */
export function RecordFacts({ resident }: { resident: Resident }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const formats = useFormats();
  const since = (date: string): ReactNode => (
    <span className="nurse-dim"> {t("app:today.since", { date: formats.date(date) })}</span>
  );
  return (
    <>
      <dl className="nurse-facts">
        <dt>{t("app:residents.field.id_number")}</dt>
        <dd>{resident.id_number_masked}</dd>
        <dt>{t("app:residents.field.birth_date")}</dt>
        <dd>{resident.birth_date}</dd>
        <dt>{t("app:residents.field.surrogate")}</dt>
        <dd>
          {resident.surrogate ? (
            <ContactLine contact={resident.surrogate} />
          ) : (
            <span className="nurse-dim">{t("app:residents.noSurrogate")}</span>
          )}
        </dd>
        <dt>{t("app:residents.field.oxygen_scale")}</dt>
        <dd>{t(`app:residents.scale.${resident.oxygen_scale}`)}</dd>
      </dl>
      <div className="nurse-columns">
        <Lines title={t("app:residents.field.contacts")} empty={t("app:residents.noContacts")}>
          {resident.contacts.map((contact) => (
            <li key={`${contact.name}${contact.phone}`}>
              <ContactLine contact={contact} />
            </li>
          ))}
        </Lines>
        <Lines
          title={t("app:residents.field.allergies")}
          empty={t(resident.allergies_asked ? "allergy.none" : "allergy.unknown")}
        >
          {resident.allergy_records.map((allergy) => (
            <li key={allergy.substance}>
              <strong>{names.name(allergy)}</strong>{" "}
              <StatusChip meaning={allergy.severity === "severe" ? "danger" : "person"}>
                {t(`app:residents.severity.${allergy.severity}`)}
              </StatusChip>
              {allergy.reaction !== "" && <div>{allergy.reaction}</div>}
            </li>
          ))}
        </Lines>
        <Lines title={t("app:residents.field.conditions")} empty={t("app:residents.noConditions")}>
          {resident.conditions.map((condition) => (
            <li key={condition.code}>
              {i18n.language === "en" ? condition.display_en : condition.display_zh}{" "}
              <span className="nurse-dim">{condition.code}</span>
              {since(condition.since)}
            </li>
          ))}
        </Lines>
        <Lines title={t("app:residents.field.medicines")} empty={t("app:today.noMedicines")}>
          {resident.medicines.map((medicine) => (
            <li key={`${medicine.name}${medicine.since}`}>
              <strong>{names.name(medicine)}</strong> {medicine.dose_text}
              {since(medicine.since)}
            </li>
          ))}
        </Lines>
      </div>
    </>
  );
}

function ContactLine({ contact }: { contact: Contact }) {
  return (
    <>
      {contact.name} · {contact.relation} ·{" "}
      <a href={`tel:${contact.phone.replace(/[^\d+]/g, "")}`} className="nurse-tel">
        {contact.phone}
      </a>
    </>
  );
}

function Lines({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) {
  return (
    <section>
      <Title order={2} size="h3">
        {title}
      </Title>
      {children.length === 0 ? <Text c="dimmed">{empty}</Text> : <ul className="nurse-plain-list">{children}</ul>}
    </section>
  );
}
