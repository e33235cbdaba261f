import type { Prescription } from "@yunzhen/client";
import { DoorToDose, EmptyState, PrescriptionChip, ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { Box, Button, Group, Kbd, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { Person } from "../common/Person";
import { ApproveSheet } from "./ApproveSheet";
import { RejectSheet } from "./RejectSheet";
import { ReviewFacts } from "./ReviewFacts";
import { ReviewPrescription } from "./ReviewPrescription";
import classes from "./reviews.module.css";

/** One prescription under review. Opening it takes it (others see who reviews); A approves, R rejects. */
export function Review({ id, onDone }: { id: string; onDone: () => void }) {
  const query = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  if (query.isPending) return <Skeletons shape="card" count={6} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <Opened prescription={query.data} onDone={onDone} />;
}

function Opened({ prescription, onDone }: { prescription: Prescription; onDone: () => void }) {
  const { t } = useTranslation("app");
  const staff = useStaff();
  const queryClient = useQueryClient();
  const [deciding, setDeciding] = useState<"approve" | "reject">();
  const claim = useAction((version: number, key) => api.prescriptions.claim(prescription.id, version, key), {
    onSuccess: (claimed) => queryClient.setQueryData(keys.prescriptions.one(claimed.id), claimed),
  });
  const mayClaim = prescription.allowed.includes("claim");
  const { mutate: take, isIdle } = claim;
  useEffect(() => {
    if (mayClaim && isIdle) take(prescription.version);
  }, [mayClaim, isIdle, take, prescription.version]);

  const mine = prescription.pharmacist?.id === staff.id;
  const mayDecide = prescription.state === "in_review" && mine;
  useHotkeys(
    mayDecide && !deciding
      ? [
          ["a", () => setDeciding("approve")],
          ["r", () => setDeciding("reject")],
        ]
      : [],
  );
  const decided = (kind: "approved" | "rejected") => (changed: Prescription) => {
    queryClient.setQueryData(keys.prescriptions.one(changed.id), changed);
    void queryClient.invalidateQueries({ queryKey: ["prescriptions", "list"] });
    notifications.show({
      message: t(`reviews.${kind}`, { name: changed.resident.name }),
      color: kind === "approved" ? "green" : "gray",
    });
    setDeciding(undefined);
    onDone();
  };
  const over = prescription.state !== "signed" && prescription.state !== "in_review";

  return (
    <article aria-label={prescription.resident.name} data-testid="review" data-state={prescription.state}>
      <div className={classes.head}>
        <Group gap="md" wrap="nowrap">
          <Person person={prescription.resident} heading="h2" />
          <PrescriptionChip state={prescription.state} />
          {prescription.state === "in_review" && (
            <Text size="sm" c="dimmed">
              {mine ? t("reviews.byMe") : t("reviews.by", { name: prescription.pharmacist?.name })}
            </Text>
          )}
        </Group>
        {mayDecide && (
          <Group gap="sm" wrap="nowrap">
            <Button
              variant="default"
              onClick={() => setDeciding("reject")}
              rightSection={<Kbd>{t("reviews.rejectKey")}</Kbd>}
            >
              {t("reviews.reject")}
            </Button>
            <Button onClick={() => setDeciding("approve")} rightSection={<Kbd>{t("reviews.approveKey")}</Kbd>}>
              {t("reviews.approve")}
            </Button>
          </Group>
        )}
      </div>
      {claim.isError && <ProblemAlert error={claim.error} onRetry={() => claim.mutate(prescription.version)} />}
      {over && (
        <EmptyState
          icon={IconInfoCircle}
          title={t("reviews.gone")}
          action={<Button onClick={onDone}>{t("reviews.next")}</Button>}
        />
      )}
      {prescription.door_to_dose && (
        <Box px="lg" pt="sm">
          <DoorToDose chain={prescription.door_to_dose} />
        </Box>
      )}
      <div className={classes.split}>
        <ReviewPrescription prescription={prescription} />
        <ReviewFacts prescription={prescription} />
      </div>
      {deciding === "approve" && (
        <ApproveSheet prescription={prescription} onClose={() => setDeciding(undefined)} onDone={decided("approved")} />
      )}
      {deciding === "reject" && (
        <RejectSheet prescription={prescription} onClose={() => setDeciding(undefined)} onDone={decided("rejected")} />
      )}
    </article>
  );
}
