import type { Staff } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import { FirstStep } from "../common/FirstStep";
import { PasskeysPanel } from "./PasskeysPanel";
import { SecondFactorPanel } from "./SecondFactorPanel";

/** All that is open to somebody of whom the hospital asks a second factor and who has none yet. */
export function EnrolPage(props: { staff: Staff; onEnrolled: () => void; onSignOut: () => void }) {
  const { t } = useTranslation("app");
  const lead = t("account.enrol.lead", { name: props.staff.name });
  return (
    <FirstStep staff={props.staff} title={t("account.enrol.title")} lead={lead} width={760} onSignOut={props.onSignOut}>
      <PasskeysPanel onRegistered={props.onEnrolled} />
      <SecondFactorPanel onSetUp={props.onEnrolled} />
    </FirstStep>
  );
}
