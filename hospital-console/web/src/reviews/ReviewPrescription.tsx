import type { Prescription } from "@yunzhen/client";
import { Banner, StatusChip, useFormats, useNames } from "@yunzhen/client/ui";
import { Group, Text } from "@mantine/core";
import { IconCertificate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Section } from "../common/Section";
import { OfferList } from "../pharmacies/Offers";
import { AssessmentText } from "../prescriptions/AssessmentFields";
import { count, worstFirst } from "../prescriptions/draft";
import { FindingList } from "../prescriptions/FindingList";
import { ItemLine } from "../prescriptions/ItemLine";
import { QuestionThread } from "../prescriptions/Questions";
import { Replaces } from "../prescriptions/Replaces";
import { isOver } from "../prescriptions/withdrawal";
import paper from "../prescriptions/prescriptions.module.css";
import classes from "./reviews.module.css";

/** What was signed, by whom, and what the safety check said to it. */
export function ReviewPrescription({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const names = useNames();
  const formats = useFormats();
  const { specialist, signature } = prescription;
  const overridden = count(prescription.findings, "hard_stop") > 0;
  return (
    <div className={classes.stack}>
      <div className={classes.panel}>
        <Section title={t("reviews.asSigned")}>
          <dl className={paper.facts}>
            <div>
              <dt>{t("prescriptions.document.diagnosis")}</dt>
              <dd>
                {names.diagnosis(prescription.diagnosis)} {prescription.diagnosis.code}
              </dd>
            </div>
            <div>
              <dt>{t("prescriptions.document.supply")}</dt>
              <dd>{t(`prescriptions.supply.${prescription.supply}`)}</dd>
            </div>
            <div>
              <dt>{t("prescriptions.document.prescriber")}</dt>
              <dd>{[specialist.name, specialist.title, specialist.hospital].filter(Boolean).join(" · ")}</dd>
            </div>
            {prescription.valid_until && (
              <div>
                <dt>{t("prescriptions.document.valid")}</dt>
                <dd>{prescription.valid_until.slice(0, 10)}</dd>
              </div>
            )}
          </dl>
          <ul className={paper.drugs}>
            {prescription.items.map((item) => (
              <li key={item.no}>
                <ItemLine item={item} />
              </li>
            ))}
          </ul>
          <Replaces prescription={prescription} to={(id) => `/reviews/${id}`} changes />
          {prescription.assessment && (
            <>
              <Text fw={600}>{t("prescribing.assessment.title")}</Text>
              <AssessmentText assessment={prescription.assessment} />
            </>
          )}
          {signature ? (
            <Group gap="xs" className={classes.signed}>
              <StatusChip meaning="done" icon={IconCertificate}>
                {t("prescriptions.signedBy", {
                  name: specialist.name,
                  time: prescription.signed_at ? formats.dateTime(prescription.signed_at) : "",
                })}
              </StatusChip>
              <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {t("prescriptions.certificate", { serial: signature.certificate_serial })}
              </Text>
            </Group>
          ) : (
            <Banner meaning="danger">{t("reviews.unsignedWarning")}</Banner>
          )}
        </Section>
      </div>
      {prescription.offers && !isOver(prescription.state) && (
        <div className={classes.panel}>
          <OfferList offers={prescription.offers} />
        </div>
      )}
      {prescription.questions.length > 0 && (
        <div className={classes.panel}>
          <Section title={t("prescribing.question.title")}>
            <QuestionThread prescription={prescription} />
          </Section>
        </div>
      )}
      <div className={classes.panel}>
        <Section title={t("reviews.findings")}>
          {worstFirst(prescription.findings).length === 0 ? (
            <StatusChip meaning="done">{t("reviews.noFindings")}</StatusChip>
          ) : (
            <FindingList findings={prescription.findings} open reasoned={prescription.hard_stop_reason !== undefined} />
          )}
        </Section>
        {overridden && (
          <Section title={t("reviews.override")}>
            <blockquote className={classes.override}>{prescription.hard_stop_reason ?? t("app.none")}</blockquote>
          </Section>
        )}
      </div>
    </div>
  );
}
