import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { ReasonSheet } from "../common/ReasonSheet";

/** Cancels with the reason that the home reads. */
export function CancelSheet({
  consultation,
  title,
  onClose,
  onDone,
}: {
  consultation: { id: string; version: number };
  title: string;
  onClose: () => void;
  onDone?: () => void;
}) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  return (
    <ReasonSheet
      title={title}
      hint={t("appointments.cancel.hint")}
      action={t("app.confirm")}
      run={(reason, key) => api.consultations.cancel(consultation.id, consultation.version, reason, key)}
      onClose={onClose}
      onDone={() => {
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void queryClient.invalidateQueries({ queryKey: keys.schedule.all });
        onDone?.();
      }}
    />
  );
}
