import type { Prescription } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSignature } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useSign } from "../app/session";
import { keys } from "../common/keys";
import { KeyObstacleBanner } from "../signing-keys/KeyObstacleBanner";
import { useKeyObstacle } from "../signing-keys/useKeyObstacle";
import { SigningDocument } from "./SigningDocument";

/** Exactly what will be signed, then the signature. The text shown is the text signed, byte for byte. */
export function ReviewSheet({
  prescription,
  halted,
  onClose,
  onSigned,
}: {
  prescription: Prescription;
  /** Why it cannot be signed at present. */
  halted?: string;
  onClose: () => void;
  onSigned: () => void;
}) {
  const { t } = useTranslation("app");
  const signDocument = useSign();
  const { asking, obstacle } = useKeyObstacle();
  const queryClient = useQueryClient();
  const prepared = useQuery({
    queryKey: ["signing-document", prescription.id, prescription.version],
    queryFn: () => api.prescriptions.signingDocument(prescription.id, prescription.version),
    gcTime: 0,
    staleTime: 5 * 60_000,
  });
  const sign = useAction(
    async (document: string, key) => {
      const jws = await signDocument(document);
      return api.prescriptions.sign(prescription.id, prescription.version, jws, key);
    },
    {
      onSuccess: (signed) => {
        queryClient.setQueryData(keys.prescriptions.one(signed.id), signed);
        void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
        void queryClient.invalidateQueries({ queryKey: keys.prescriptions.all });
        notifications.show({ message: t("prescriptions.review.done"), color: "green" });
        onSigned();
      },
    },
  );
  const document = prepared.data?.document;
  return (
    <Modal
      opened
      onClose={onClose}
      size={720}
      title={t("prescriptions.review.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("prescriptions.review.lead")}</Text>
        {prepared.isPending && <Skeletons shape="card" />}
        {prepared.isError && <ProblemAlert error={prepared.error} onRetry={() => void prepared.refetch()} />}
        {document && <SigningDocument document={document} prescription={prescription} />}
        {prescription.hard_stop_reason && (
          <div data-testid="hard-stop-reason">
            <Text fw={600}>{t("reviews.override")}</Text>
            <Text>{prescription.hard_stop_reason}</Text>
          </div>
        )}
        <Text size="sm" c="dimmed">
          {t("prescriptions.review.key")}
        </Text>
        {sign.isError && <ProblemAlert error={sign.error} onRetry={() => void prepared.refetch()} />}
        {halted && (
          <Banner meaning="person" role="status">
            {halted}
          </Banner>
        )}
        {obstacle && <KeyObstacleBanner obstacle={obstacle} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("prescriptions.review.back")}
          </Button>
          {!obstacle && (
            <Button
              leftSection={<IconSignature size={18} aria-hidden />}
              disabled={!document || asking || halted !== undefined}
              loading={sign.isPending}
              onClick={() => document && sign.mutate(document)}
              data-autofocus
            >
              {t("prescriptions.review.sign")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
