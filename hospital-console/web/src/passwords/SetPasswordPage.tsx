import type { Staff } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { FirstStep } from "../common/FirstStep";
import { keys } from "../common/keys";
import { PasswordForm } from "./PasswordForm";

/** All that is open to somebody who signed in with a password that the relay made. */
export function SetPasswordPage(props: { staff: Staff; onSet: () => void; onSignOut: () => void }) {
  const { t } = useTranslation("app");
  const factor = useQuery({ queryKey: keys.account.secondFactor, queryFn: () => api.ownAccess.secondFactor() });
  const lead = t("passwords.set.lead", { name: props.staff.name });
  return (
    <FirstStep staff={props.staff} title={t("passwords.set.title")} lead={lead} width={560} onSignOut={props.onSignOut}>
      <PasswordForm
        present={t("passwords.initial")}
        withCode={factor.data?.set_up_at !== undefined}
        onDone={props.onSet}
      />
    </FirstStep>
  );
}
