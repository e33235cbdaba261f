import type { PrescriptionSummary } from "@yunzhen/client";
import { Drawer } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { OwnPrescription } from "./OwnPrescription";

/** One of the specialist's prescriptions beside the list. */
export function PrescriptionSheet({ summary, onClose }: { summary: PrescriptionSummary; onClose: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={t("prescriptions.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <OwnPrescription id={summary.id} />
    </Drawer>
  );
}
