import type { Prescription, RejectionCode } from "@yunzhen/client";
import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";

const CODES: RejectionCode[] = ["dose", "interaction", "allergy", "diagnosis", "incomplete", "other"];

/** A coded reason and one sentence the specialist can act on. */
export function RejectSheet({
  prescription,
  onClose,
  onDone,
}: {
  prescription: Prescription;
  onClose: () => void;
  onDone: (changed: Prescription) => void;
}) {
  const { t } = useTranslation("app");
  const [code, setCode] = useState<RejectionCode>();
  const [comment, setComment] = useState("");
  const [tried, setTried] = useState(false);
  const reject = useAction(
    (input: { version: number; code: RejectionCode; comment: string }, key) =>
      api.prescriptions.reject(prescription.id, input, key),
    { onSuccess: onDone },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (code && comment.trim() !== "") reject.mutate({ version: prescription.version, code, comment: comment.trim() });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("reviews.rejectTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text>{t("reviews.rejectLead")}</Text>
          <Radio.Group
            label={t("reviews.code")}
            value={code ?? null}
            onChange={(value) => setCode(value as RejectionCode)}
            error={tried && !code ? t("reviews.codeRequired") : undefined}
          >
            <Stack gap="xs" mt="xs">
              {CODES.map((value, index) => (
                <Radio
                  key={value}
                  value={value}
                  label={t(`prescriptions.rejectCode.${value}`)}
                  autoFocus={index === 0}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("reviews.comment")}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            error={tried && comment.trim() === "" ? t("reviews.commentRequired") : undefined}
            autosize
            minRows={2}
          />
          {reject.isError && <ProblemAlert error={reject.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button type="submit" loading={reject.isPending}>
              {t("reviews.rejectConfirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
