import { Button, TextInput } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "./form-state";
import { asIdNumber, checkIdNumber, maskIdNumber } from "./id-number";

/** Checked while it is typed; once it is right and left, only its ends stay readable on the screen. */
export function IdNumberField({ onRecord }: { onRecord: string | undefined }) {
  const { t } = useTranslation();
  const { draft, set, error } = useForm();
  const [typing, setTyping] = useState(false);
  const [correcting, setCorrecting] = useState(onRecord === undefined);
  const check = checkIdNumber(draft.idNumber);
  if (!correcting) {
    return (
      <div className="nurse-masked">
        <TextInput label={t("app:residents.field.id_number")} value={onRecord ?? ""} readOnly />
        <Button variant="default" onClick={() => setCorrecting(true)}>
          {t("app:residents.form.correctIdNumber")}
        </Button>
      </div>
    );
  }
  const certain =
    check.state === "wrong_character" || check.state === "no_such_day" || check.state === "wrong_checksum";
  const hint =
    check.state === "right"
      ? t("app:residents.form.idRight", { sex: t(`sex.${check.sex}`), birthDate: check.birthDate })
      : check.state === "incomplete"
        ? t("app:residents.form.idMissing", { n: check.missing })
        : t(onRecord === undefined ? "app:residents.form.idHint" : "app:residents.form.idUnchanged");
  return (
    <TextInput
      label={t("app:residents.field.id_number")}
      required={onRecord === undefined}
      name="id_number"
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      inputMode="text"
      // A wrong number stays readable: it has to be compared with the card.
      value={typing || check.state !== "right" ? draft.idNumber : maskIdNumber(draft.idNumber)}
      onFocus={() => setTyping(true)}
      onBlur={() => setTyping(false)}
      onChange={(event) => set({ idNumber: asIdNumber(event.currentTarget.value) })}
      description={
        <span className={check.state === "right" ? "nurse-right" : ""}>
          {check.state === "right" && <IconCircleCheck size={20} aria-hidden />}
          {hint}
        </span>
      }
      error={certain ? t(`app:residents.form.wrong.id_${check.state}`) : error("id_number")}
      aria-live="polite"
    />
  );
}
