import type { ConsultationSummary, WaitlistEntry } from "@yunzhen/client";
import { ConsultationChip, ProblemAlert, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { UrgencyChip } from "../common/chips";
import { keys } from "../common/keys";
import { CancelSheet } from "./CancelSheet";
import { OfferSheet } from "./OfferSheet";
import classes from "./appointments.module.css";

/** Who waits for a time of mine. A time that becomes free goes to the first whose wish it meets, by itself; a colleague can be asked instead. */
export function WaitlistPanel() {
  const { t } = useTranslation("app");
  const me = useStaff();
  const formats = useFormats();
  const [leaving, setLeaving] = useState<WaitlistEntry>();
  const [offering, setOffering] = useState<ConsultationSummary>();
  const query = useQuery({ queryKey: keys.schedule.waitlist, queryFn: api.schedule.waitlist });
  const mine = (query.data?.items ?? []).filter((entry) => entry.specialist.id === me.id);
  return (
    <section aria-labelledby="waitlist">
      <Title order={2} fz={18} id="waitlist" mb="xs">
        {t("appointments.waitlist.title")}
      </Title>
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && mine.length === 0 && <Text c="dimmed">{t("appointments.waitlist.empty")}</Text>}
      {mine.map((entry) => (
        <div key={entry.consultation.id} className={classes.request}>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Group gap="xs">
                <Text fw={600}>{entry.consultation.resident.name}</Text>
                <UrgencyChip urgency={entry.consultation.urgency} />
              </Group>
              <Text size="sm" c="dimmed">
                {t("appointments.waitlist.between", {
                  from: formats.dateTime(entry.not_before),
                  until: formats.dateTime(entry.not_after),
                })}
              </Text>
              <Text size="sm" lineClamp={2}>
                {entry.consultation.reason}
              </Text>
            </div>
            <Stack gap={4}>
              {entry.consultation.state === "requested" ? (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("appointments.offer.title", { name: entry.consultation.resident.name })}
                  onClick={() => setOffering(entry.consultation)}
                >
                  {t("appointments.offer.action")}
                </Button>
              ) : (
                <ConsultationChip state={entry.consultation.state} />
              )}
              <Button
                size="xs"
                variant="default"
                aria-label={t("appointments.waitlist.leaveOf", { name: entry.consultation.resident.name })}
                onClick={() => setLeaving(entry)}
              >
                {t("appointments.waitlist.leave")}
              </Button>
            </Stack>
          </Group>
        </div>
      ))}
      {offering && <OfferSheet request={offering} onClose={() => setOffering(undefined)} />}
      {leaving && (
        <CancelSheet
          consultation={leaving.consultation}
          title={t("appointments.waitlist.leaveOf", { name: leaving.consultation.resident.name })}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </section>
  );
}
