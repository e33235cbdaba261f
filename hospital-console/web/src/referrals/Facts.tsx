import type { Referral } from "@yunzhen/client";
import { TransportChip, useFormats } from "@yunzhen/client/ui";
import { Group, Stack, Text } from "@mantine/core";
import { IconCalendarEvent, IconFileReport, IconMessageQuestion, IconAmbulance } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Section } from "../common/Section";
import classes from "./referrals.module.css";

/** What is known of it: reason, appointment, questions and answers, rides, report, and every step with its time. */
export function Facts({ referral }: { referral: Referral }) {
  const { t, i18n } = useTranslation("app");
  const formats = useFormats();
  const zh = i18n.language.startsWith("zh");
  const { appointment, report } = referral;
  const icon = { size: 18, "aria-hidden": true } as const;
  return (
    <div className={classes.card} style={{ padding: 0 }}>
      {!referral.allowed.includes("edit") && (
        <Section title={t("referrals.field.reason")}>
          <Text style={{ whiteSpace: "pre-line" }}>{referral.reason}</Text>
          <Text size="sm" c="dimmed">
            {[
              referral.hospital,
              referral.department,
              referral.diagnosis &&
                `${zh ? referral.diagnosis.display_zh : referral.diagnosis.display_en} ${referral.diagnosis.code}`,
              t("referrals.writtenBy", { name: (referral.specialist ?? referral.drafted_by).name }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </Text>
          {referral.end_reason && <Text c="var(--yz-danger-text)">{referral.end_reason}</Text>}
        </Section>
      )}
      {report && (
        <Section title={t("referrals.report.title")} icon={<IconFileReport {...icon} />}>
          <Text style={{ whiteSpace: "pre-line" }}>{report.findings}</Text>
          {report.diagnoses.map((d) => (
            <Text key={d.code} size="sm">
              {zh ? d.display_zh : d.display_en} {d.code}
            </Text>
          ))}
          <Text fw={500} mt={4} style={{ whiteSpace: "pre-line" }}>
            {report.advice}
          </Text>
          <Text size="sm" c="dimmed">
            {report.reported_by} · {formats.dateTime(report.reported_at)}
          </Text>
        </Section>
      )}
      {appointment && (
        <Section title={t("referrals.appointment.title")} icon={<IconCalendarEvent {...icon} />}>
          <Text fw={600}>
            {formats.dateTime(appointment.at)}{" "}
            <Text component="span" size="sm" c="dimmed">
              {formats.zone}
            </Text>
          </Text>
          <Text>{[appointment.department, appointment.place, appointment.doctor].filter(Boolean).join(" · ")}</Text>
          {appointment.instruction && <Text size="sm">{appointment.instruction}</Text>}
        </Section>
      )}
      {referral.questions.length > 0 && (
        <Section title={t("referrals.questions")} icon={<IconMessageQuestion {...icon} />}>
          <Stack gap="sm">
            {referral.questions.map((q) => (
              <div key={q.asked_at}>
                <Text fw={500}>{q.question}</Text>
                <Text size="sm" c="dimmed">
                  {q.asked_by} · {formats.dateTime(q.asked_at)}
                </Text>
                {q.answer ? (
                  <Text style={{ whiteSpace: "pre-line" }}>
                    {q.answer}
                    <Text component="span" size="sm" c="dimmed">
                      {" "}
                      {q.answered_by} {q.answered_at && formats.dateTime(q.answered_at)}
                    </Text>
                  </Text>
                ) : (
                  <Text size="sm" c="var(--yz-person-text)">
                    {t("referrals.unanswered")}
                  </Text>
                )}
              </div>
            ))}
          </Stack>
        </Section>
      )}
      {(appointment || referral.transports.length > 0) && (
        <Section title={t("referrals.transport.title")} icon={<IconAmbulance {...icon} />}>
          {referral.transports.length === 0 && (
            <Text size="sm" c="dimmed">
              {t("referrals.transport.none")}
            </Text>
          )}
          {referral.transports.map((ride) => (
            <Group key={ride.id} justify="space-between" wrap="nowrap" align="flex-start">
              <div>
                <Text>
                  {formats.dateTime(ride.pick_up_at)} · {t(`shared:transport.vehicle.${ride.vehicle}`)}
                  {ride.needs.map((need) => ` · ${t(`shared:transport.need.${need}`)}`)}
                </Text>
                <Text size="sm" c="dimmed">
                  {ride.destination}
                  {ride.carrier && ` · ${ride.carrier.name} ${ride.carrier.phone} ${ride.carrier.plate ?? ""}`}
                </Text>
              </div>
              <TransportChip state={ride.state} />
            </Group>
          ))}
        </Section>
      )}
      <Section title={t("referrals.timeline")}>
        <ol className={classes.timeline}>
          {referral.timeline.map((step) => (
            <li key={`${step.step}${step.at}`}>
              <Text size="sm" c="dimmed">
                {formats.dateTime(step.at)}
              </Text>
              <Text size="sm">
                {i18n.exists(`app:referrals.did.${step.step}`)
                  ? t(`referrals.did.${step.step}`)
                  : t("referrals.did.other")}
                {step.who && ` · ${step.who}`}
              </Text>
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}
