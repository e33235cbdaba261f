import type { Assessment, ConsentGiver } from "@yunzhen/client";
import { Select, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./prescriptions.module.css";

const GIVERS: ConsentGiver[] = ["resident", "surrogate", "guardian"];

/** What was assessed, with which result, and who confirmed a long supply. */
export function AssessmentFields({
  value,
  usualDays,
  residentName,
  onChange,
}: {
  value: Partial<Assessment>;
  usualDays: number;
  residentName: string | undefined;
  onChange: (value: Partial<Assessment>) => void;
}) {
  const { t } = useTranslation("app");
  const confirm = (confirmed_by: ConsentGiver) => {
    // Who confirms for themselves has the name of the record.
    const own = confirmed_by === "resident" ? residentName : undefined;
    const kept = value.confirmed_name === residentName ? "" : value.confirmed_name;
    onChange({ ...value, confirmed_by, confirmed_name: own ?? kept });
  };
  return (
    <div className={classes.line} role="group" aria-label={t("prescribing.assessment.title")} data-testid="assessment">
      <Title order={3} fz={16}>
        {t("prescribing.assessment.title")}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t("prescribing.assessment.hint", { days: usualDays })}
      </Text>
      <Stack gap="xs">
        <Textarea
          label={t("prescribing.assessment.assessed")}
          placeholder={t("prescribing.assessment.assessedPlaceholder")}
          value={value.assessed ?? ""}
          onChange={(event) => onChange({ ...value, assessed: event.currentTarget.value })}
          maxLength={500}
          autosize
          required
        />
        <Textarea
          label={t("prescribing.assessment.result")}
          placeholder={t("prescribing.assessment.resultPlaceholder")}
          value={value.result ?? ""}
          onChange={(event) => onChange({ ...value, result: event.currentTarget.value })}
          maxLength={500}
          autosize
          required
        />
        <div className={classes.fields}>
          <Select
            label={t("prescribing.assessment.confirmedBy")}
            value={value.confirmed_by ?? null}
            onChange={(chosen) => chosen && confirm(chosen as ConsentGiver)}
            data={GIVERS.map((giver) => ({ value: giver, label: t(`prescribing.assessment.giver.${giver}`) }))}
            allowDeselect={false}
            required
          />
          <TextInput
            label={t("prescribing.assessment.confirmedName")}
            value={value.confirmed_name ?? ""}
            onChange={(event) => onChange({ ...value, confirmed_name: event.currentTarget.value })}
            maxLength={60}
            required
          />
        </div>
      </Stack>
    </div>
  );
}

/** The same to read. */
export function AssessmentText({ assessment }: { assessment: Assessment }) {
  const { t } = useTranslation("app");
  return (
    <>
      <Text size="sm">
        {t("prescribing.assessment.assessed")}: {assessment.assessed}
      </Text>
      <Text size="sm">
        {t("prescribing.assessment.result")}: {assessment.result}
      </Text>
      <Text size="sm">
        {t("prescribing.assessment.confirmed", {
          giver: t(`prescribing.assessment.giver.${assessment.confirmed_by}`),
          name: assessment.confirmed_name,
        })}
      </Text>
    </>
  );
}
