import type { Appointment } from "@yunzhen/client";
import { Banner, ConsultationChip, ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { IconClockExclamation, IconRotateClockwise } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Person } from "../common/Person";
import { StandingHints } from "../eligibility/StandingHints";
import { CancelSheet } from "./CancelSheet";
import { MoveSheet } from "./MoveSheet";

/** One appointment: who, when, why; open, move, cancel, did not come. */
export function AppointmentSheet({ appointment, onClose }: { appointment: Appointment; onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queryClient = useQueryClient();
  const { consultation } = appointment;
  const [step, setStep] = useState<"move" | "cancel">();
  const full = useQuery({
    queryKey: keys.consultations.one(consultation.id),
    queryFn: () => api.consultations.get(consultation.id),
  });
  const noShow = useAction((version: number, key) => api.consultations.noShow(consultation.id, version, key), {
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
      void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
      onClose();
    },
  });
  const version = full.data?.version ?? consultation.version;
  const may = (command: string) => full.data?.allowed.includes(command) ?? false;
  const begun = Date.parse(appointment.starts_at) <= Date.now();
  return (
    <>
      <Drawer opened={step === undefined} onClose={onClose} position="right" size={440} title={t("appointments.one")}>
        <Stack>
          <Group justify="space-between" align="flex-start" wrap="nowrap">
            <Person person={consultation.resident} heading="h2" />
            <ConsultationChip state={consultation.state} />
          </Group>
          <Text>
            {formats.dateTime(appointment.starts_at)}–{formats.time(appointment.ends_at)}{" "}
            <Text component="span" c="dimmed" size="sm">
              {formats.zone}
            </Text>
          </Text>
          {consultation.began_at == null && consultation.ended_at == null && appointment.late_minutes > 0 && (
            <Banner meaning="person" icon={IconClockExclamation}>
              {t("appointments.late", {
                count: appointment.late_minutes,
                time: formats.time(appointment.expected_at),
              })}
            </Banner>
          )}
          {appointment.makes_up_for && (
            <Banner meaning="waiting" icon={IconRotateClockwise}>
              {t("appointments.makesUp")}
            </Banner>
          )}
          <Text>{consultation.reason}</Text>
          <StandingHints residentId={consultation.resident.id} />
          {full.isError && <ProblemAlert error={full.error} onRetry={() => void full.refetch()} />}
          {noShow.isError && <ProblemAlert error={noShow.error} />}
          <Button component={Link} to={`/consultations/${consultation.id}`}>
            {t("appointments.open")}
          </Button>
          <Group grow>
            {may("move") && appointment.round_id == null && (
              <Button variant="default" onClick={() => setStep("move")}>
                {t("appointments.move.action")}
              </Button>
            )}
            {may("no-show") && begun && (
              <Button variant="default" loading={noShow.isPending} onClick={() => noShow.mutate(version)}>
                {t("appointments.noShow")}
              </Button>
            )}
            {may("cancel") && (
              <Button variant="default" onClick={() => setStep("cancel")}>
                {t("appointments.cancel.action")}
              </Button>
            )}
          </Group>
          {appointment.round_id != null && (
            <Text size="sm">
              <Link to={`/rounds/${appointment.round_id}`}>{t("appointments.inRound")}</Link>
            </Text>
          )}
        </Stack>
      </Drawer>
      {step === "move" && <MoveSheet appointment={appointment} version={version} onClose={onClose} />}
      {step === "cancel" && (
        <CancelSheet
          consultation={{ id: consultation.id, version }}
          title={t("appointments.cancel.of", { name: consultation.resident.name })}
          onClose={() => setStep(undefined)}
          onDone={onClose}
        />
      )}
    </>
  );
}
