import type { Referral } from "@yunzhen/client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { ReasonSheet } from "../common/ReasonSheet";

type Step = "withdraw" | "refuse" | "miss-appointment" | "ask-information" | "answer-information";

const FIELD: Partial<Record<Step, string>> = { "ask-information": "question", "answer-information": "answer" };

/** A step of the referral that needs words: its button and its sheet. */
export function WithReason({
  referral,
  step,
  primary = false,
  onDone,
}: {
  referral: Referral;
  step: Step;
  primary?: boolean;
  onDone: (referral: Referral) => void;
}) {
  const { t } = useTranslation("app");
  const [open, setOpen] = useState(false);
  const { id, version } = referral;
  const run = (text: string, key: string) => {
    if (step === "ask-information") return api.referrals.ask(id, version, text, key);
    if (step === "answer-information") return api.referrals.answer(id, version, text, key);
    return api.referrals.stepBecause(id, step, { version, reason: text }, key);
  };
  const asked = referral.questions.at(-1)?.question;
  return (
    <>
      <Button variant={primary ? "filled" : "default"} onClick={() => setOpen(true)}>
        {t(`referrals.step.${step}`)}
      </Button>
      {open && (
        <ReasonSheet
          title={t(`referrals.step.${step}`)}
          hint={step === "answer-information" ? asked : t(`referrals.stepHint.${step}`)}
          label={FIELD[step] ? t(`referrals.field.${FIELD[step]}`) : undefined}
          field={FIELD[step]}
          action={t(`referrals.step.${step}`)}
          danger={step === "refuse" || step === "withdraw"}
          run={run}
          onClose={() => setOpen(false)}
          onDone={onDone}
        />
      )}
    </>
  );
}
