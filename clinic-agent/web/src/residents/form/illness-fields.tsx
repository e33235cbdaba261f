import { Button, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { nameIn } from "@yunzhen/client";
import { useApi, useStrength } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { CatalogueSearch } from "./catalogue-search";
import type { MedicineLine } from "./draft";
import { replaced, useForm } from "./form-state";

const today = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

/** Diagnoses by their ICD-10 code, and the medicines that are in the resident's hands. */
export function IllnessFields() {
  return (
    <>
      <ConditionFields />
      <MedicineFields />
    </>
  );
}

function ConditionFields() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const { draft, set, error } = useForm();
  const english = i18n.language === "en";
  return (
    <fieldset className="nurse-lines">
      <legend>{t("app:residents.field.conditions")}</legend>
      {draft.conditions.map((condition, at) => (
        <div className="nurse-line" key={condition.code}>
          <div className="nurse-line-name">
            <strong>{condition.display}</strong> <span className="nurse-dim">{condition.code}</span>
            {error(`conditions[${at}].code`) && <p className="nurse-line-error">{error(`conditions[${at}].code`)}</p>}
          </div>
          <TextInput
            type="date"
            label={t("app:residents.field.since")}
            required
            max={today()}
            value={condition.since}
            onChange={(event) =>
              set({ conditions: replaced(draft.conditions, at, { ...condition, since: event.currentTarget.value }) })
            }
            error={error(`conditions[${at}].since`)}
          />
          <Remove
            what={condition.display}
            onClick={() => set({ conditions: replaced(draft.conditions, at, undefined) })}
          />
        </div>
      ))}
      {error("conditions") && <p className="nurse-line-error">{error("conditions")}</p>}
      <CatalogueSearch
        name="diagnoses"
        label={t("app:residents.form.addCondition")}
        placeholder={t("app:residents.form.conditionPlaceholder")}
        ask={api.catalogue.diagnoses}
        option={(diagnosis) => ({
          key: diagnosis.code,
          label: english ? diagnosis.display_en : diagnosis.display_zh,
          detail: diagnosis.code,
        })}
        onChoose={(diagnosis) => {
          if (draft.conditions.some((one) => one.code === diagnosis.code)) return;
          const display = english ? diagnosis.display_en : diagnosis.display_zh;
          set({ conditions: [...draft.conditions, { code: diagnosis.code, display, since: today() }] });
        }}
      />
    </fieldset>
  );
}

function MedicineFields() {
  const { t, i18n } = useTranslation();
  const strength = useStrength();
  const api = useApi();
  const { draft, set, error } = useForm();
  const add = (line: Pick<MedicineLine, "name" | "name_en" | "drugId">): void =>
    set({ medicines: [...draft.medicines, { ...line, dose: "", since: today() }] });
  return (
    <fieldset className="nurse-lines">
      <legend>{t("app:residents.field.medicines")}</legend>
      {draft.medicines.map((medicine, at) => {
        const change = (patch: Partial<typeof medicine>): void =>
          set({ medicines: replaced(draft.medicines, at, { ...medicine, ...patch }) });
        return (
          <div className="nurse-line" key={at}>
            <TextInput
              label={t("app:residents.field.medicine")}
              required
              maxLength={80}
              value={nameIn(medicine, i18n.language)}
              // Another name is another medicine: the code of the catalogue would no longer be true.
              onChange={(event) => change({ name: event.currentTarget.value, name_en: undefined, drugId: undefined })}
              error={error(`medicines[${at}].name`) ?? error(`medicines[${at}].drug_id`)}
            />
            <TextInput
              label={t("app:residents.field.dose")}
              placeholder={t("app:residents.form.dosePlaceholder")}
              maxLength={100}
              value={medicine.dose}
              onChange={(event) => change({ dose: event.currentTarget.value })}
              error={error(`medicines[${at}].dose_text`)}
            />
            <TextInput
              type="date"
              label={t("app:residents.field.since")}
              required
              max={today()}
              value={medicine.since}
              onChange={(event) => change({ since: event.currentTarget.value })}
              error={error(`medicines[${at}].since`)}
            />
            <Remove
              what={nameIn(medicine, i18n.language)}
              onClick={() => set({ medicines: replaced(draft.medicines, at, undefined) })}
            />
          </div>
        );
      })}
      {error("medicines") && <p className="nurse-line-error">{error("medicines")}</p>}
      <CatalogueSearch
        name="drugs"
        label={t("app:residents.form.addMedicine")}
        placeholder={t("app:residents.form.medicinePlaceholder")}
        ask={api.catalogue.drugs}
        option={(drug) => ({
          key: drug.id,
          label: nameIn(drug, i18n.language),
          detail: `${strength(drug.strength)} ${drug.form}`,
        })}
        onChoose={(drug) =>
          add({
            name: `${drug.name_zh} ${drug.strength}`,
            name_en: `${drug.name_en} ${drug.strength}`,
            drugId: drug.id,
          })
        }
        onFreeText={(name) => add({ name })}
      />
    </fieldset>
  );
}

function Remove({ what, onClick }: { what: string; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      variant="subtle"
      color="red"
      leftSection={<IconTrash aria-hidden />}
      aria-label={t("app:residents.form.removeLine", { what })}
      onClick={onClick}
    >
      {t("app:residents.form.remove")}
    </Button>
  );
}
