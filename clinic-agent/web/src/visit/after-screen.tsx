import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconBuildingHospital, IconPrescription } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Consultation, Prescription, PrescriptionItem, ReferralSummary, TimelineStep } from "@yunzhen/client";
import {
  AllergyBanner,
  Banner,
  ConsultationChip,
  DoorToDose,
  EmptyState,
  FillingsOf,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
  StatusChip,
  useApi,
  useFormats,
  useNames,
  useUnit,
  useStrength,
} from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ReferralChip } from "../referrals/chips";
import { OnInRound } from "../rounds/next-in-round";
import { OutcomeBanner } from "../schedule/outcome-banner";
import { isSigned } from "./signed";
import { StepList } from "./step-list";

/** After the call: what was decided, and where the medicine is. */
export function AfterScreen({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const began = consultation.began_at ?? consultation.requested_at;
  const minutes =
    consultation.began_at && consultation.ended_at
      ? Math.max(1, Math.round((Date.parse(consultation.ended_at) - Date.parse(consultation.began_at)) / 60_000))
      : undefined;
  const referrals = consultation.referrals ?? [];
  const prescriptions = consultation.prescriptions.filter(isSigned);
  return (
    <div className="nurse-after">
      <header className="nurse-screen-head">
        <Button
          component={Link}
          to={`/residents/${consultation.resident.id}`}
          variant="subtle"
          leftSection={<IconArrowLeft />}
        >
          {t("action.back")}
        </Button>
        <h1>{t("app:after.title")}</h1>
        <Text fw={600}>
          {consultation.resident.name} · {t("bed", { bed: consultation.resident.bed })}
        </Text>
        <ConsultationChip state={consultation.state} />
      </header>
      <OutcomeBanner consultation={consultation} />
      <section className="yz-card nurse-pad">
        <dl className="nurse-facts">
          {consultation.specialist && (
            <>
              <dt>{t("app:after.specialist")}</dt>
              <dd>{consultation.specialist.name}</dd>
            </>
          )}
          <dt>{t("app:after.when")}</dt>
          <dd>
            {formats.dateTime(began)}
            {minutes !== undefined && ` · ${t("app:after.minutes", { n: minutes })}`}
          </dd>
          <dt>{t("app:after.reason")}</dt>
          <dd>{consultation.reason}</dd>
          <dt>{t("app:after.note")}</dt>
          <dd className="nurse-pre">
            {consultation.note?.text?.trim() || <span className="nurse-dim">{t("app:after.noNote")}</span>}
          </dd>
        </dl>
      </section>
      {referrals.length > 0 && (
        <section>
          <Title order={2} mb="sm">
            {t("app:after.referrals")}
          </Title>
          <Stack gap="md">
            {referrals.map((referral) => (
              <ReferralCard key={referral.id} referral={referral} />
            ))}
          </Stack>
        </section>
      )}
      <section>
        <Title order={2} mb="sm">
          {t("app:after.prescriptions")}
        </Title>
        {prescriptions.length === 0 ? (
          <div className="yz-card">
            <EmptyState
              icon={IconPrescription}
              title={t("app:after.noPrescriptions")}
              hint={t("app:after.noPrescriptionsHint")}
            />
          </div>
        ) : (
          <Stack gap="md">
            {prescriptions.map((summary) => (
              <PrescriptionCard key={summary.id} prescriptionId={summary.id} />
            ))}
          </Stack>
        )}
      </section>
      <footer className="nurse-actions">
        <OnInRound consultationId={consultation.id} />
        <Button component={Link} to="/" size="xl" className="nurse-primary">
          {t("app:after.backToday")}
        </Button>
      </footer>
    </div>
  );
}

/** Where the resident goes now, one press from what the hospital asks and says. */
function ReferralCard({ referral }: { referral: ReferralSummary }) {
  const { t } = useTranslation();
  const place = [referral.hospital, referral.department].filter(Boolean).join(" ");
  return (
    <article className="yz-card nurse-pad">
      <Group justify="space-between" gap="sm">
        <div>
          <Group gap="xs">
            <strong>{place || t("app:after.referralNoPlace")}</strong>
            <ReferralChip state={referral.state} />
            {referral.urgency === "urgent" && <StatusChip meaning="danger">{t("urgency.urgent")}</StatusChip>}
          </Group>
          <Text>{referral.reason}</Text>
        </div>
        <Button
          component={Link}
          to={`/referrals/${referral.id}`}
          size="lg"
          mih={60}
          leftSection={<IconBuildingHospital aria-hidden />}
        >
          {t("app:after.toReferral")}
        </Button>
      </Group>
    </article>
  );
}

const INVALID_YET = new Set<Prescription["state"]>(["signed", "in_review"]);

function PrescriptionCard({ prescriptionId }: { prescriptionId: string }) {
  const { t } = useTranslation();
  const strength = useStrength();
  const names = useNames();
  const unitWord = useUnit();
  const api = useApi();
  const formats = useFormats();
  const query = useQuery({
    queryKey: ["prescriptions", prescriptionId],
    queryFn: () => api.prescriptions.get(prescriptionId),
  });
  if (query.isPending) {
    return (
      <div className="yz-card">
        <Skeletons shape="card" />
      </div>
    );
  }
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  const prescription = query.data;
  const dosage = ({ dose, frequency }: Pick<PrescriptionItem, "dose" | "frequency">, unit: string): string =>
    `${formats.amount(dose)} ${unitWord(unit)} · ${t(`frequency.${frequency}`)}`;
  return (
    <article className="yz-card nurse-pad nurse-prescription">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3}>{names.diagnosis(prescription.diagnosis)}</Title>
          <PrescriptionChip state={prescription.state} chain={prescription.door_to_dose} />
        </Group>
        <AllergyBanner of={prescription.resident} />
        {INVALID_YET.has(prescription.state) && <Banner meaning="person">{t("app:after.notValid")}</Banner>}
        {prescription.rejection && (
          <Banner meaning="danger">{t("app:after.rejected", { reason: prescription.rejection.comment })}</Banner>
        )}
        <ul className="nurse-plain-list">
          {prescription.items.map((item) => (
            <li key={item.no}>
              <strong>
                {names.name(item.drug)} {strength(item.drug.strength)}
              </strong>
              <div>
                {[
                  // Of a dose that changes each step says its own, below.
                  ...(item.taper?.length ? [] : [dosage(item, item.dose_unit)]),
                  item.most_per_day !== undefined && t("app:after.atMost", { n: item.most_per_day }),
                  item.hours_apart !== undefined && t("app:after.apart", { n: item.hours_apart }),
                  t(`route.${item.route}`),
                  t("app:after.days", { n: item.days }),
                  `${item.quantity} ${unitWord(item.quantity_unit)}`,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </div>
              {item.taper?.map((step, index) => (
                <div key={index}>
                  {index + 1}. {dosage(step, item.dose_unit)} · {t("app:after.days", { n: step.days })}
                </div>
              ))}
              {item.instruction && <div className="nurse-dim">{item.instruction}</div>}
            </li>
          ))}
        </ul>
        <Text c="dimmed">
          {prescription.specialist.name}
          {prescription.valid_until && ` · ${t("app:after.valid", { date: formats.date(prescription.valid_until) })}`}
        </Text>
      </Stack>
      {prescription.door_to_dose && (
        <DoorToDose chain={prescription.door_to_dose} state={prescription.state} reader="nurse" />
      )}
      <FillingsOf prescription={prescription} />
      <Timeline steps={prescription.timeline} level={4} />
    </article>
  );
}

/** `level` of its heading: one below what it stands under. */
export function Timeline({ steps, level }: { steps: readonly TimelineStep[]; level: 2 | 4 }) {
  const { t } = useTranslation();
  if (steps.length === 0) return null;
  return (
    <div className="nurse-timeline">
      <Title order={level} size="h4">
        {t("app:after.timeline")}
      </Title>
      <StepList steps={steps} words="step" />
    </div>
  );
}
