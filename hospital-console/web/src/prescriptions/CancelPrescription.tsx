import type { Prescription } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { WhosePrescription } from "./WhosePrescription";
import { withdrawalOf } from "./withdrawal";

/** Withdraws it, wherever it is, after saying what that means there. */
export function CancelPrescription({ prescription }: { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const [opened, dialog] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const what = withdrawalOf(prescription.state, prescription.timeline);
  const there = what === "delivered" || what === "some_there";
  const queryClient = useQueryClient();
  const cancel = useAction(
    (input: { version: number; reason: string }, key) =>
      api.prescriptions.cancel(prescription.id, input.version, input.reason, key),
    {
      onSuccess: (changed) => {
        queryClient.setQueryData(keys.prescriptions.one(changed.id), changed);
        void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
        dialog.close();
      },
    },
  );
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open}>
        {t(there ? "prescribing.withdraw.stop" : "prescriptions.cancel.action")}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t(there ? "prescribing.withdraw.stopTitle" : "prescriptions.cancel.title")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        <Stack>
          <WhosePrescription prescription={prescription} />
          <Text>{t(`prescribing.withdraw.${what}`)}</Text>
          <Textarea
            label={t(there ? "prescribing.withdraw.stopReason" : "prescriptions.cancel.reason")}
            description={t("prescribing.withdraw.readBy")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            autosize
            minRows={2}
            data-autofocus
          />
          {cancel.isError && <ProblemAlert error={cancel.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {t("prescriptions.cancel.keep")}
            </Button>
            <Button
              color="red"
              disabled={reason.trim() === ""}
              loading={cancel.isPending}
              onClick={() => cancel.mutate({ version: prescription.version, reason: reason.trim() })}
            >
              {t(there ? "prescribing.withdraw.stop" : "prescriptions.cancel.confirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
