import type { AcceptReferralBody, Referral } from "@yunzhen/client";
import { ProblemAlert, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { fromLocalInput, nextQuarter, toLocalInput } from "../common/dates";
import { fieldError } from "../common/fields";

/** The hospital's appointment: when, where, with whom, what to bring. */
export function AcceptForm({
  referral,
  onDone,
  onCancel,
}: {
  referral: Referral;
  onDone: (referral: Referral) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("app");
  const { zone } = useFormats();
  const before = referral.appointment;
  const [when, setWhen] = useState(toLocalInput(before?.at ?? nextQuarter(Date.now() + 86_400_000)));
  const [department, setDepartment] = useState(before?.department ?? referral.department);
  const [place, setPlace] = useState(before?.place ?? "");
  const [doctor, setDoctor] = useState(before?.doctor ?? "");
  const [instruction, setInstruction] = useState(before?.instruction ?? "");
  const accept = useAction((body: AcceptReferralBody, key) => api.referrals.accept(referral.id, body, key), {
    onSuccess: onDone,
  });
  const at = fromLocalInput(when);
  const wrong = (path: string) => fieldError(accept.error, `appointment.${path}`);
  const ready = at !== undefined && department.trim() !== "" && place.trim() !== "";
  return (
    <form
      aria-label={t("referrals.step.accept")}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        const optional = (text: string) => text.trim() || undefined;
        accept.mutate({
          version: referral.version,
          appointment: {
            at,
            department: department.trim(),
            place: place.trim(),
            doctor: optional(doctor),
            instruction: optional(instruction),
          },
        });
      }}
    >
      <Stack gap="sm">
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={t("referrals.appointment.at")}
            description={zone}
            value={when}
            onChange={(event) => setWhen(event.currentTarget.value)}
            error={wrong("at")}
            required
          />
          <TextInput
            label={t("referrals.field.department")}
            description={t("referrals.appointment.departmentHint")}
            value={department}
            onChange={(event) => setDepartment(event.currentTarget.value)}
            error={wrong("department")}
            required
          />
        </Group>
        <Group grow align="flex-start">
          <TextInput
            label={t("referrals.appointment.place")}
            placeholder={t("referrals.appointment.placeExample")}
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            error={wrong("place")}
            required
          />
          <TextInput
            label={t("referrals.appointment.doctor")}
            value={doctor}
            onChange={(event) => setDoctor(event.currentTarget.value)}
            error={wrong("doctor")}
          />
        </Group>
        <Textarea
          label={t("referrals.appointment.instruction")}
          placeholder={t("referrals.appointment.instructionExample")}
          value={instruction}
          onChange={(event) => setInstruction(event.currentTarget.value)}
          error={wrong("instruction")}
          autosize
        />
        {accept.isError && <ProblemAlert error={accept.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("app.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={accept.isPending}>
            {t(before ? "referrals.step.move" : "referrals.step.accept")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
