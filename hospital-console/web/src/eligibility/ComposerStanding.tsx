import type { Consultation } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { StandingLine } from "./StandingLine";

/** Under the diagnosis of a prescription: may it be signed remotely, and if not, what is missing. */
export function ComposerStanding({ consultation, code }: { consultation: Consultation; code: string | undefined }) {
  const { t } = useTranslation("app");
  const known = consultation.eligibility?.standings.find((s) => s.diagnosis_code === code);
  // A diagnosis chosen just now may be none of the listed ones: then the ledger is asked for it.
  const ledger = useQuery({
    queryKey: keys.eligibility(consultation.resident.id, code),
    queryFn: () =>
      api.eligibility.of(consultation.resident.id, {
        diagnosis_code: code,
        specialist_id: consultation.specialist?.id,
      }),
    enabled: code !== undefined && known === undefined,
  });
  const standing = known ?? ledger.data?.standings.find((s) => s.diagnosis_code === code);
  if (!standing) return null;
  const present = (consultation.eligibility?.present_doctors.length ?? 0) > 0;
  const jointly = consultation.eligibility?.joint_consultation_allowed && !standing.eligible;
  return (
    <div role="status">
      <StandingLine standing={standing} />
      {jointly && <Text size="sm">{t(present ? "eligibility.joint.signs" : "eligibility.joint.would")}</Text>}
    </div>
  );
}
