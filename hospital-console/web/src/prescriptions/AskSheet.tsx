import type { Prescription } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { problemAt, toldAt } from "../common/problemAt";

/** A question to the prescriber, from the pharmacist or the pharmacy. */
export function AskSheet({
  prescription,
  onClose,
  onDone,
}: {
  prescription: Prescription;
  onClose: () => void;
  onDone?: (changed: Prescription) => void;
}) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [text, setText] = useState("");
  const ask = useAction(
    (question: string, key) => api.prescribing.ask(prescription.id, prescription.version, question, key),
    {
      onSuccess: (changed) => {
        queryClient.setQueryData(keys.prescriptions.one(changed.id), changed);
        void queryClient.invalidateQueries({ queryKey: ["prescriptions", "list"] });
        notifications.show({ message: t("prescribing.ask.sent", { name: changed.specialist.name }) });
        onClose();
        onDone?.(changed);
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") ask.mutate(text.trim());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("prescribing.ask.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text>{t("prescribing.ask.hint")}</Text>
          <Textarea
            label={t("prescribing.ask.label")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={problemAt(ask.error, "question")}
            maxLength={500}
            autosize
            minRows={3}
            data-autofocus
          />
          {ask.isError && !toldAt(ask.error, ["question"]) && <ProblemAlert error={ask.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" disabled={text.trim() === ""} loading={ask.isPending}>
              {t("prescribing.ask.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
