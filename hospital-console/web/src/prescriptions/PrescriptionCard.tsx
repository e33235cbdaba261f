import type { Prescription } from "@yunzhen/client";
import { Banner, DoorToDose, FillingsOf, PrescriptionChip, ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, Paper, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { OfferList } from "../pharmacies/Offers";
import { AssessmentText } from "./AssessmentFields";
import { CancelPrescription } from "./CancelPrescription";
import { ItemLine } from "./ItemLine";
import { AnswerBox, QuestionThread } from "./Questions";
import { ReplacePrescription } from "./ReplacePrescription";
import { ReplacedBy, Replaces } from "./Replaces";
import { SignatureFiles } from "../verification/SignatureFiles";
import { Timeline } from "./Timeline";
import { isOver } from "./withdrawal";
import classes from "./prescriptions.module.css";

/** A prescription of this visit with its state as it is now, wherever it is. */
export function PrescriptionCard({
  id,
  onEdit,
  consultationId,
  visitUnknown,
  onReplaced,
}: {
  id: string;
  onEdit?: (prescription: Prescription) => void;
  /** A consultation under way with the same resident: only there it can be replaced. */
  consultationId?: string;
  /** Whether there is one is not known (yet): nothing is said about it. */
  visitUnknown?: boolean;
  /** Absent while another one is written. */
  onReplaced?: (draft: Prescription) => void;
}) {
  const { t } = useTranslation("app");
  const me = useStaff();
  const query = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  if (query.isPending) return <Skeleton height={140} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const prescription = query.data;
  return (
    <Paper withBorder p="sm" data-testid={`prescription-${prescription.id}`} data-state={prescription.state}>
      <Group justify="space-between" gap="xs">
        <PrescriptionChip state={prescription.state} chain={prescription.door_to_dose} />
        {prescription.valid_until && (
          <Text size="sm" c="dimmed">
            {t("prescriptions.validity.until", { date: prescription.valid_until.slice(0, 10) })}
          </Text>
        )}
      </Group>
      {prescription.rejection && (
        <Banner
          meaning="danger"
          title={t("prescriptions.rejection", { code: t(`prescriptions.rejectCode.${prescription.rejection.code}`) })}
        >
          {prescription.rejection.comment}
        </Banner>
      )}
      <ul className={classes.drugs}>
        {prescription.items.map((item) => (
          <li key={item.no}>
            <ItemLine item={item} />
          </li>
        ))}
      </ul>
      {prescription.assessment && (
        <Section title={t("prescribing.assessment.title")}>
          <AssessmentText assessment={prescription.assessment} />
        </Section>
      )}
      {prescription.questions.length > 0 && (
        <Section title={t("prescribing.question.title")}>
          <QuestionThread prescription={prescription} />
          {prescription.allowed.includes("answer") && <AnswerBox prescription={prescription} />}
        </Section>
      )}
      <Replaces prescription={prescription} to={(other) => `/prescriptions/${other}`} />
      {prescription.replaced_by && <ReplacedBy id={prescription.replaced_by} />}
      {prescription.door_to_dose && (
        <DoorToDose
          chain={prescription.door_to_dose}
          state={prescription.state}
          // A colleague in the visit has no turn on it.
          reader={prescription.specialist.id === me.id ? "prescriber" : undefined}
        />
      )}
      {prescription.offers && !isOver(prescription.state) && <OfferList offers={prescription.offers} />}
      <FillingsOf prescription={prescription} />
      {prescription.state !== "draft" && <Timeline entries={prescription.timeline} />}
      <SignatureFiles prescription={prescription} />
      <Group justify="flex-end" gap="xs" mt="xs">
        {prescription.state === "draft" && onEdit && (
          <Button variant="default" size="xs" onClick={() => onEdit(prescription)}>
            {t("prescriptions.resume")}
          </Button>
        )}
        {prescription.allowed.includes("replace") && consultationId === undefined && !visitUnknown && (
          <Text size="sm" c="dimmed">
            {t("prescribing.replace.noVisit")}
          </Text>
        )}
        {prescription.allowed.includes("replace") && consultationId !== undefined && onReplaced && (
          <ReplacePrescription prescription={prescription} consultationId={consultationId} onReplaced={onReplaced} />
        )}
        {prescription.allowed.includes("cancel") && <CancelPrescription prescription={prescription} />}
      </Group>
    </Paper>
  );
}
