import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useTitle } from "../app/useTitle";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { OwnPrescription } from "./OwnPrescription";

/** One prescription by its address: where links between prescriptions lead. */
export function PrescriptionPage() {
  const { t } = useTranslation("app");
  const { id = "" } = useParams();
  useTitle(t("prescriptions.title"));
  return (
    <div className={page.page}>
      <PageHeader title={t("prescriptions.title")} />
      <OwnPrescription key={id} id={id} />
    </div>
  );
}
