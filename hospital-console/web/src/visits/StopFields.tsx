import type { RouteStop, StaffRef } from "@yunzhen/client";
import { AllergyBanner } from "@yunzhen/client/ui";
import { Checkbox, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DiagnosisPicker } from "../common/DiagnosisPicker";
import { dateOf } from "../common/dates";
import type { StopFault, TypedDiagnosis, TypedStop } from "./results";
import classes from "./visits.module.css";

interface StopFieldsProps {
  stop: RouteStop;
  doctors: StaffRef[];
  value: TypedStop;
  fault: StopFault | undefined;
  told: string | undefined;
  onChange: (value: TypedStop) => void;
}

/** One resident: seen, with what was confirmed and why; or not seen, with the reason. */
export function StopFields({ stop, doctors, value, fault, told, onChange }: StopFieldsProps) {
  const { t, i18n } = useTranslation("app");
  const zh = i18n.language.startsWith("zh");
  const put = (part: Partial<TypedStop>) => onChange({ ...value, ...part });
  const diagnosis = (code: string, part: Partial<TypedDiagnosis>) =>
    put({ diagnoses: value.diagnoses.map((d) => (d.code === code ? { ...d, ...part } : d)) });
  const nameOf = (code: string) => {
    const known = stop.diagnoses.find((d) => d.code === code);
    return known ? `${zh ? known.display_zh : known.display_en} ${code}` : code;
  };
  const wrong = fault ? t(`visits.fault.${fault}`) : told;
  return (
    <fieldset className={classes.result} data-testid={`result-${stop.resident_id}`}>
      <legend className="yz-visually-hidden">{stop.name}</legend>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>
            {stop.bed} {stop.name}
          </Text>
          <SegmentedControl
            aria-label={t("visits.results.outcome", { name: stop.name })}
            value={value.outcome}
            onChange={(outcome) => put({ outcome: outcome as TypedStop["outcome"] })}
            data={(["open", "seen", "not_seen"] as const).map((one) => ({
              value: one,
              label: t(`visits.outcome.${one}`),
            }))}
          />
        </Group>
        {value.outcome === "seen" && stop.allergies.length > 0 && <AllergyBanner of={stop} />}
        {value.outcome !== "open" && (
          <Group align="flex-start">
            <TextInput
              type="date"
              label={t("visits.results.on")}
              value={value.on}
              max={dateOf(Date.now())}
              onChange={(event) => put({ on: event.currentTarget.value })}
              w={170}
            />
            <Select
              label={t("visits.results.doctor")}
              data={doctors.map((d) => ({ value: d.id, label: d.name }))}
              value={value.doctor}
              onChange={(doctor) => put({ doctor: doctor ?? "" })}
              allowDeselect={false}
              w={200}
            />
          </Group>
        )}
        {value.outcome === "seen" && (
          <>
            {value.diagnoses.map((d) => (
              <div key={d.code}>
                <Checkbox
                  label={t("visits.results.confirm", { diagnosis: nameOf(d.code) })}
                  checked={d.confirmed}
                  onChange={(event) => diagnosis(d.code, { confirmed: event.currentTarget.checked })}
                />
                {d.confirmed && (
                  <Textarea
                    className={classes.confirmed}
                    label={t("eligibility.record.evidence")}
                    aria-label={`${t("eligibility.record.evidence")} ${nameOf(d.code)}`}
                    value={d.evidence}
                    onChange={(event) => diagnosis(d.code, { evidence: event.currentTarget.value })}
                    autosize
                    minRows={2}
                    mt={6}
                  />
                )}
              </div>
            ))}
            <DiagnosisPicker
              label={t("visits.results.another")}
              value={undefined}
              onChange={(code) =>
                code &&
                !value.diagnoses.some((d) => d.code === code) &&
                put({ diagnoses: [...value.diagnoses, { code, confirmed: true, evidence: "" }] })
              }
            />
          </>
        )}
        {value.outcome === "not_seen" && (
          <TextInput
            label={t("visits.results.reason")}
            placeholder={t("visits.results.reasonExample")}
            value={value.reason}
            onChange={(event) => put({ reason: event.currentTarget.value })}
          />
        )}
        {wrong && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {wrong}
          </Text>
        )}
      </Stack>
    </fieldset>
  );
}
