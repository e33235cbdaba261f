import type { PrescriptionSummary } from "@yunzhen/client";
import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { PrescriptionCard } from "./PrescriptionCard";

/** One of the specialist's prescriptions beside the list: its state, its questions, and what can be done with it wherever it is. */
export function PrescriptionSheet({ summary, onClose }: { summary: PrescriptionSummary; onClose: () => void }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const staff = useStaff();
  const one = useQuery({
    queryKey: keys.prescriptions.one(summary.id),
    queryFn: () => api.prescriptions.get(summary.id),
  });
  const ongoing = useQuery({
    queryKey: keys.consultations.list(["in_progress"]),
    queryFn: () => api.consultations.list({ state: "in_progress" }),
  });
  const residentId = one.data?.resident.id;
  const visit = ongoing.data?.items.find((c) => c.specialist?.id === staff.id && c.resident.id === residentId);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={summary.resident.name}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <PrescriptionCard
        id={summary.id}
        consultationId={visit?.id}
        onReplaced={(draft) => void navigate(`/consultations/${draft.consultation_id ?? ""}`)}
      />
    </Drawer>
  );
}
