import type { Assessment, Frequency, Prescription, Route, Supply, TaperStep } from "@yunzhen/client";
import { useFormats, useUnit, useNames, useStrength } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { AssessmentText } from "./AssessmentFields";
import { drugName } from "./DrugSearch";
import { Steps } from "./ItemLine";
import classes from "./prescriptions.module.css";

/** What of the canonical document is laid out for reading. Everything comes from the text that is signed. */
interface Document {
  prescription_id: string;
  resident: { name: string; birth_date: string; sex: "male" | "female" };
  specialist: { name: string };
  diagnosis_code: string;
  supply: Supply;
  authored_on: string;
  valid_until: string;
  prepared_at: string;
  assessment?: Assessment;
  replaces?: string;
  items: {
    no?: number;
    drug_id?: string;
    name_zh?: string;
    dose: number;
    dose_unit?: string;
    frequency: Frequency;
    route: Route;
    days: number;
    taper?: TaperStep[];
    most_per_day?: number;
    hours_apart?: number;
    quantity: number;
    quantity_unit?: string;
    instruction?: string;
    substitution_allowed?: boolean;
  }[];
}

export function SigningDocument({ document, prescription }: { document: string; prescription: Prescription }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const names = useNames();
  const unitWord = useUnit();
  const formats = useFormats();
  const parsed = JSON.parse(document) as Document;
  const fact = (term: string, value: string) => (
    <div>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <div className={classes.paper} data-testid="signing-document">
      <Group justify="space-between" align="baseline">
        <Title order={3} fz={18}>
          {t("prescriptions.document.heading")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("prescriptions.review.prepared", { time: formats.time(parsed.prepared_at) })}
        </Text>
      </Group>
      <dl className={classes.facts}>
        {fact(
          t("prescriptions.document.resident"),
          `${parsed.resident.name} · ${t(`shared:sex.${parsed.resident.sex}`)}`,
        )}
        {fact(t("prescriptions.document.birth"), parsed.resident.birth_date)}
        {fact(
          t("prescriptions.document.diagnosis"),
          `${names.diagnosis(prescription.diagnosis)} ${parsed.diagnosis_code}`,
        )}
        {fact(t("prescriptions.document.supply"), t(`prescriptions.supply.${parsed.supply}`))}
        {fact(t("prescriptions.document.authored"), parsed.authored_on)}
        {fact(t("prescriptions.document.valid"), parsed.valid_until)}
        {fact(t("prescriptions.document.prescriber"), parsed.specialist.name)}
      </dl>
      <ol className={classes.drugs}>
        {parsed.items.map((item, index) => {
          const known = prescription.items.find((i) => i.drug.id === item.drug_id) ?? prescription.items[index];
          return (
            <li key={index}>
              <Group justify="space-between" wrap="nowrap" align="baseline">
                <Text fw={600}>
                  {index + 1}.{" "}
                  {known
                    ? `${drugName(known.drug, i18n.language)} ${strength(known.drug.strength)}`
                    : (item.name_zh ?? item.drug_id)}
                </Text>
                <Text fw={500} style={{ whiteSpace: "nowrap" }}>
                  × {item.quantity} {unitWord(item.quantity_unit ?? known?.quantity_unit ?? "")}
                </Text>
              </Group>
              <Text size="sm">
                {[
                  ...(item.taper
                    ? []
                    : [
                        `${item.dose} ${unitWord(item.dose_unit ?? known?.dose_unit ?? "")}`,
                        t(`shared:frequency.${item.frequency}`),
                      ]),
                  item.most_per_day !== undefined && t("prescribing.quantity.atMost", { count: item.most_per_day }),
                  item.hours_apart !== undefined && t("prescribing.quantity.apart", { count: item.hours_apart }),
                  t(`shared:route.${item.route}`),
                  t("prescriptions.document.days", { count: item.days }),
                  item.instruction,
                  item.substitution_allowed && t("prescriptions.line.substitutionAllowed"),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
              <Steps steps={item.taper} unit={item.dose_unit ?? known?.dose_unit ?? ""} />
            </li>
          );
        })}
      </ol>
      {parsed.replaces && <Text size="sm">{t("prescribing.replace.replaces")}</Text>}
      {parsed.assessment && (
        <>
          <Text fw={600}>{t("prescribing.assessment.title")}</Text>
          <AssessmentText assessment={parsed.assessment} />
        </>
      )}
      <details>
        <summary>{t("prescriptions.review.exact")}</summary>
        <pre className={classes.exact} tabIndex={0}>
          {document}
        </pre>
      </details>
    </div>
  );
}
