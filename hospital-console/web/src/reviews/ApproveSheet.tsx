import type { Prescription } from "@yunzhen/client";
import { ProblemAlert, Skeletons, useAction, useNames } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useSign } from "../app/session";
import { AssessmentText } from "../prescriptions/AssessmentFields";
import { ItemLine } from "../prescriptions/ItemLine";
import paper from "../prescriptions/prescriptions.module.css";
import { KeyObstacleBanner } from "../signing-keys/KeyObstacleBanner";
import { useKeyObstacle } from "../signing-keys/useKeyObstacle";

/** The pharmacist's own signature: what it covers, then Enter. */
export function ApproveSheet({
  prescription,
  onClose,
  onDone,
}: {
  prescription: Prescription;
  onClose: () => void;
  onDone: (changed: Prescription) => void;
}) {
  const { t } = useTranslation("app");
  const names = useNames();
  const signDocument = useSign();
  const { asking, obstacle } = useKeyObstacle();
  const prepared = useQuery({
    queryKey: ["approval-document", prescription.id, prescription.version],
    queryFn: () => api.prescriptions.approvalDocument(prescription.id, prescription.version),
    gcTime: 0,
    staleTime: 5 * 60_000,
  });
  const approve = useAction(
    async (document: string, key) =>
      api.prescriptions.approve(prescription.id, prescription.version, await signDocument(document), key),
    { onSuccess: onDone },
  );
  const document = prepared.data?.document;
  const ready = document !== undefined && !asking;
  return (
    <Modal
      opened
      onClose={onClose}
      size={600}
      title={t("reviews.approveTitle")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("reviews.approveLead")}</Text>
        <div className={paper.paper}>
          <Text fw={600}>
            {prescription.resident.name} · {names.diagnosis(prescription.diagnosis)}
          </Text>
          <ul className={paper.drugs}>
            {prescription.items.map((item) => (
              <li key={item.no}>
                <ItemLine item={item} />
              </li>
            ))}
          </ul>
          {prescription.assessment && (
            <div data-testid="approve-assessment">
              <Text fw={600}>{t("prescribing.assessment.title")}</Text>
              <AssessmentText assessment={prescription.assessment} />
            </div>
          )}
          {document && (
            <details>
              <summary>{t("prescriptions.review.exact")}</summary>
              <pre className={paper.exact} tabIndex={0}>
                {document}
              </pre>
            </details>
          )}
        </div>
        {prepared.isPending && <Skeletons shape="card" count={1} />}
        {prepared.isError && <ProblemAlert error={prepared.error} onRetry={() => void prepared.refetch()} />}
        {approve.isError && <ProblemAlert error={approve.error} onRetry={() => void prepared.refetch()} />}
        {obstacle && <KeyObstacleBanner obstacle={obstacle} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          {!obstacle && (
            <Button
              key={ready ? "ready" : "waiting"}
              leftSection={<IconSignature size={18} aria-hidden />}
              disabled={!ready}
              loading={approve.isPending}
              onClick={() => document !== undefined && approve.mutate(document)}
              autoFocus
            >
              {t("reviews.approveConfirm")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
