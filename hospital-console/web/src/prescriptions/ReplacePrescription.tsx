import type { Prescription } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";
import { WhosePrescription } from "./WhosePrescription";
import { withdrawalOf } from "./withdrawal";

/** Cancels it and begins another with the same content; one that is over already only begins the other. */
export function ReplacePrescription({
  prescription,
  consultationId,
  onReplaced,
}: {
  prescription: Prescription;
  consultationId: string;
  onReplaced: (draft: Prescription) => void;
}) {
  const { t } = useTranslation("app");
  const [opened, dialog] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const queryClient = useQueryClient();
  const over = prescription.state === "rejected" || prescription.state === "expired";
  const replace = useAction(
    (input: { version: number; reason?: string }, key) =>
      api.prescribing.replace(prescription.id, { ...input, consultation_id: consultationId }, key),
    {
      onSuccess: (draft) => {
        queryClient.setQueryData(keys.prescriptions.one(draft.id), draft);
        void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        dialog.close();
        onReplaced(draft);
      },
    },
  );
  const missing = !over && reason.trim() === "";
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open}>
        {t(over ? "prescribing.replace.again" : "prescribing.replace.action")}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t(over ? "prescribing.replace.again" : "prescribing.replace.title")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        <Stack>
          <WhosePrescription prescription={prescription} />
          <Text>{t(over ? "prescribing.replace.hintOver" : "prescribing.replace.hint")}</Text>
          {!over && (
            <>
              <Text>{t(`prescribing.withdraw.${withdrawalOf(prescription.state, prescription.timeline)}`)}</Text>
              <Textarea
                label={t("prescribing.replace.reason")}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
                error={problemAt(replace.error, "reason")}
                maxLength={500}
                autosize
                minRows={2}
                data-autofocus
              />
            </>
          )}
          {replace.isError && !toldAt(replace.error, ["reason"]) && <ProblemAlert error={replace.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {t("prescriptions.cancel.keep")}
            </Button>
            <Button
              disabled={missing}
              loading={replace.isPending}
              onClick={() =>
                replace.mutate({ version: prescription.version, ...(over ? {} : { reason: reason.trim() }) })
              }
            >
              {t(over ? "prescribing.replace.confirmOver" : "prescribing.replace.confirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
