import { Button, SegmentedControl, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { nameIn, type AllergySeverity } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import type { AllergyAnswer, AllergyLine } from "./draft";
import { replaced, useForm } from "./form-state";

const SEVERITIES: readonly AllergySeverity[] = ["mild", "moderate", "severe"];
const ANSWERS: readonly AllergyAnswer[] = ["not_asked", "none", "some"];
const NEW: AllergyLine = { substance: "", reaction: "", severity: "moderate" };

/** Asked or not comes first: an empty list without that answer says nothing. */
export function AllergyFields() {
  const { t, i18n } = useTranslation();
  const { draft, set, error } = useForm();
  const change = (at: number, line: AllergyLine | undefined): void =>
    set({ allergies: replaced(draft.allergies, at, line) });
  return (
    <fieldset className="nurse-lines">
      <legend>{t("app:residents.field.allergies")}</legend>
      <SegmentedControl
        size="lg"
        aria-label={t("app:residents.field.allergies_asked")}
        value={draft.allergyAnswer}
        onChange={(value) => {
          const allergyAnswer = value as AllergyAnswer;
          set({
            allergyAnswer,
            // The first line is there to be filled in; written ones stay should the answer change back.
            ...(allergyAnswer === "some" && draft.allergies.length === 0 ? { allergies: [NEW] } : {}),
          });
        }}
        data={ANSWERS.map((value) => ({ value, label: t(`app:residents.form.answer.${value}`) }))}
      />
      {draft.allergyAnswer === "not_asked" && <Text c="dimmed">{t("app:residents.form.notAskedHint")}</Text>}
      {draft.allergyAnswer === "some" && (
        <>
          {draft.allergies.map((allergy, at) => (
            <div className="nurse-line" key={at}>
              <TextInput
                label={t("app:residents.field.substance")}
                required
                maxLength={60}
                value={nameIn(allergy, i18n.language)}
                onChange={(event) =>
                  change(at, {
                    ...allergy,
                    substance: event.currentTarget.value,
                    substance_en: undefined,
                    group: undefined,
                  })
                }
                error={error(`allergies[${at}].substance`)}
              />
              <TextInput
                label={t("app:residents.field.reaction")}
                maxLength={200}
                value={allergy.reaction}
                onChange={(event) => change(at, { ...allergy, reaction: event.currentTarget.value })}
                error={error(`allergies[${at}].reaction`)}
              />
              <div>
                <Text fw={500} id={`severity-${at}`}>
                  {t("app:residents.field.severity")}
                </Text>
                <SegmentedControl
                  size="lg"
                  fullWidth
                  aria-labelledby={`severity-${at}`}
                  value={allergy.severity}
                  onChange={(value) => change(at, { ...allergy, severity: value as AllergySeverity })}
                  data={SEVERITIES.map((value) => ({ value, label: t(`app:residents.severity.${value}`) }))}
                />
              </div>
              <Button
                variant="subtle"
                color="red"
                leftSection={<IconTrash aria-hidden />}
                aria-label={t("app:residents.form.removeLine", {
                  what: nameIn(allergy, i18n.language) || t("app:residents.field.allergies"),
                })}
                onClick={() => change(at, undefined)}
              >
                {t("app:residents.form.remove")}
              </Button>
            </div>
          ))}
          <Button
            variant="default"
            leftSection={<IconPlus aria-hidden />}
            onClick={() => set({ allergies: [...draft.allergies, NEW] })}
          >
            {t("app:residents.form.addAllergy")}
          </Button>
        </>
      )}
      {error("allergies") && <p className="nurse-line-error">{error("allergies")}</p>}
    </fieldset>
  );
}
