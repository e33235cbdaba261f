import type { Resident } from "@yunzhen/client";
import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CallQuality, ConsultationChip, PrescriptionChip, useNames } from "@yunzhen/client/ui";
import { Section } from "../common/Section";
import { day } from "../common/time";
import classes from "./ResidentRecord.module.css";

export function HistoryTab({ resident, consultationId }: { resident: Resident; consultationId?: string }) {
  const { t, i18n } = useTranslation("app");
  const earlier = resident.consultations.filter((c) => c.id !== consultationId);
  return (
    <>
      <Section title={t("residents.history")}>
        {earlier.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("residents.noHistory.title")}
          </Text>
        ) : (
          <ul className={classes.rows}>
            {earlier.map((c) => (
              <li key={c.id}>
                <Group justify="space-between" gap="xs">
                  <Text size="sm">
                    {day(c.began_at ?? c.requested_at, i18n.language)} · {c.specialist?.name ?? ""}
                  </Text>
                  <ConsultationChip state={c.state} />
                </Group>
                <Text>{c.reason}</Text>
                {c.began_at && <CallQuality consultationId={c.id} live={false} />}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <PrescriptionHistory resident={resident} />
    </>
  );
}

export function PrescriptionHistory({ resident }: { resident: Pick<Resident, "prescriptions"> }) {
  const { t, i18n } = useTranslation("app");
  const names = useNames();
  const signed = resident.prescriptions.filter((p) => p.state !== "draft");
  return (
    <Section title={t("residents.prescriptions")}>
      {signed.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("residents.noPrescriptions")}
        </Text>
      ) : (
        <ul className={classes.rows}>
          {signed.map((p) => (
            <li key={p.id}>
              <Group justify="space-between" gap="xs">
                <Text size="sm">
                  {p.signed_at ? day(p.signed_at, i18n.language) : ""} · {p.specialist_name}
                </Text>
                <PrescriptionChip state={p.state} chain={p} />
              </Group>
              <Text>{names.drugs(p)}</Text>
              <Text size="sm" c="dimmed">
                {names.diagnosis(p)}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
