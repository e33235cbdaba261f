import type { Consultation } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Modal } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";

/**
 * The condition changed: one press ends remote care, now, and opens the referral, where the reason is written out. Nothing is
 * asked before, for what is asked before costs the resident time; a press by mistake is withdrawn there.
 */
export function StopRemoteCare({ consultation }: { consultation: Consultation }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const stop = useAction(
    ({ version, reason }: { version: number; reason: string }, key) =>
      api.consultations.stop(consultation.id, version, reason, key),
    {
      onSuccess: ({ referral }) => {
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void queryClient.invalidateQueries({ queryKey: keys.referrals.all });
        void navigate(`/referrals/${referral.id}`);
      },
    },
  );
  if (!consultation.allowed.includes("stop")) return null;
  const press = () => stop.mutate({ version: consultation.version, reason: t("referrals.stop.reason") });
  return (
    <>
      <Button
        color="red"
        variant="outline"
        leftSection={<IconHandStop size={18} aria-hidden />}
        title={t("referrals.stop.hint")}
        loading={stop.isPending}
        onClick={press}
      >
        {t("referrals.stop.action")}
      </Button>
      {stop.isError && (
        <Modal opened onClose={() => stop.reset()} title={t("referrals.stop.action")}>
          <ProblemAlert error={stop.error} onRetry={press} />
        </Modal>
      )}
    </>
  );
}
