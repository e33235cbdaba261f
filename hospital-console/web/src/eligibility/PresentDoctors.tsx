import type { Consultation } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { Section } from "../common/Section";

/** Joint consultation, where the home's policy allows it: the home's own licensed doctor who is in the room, by name and licence. */
export function PresentDoctors({ consultation, closed }: { consultation: Consultation; closed: boolean }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [licence, setLicence] = useState("");
  const call = useAction(
    (body: { name: string; licence: string }, key) => api.eligibility.namePresentDoctor(consultation.id, body, key),
    {
      onSuccess: () => {
        setName("");
        setLicence("");
        void queryClient.invalidateQueries({ queryKey: keys.consultations.one(consultation.id) });
      },
    },
  );
  const { eligibility } = consultation;
  if (!eligibility?.joint_consultation_allowed) return null;
  const present = eligibility.present_doctors;
  return (
    <Section title={t("eligibility.joint.title")} icon={<IconStethoscope size={18} aria-hidden />}>
      <Stack gap="xs">
        <Text size="sm">{t(present.length > 0 ? "eligibility.joint.isSo" : "eligibility.joint.lead")}</Text>
        {present.map((doctor) => (
          <Text key={doctor.id} size="sm">
            <strong>{doctor.name}</strong> · {doctor.licence} · {doctor.institution} ·{" "}
            {t("eligibility.joint.named", { name: doctor.named_by.name, time: formats.time(doctor.named_at) })}
          </Text>
        ))}
        {!closed && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              call.mutate({ name: name.trim(), licence: licence.trim() });
            }}
          >
            <Group gap="xs" align="flex-end" grow>
              <TextInput
                label={t("eligibility.joint.name")}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={fieldError(call.error, "name")}
              />
              <TextInput
                label={t("eligibility.joint.licence")}
                value={licence}
                onChange={(event) => setLicence(event.currentTarget.value)}
                error={fieldError(call.error, "licence")}
              />
            </Group>
            {call.isError && <ProblemAlert error={call.error} />}
            <Button
              type="submit"
              variant="default"
              size="xs"
              mt="xs"
              disabled={name.trim() === "" || licence.trim() === ""}
              loading={call.isPending}
            >
              {t("eligibility.joint.add")}
            </Button>
          </form>
        )}
      </Stack>
    </Section>
  );
}
