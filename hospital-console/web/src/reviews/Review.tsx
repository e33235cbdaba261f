import type { Prescription } from "@yunzhen/client";
import {
  Banner,
  DoorToDose,
  EmptyState,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
  useAction,
  useNow,
} from "@yunzhen/client/ui";
import { Box, Button, Group, Kbd, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconInfoCircle } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { keys } from "../common/keys";
import { unlessTyped } from "../common/unlessTyped";
import { Person } from "../common/Person";
import { AskSheet } from "../prescriptions/AskSheet";
import { SignatureFiles } from "../verification/SignatureFiles";
import { ApproveSheet } from "./ApproveSheet";
import { Activity } from "./activity";
import { takenBack } from "./approvals";
import { outcome } from "./outcome";
import { TakenBackBanner } from "./TakenBackBanner";
import { RejectSheet } from "./RejectSheet";
import { ReviewFacts } from "./ReviewFacts";
import { ReviewPrescription } from "./ReviewPrescription";
import classes from "./reviews.module.css";

/** Of this page, from the first review on that it showed. */
const activity = new Activity(window, Date.now);

interface Sitting {
  /** Another one waits for a decision. */
  more: boolean;
  onDone: (back?: boolean) => void;
}

/**
 * One prescription under review. Who is there takes it by opening it (others see who reviews), in a window that nobody touches it waits for a press; A approves, R rejects,
 * Q asks the prescriber, T takes it. Who leaves it lying gives it back.
 */
export function Review({ id, ...sitting }: Sitting & { id: string }) {
  const query = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  if (query.isPending) return <Skeletons shape="card" count={6} />;
  if (!query.data) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <Opened prescription={query.data} {...sitting} />;
}

function Opened({ prescription, more, onDone }: Sitting & { prescription: Prescription }) {
  const { t } = useTranslation("app");
  const staff = useStaff();
  const queryClient = useQueryClient();
  const [deciding, setDeciding] = useState<"approve" | "reject" | "ask">();
  const claim = useAction((version: number, key) => api.prescriptions.claim(prescription.id, version, key), {
    onSuccess: (claimed) => queryClient.setQueryData(keys.prescriptions.one(claimed.id), claimed),
  });
  const released = (message: string, autoClose: boolean) => (given: Prescription) => {
    queryClient.removeQueries({ queryKey: keys.prescriptions.reviewFacts(given.id) });
    void queryClient.invalidateQueries({ queryKey: ["prescriptions", "list"] });
    notifications.show(autoClose ? { message } : { message, autoClose });
    onDone(true);
  };
  const giveBack = (version: number, key: string) => api.prescribing.release(prescription.id, version, key);
  const release = useAction(giveBack, { onSuccess: released(t("prescribing.release.done"), true) });
  const leave = useAction(giveBack, {
    onSuccess: released(t("reviews.leftLying", { name: prescription.resident.name }), false),
  });
  const mayClaim = prescription.allowed.includes("claim");
  const { key: opened } = useLocation();
  const { mutate: take, isIdle } = claim;
  useEffect(() => {
    if (mayClaim && isIdle && activity.isThere()) take(prescription.version);
    // Pressed in the queue, one that had opened by itself is opened again.
  }, [mayClaim, isIdle, take, prescription.version, opened]);

  const mine = prescription.pharmacist?.id === staff.id;
  const mayDecide = prescription.state === "in_review" && mine;
  const clock = useNow(30_000);
  const { mutate: leaveIt, isIdle: notLeft } = leave;
  useEffect(() => {
    // What is typed in a sheet is not thrown away; the relay gives it back later.
    if (mayDecide && !deciding && notLeft && activity.isAway()) leaveIt(prescription.version);
  }, [clock, mayDecide, deciding, notLeft, leaveIt, prescription.version]);
  useHotkeys(mayClaim && !claim.isPending ? [["t", unlessTyped(() => take(prescription.version))]] : [], []);
  useHotkeys(
    mayDecide && !deciding
      ? [
          ["a", unlessTyped(() => setDeciding("approve"))],
          ["r", unlessTyped(() => setDeciding("reject"))],
          ["q", unlessTyped(() => setDeciding("ask"))],
        ]
      : [],
    // Not every field: the language switch is made of radio buttons and keeps the focus.
    [],
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
  const over = !["signed", "in_review", "in_question"].includes(prescription.state);

  return (
    <article aria-label={prescription.resident.name} data-testid="review" data-state={prescription.state}>
      <div className={classes.head}>
        <Group gap="md" miw={0}>
          <Person person={prescription.resident} heading="h2" />
          <PrescriptionChip state={prescription.state} chain={prescription.door_to_dose} />
          {prescription.state === "in_review" && (
            <Text size="sm" c="dimmed">
              {mine ? t("reviews.byMe") : t("reviews.by", { name: prescription.pharmacist?.name })}
            </Text>
          )}
        </Group>
        {mayClaim && (
          <Group gap="sm">
            <Text size="sm" c="dimmed">
              {t("reviews.takeHint")}
            </Text>
            <Button
              loading={claim.isPending}
              onClick={() => take(prescription.version)}
              rightSection={<Kbd>{t("reviews.takeKey")}</Kbd>}
              data-testid="take"
            >
              {t("reviews.take")}
            </Button>
          </Group>
        )}
        {mayDecide && (
          <Group gap="sm" data-testid="decide">
            <Button variant="subtle" loading={release.isPending} onClick={() => release.mutate(prescription.version)}>
              {t("prescribing.release.action")}
            </Button>
            <Button
              variant="default"
              onClick={() => setDeciding("ask")}
              rightSection={<Kbd>{t("prescribing.ask.key")}</Kbd>}
            >
              {t("prescribing.ask.action")}
            </Button>
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
      {release.isError && <ProblemAlert error={release.error} />}
      {prescription.state === "in_question" && (
        <Banner meaning="waiting" title={t("prescribing.ask.waiting")}>
          {t("prescribing.ask.waitingHint")}
        </Banner>
      )}
      {over && (
        <EmptyState
          icon={IconInfoCircle}
          title={t(`reviews.outcome.${outcome(prescription, staff.id)}`)}
          action={
            <Group justify="center">
              <SignatureFiles prescription={prescription} />
              {more && <Button onClick={() => onDone()}>{t("reviews.next")}</Button>}
            </Group>
          }
        />
      )}
      <TakenBackBanner
        how={takenBack(prescription.state, prescription.replaced_by !== undefined, prescription.door_to_dose)}
        at={prescription.timeline.at(-1)?.at}
        why={prescription.withdrawal_reason}
      />
      {prescription.door_to_dose && (
        <Box px="lg" pt="sm">
          <DoorToDose chain={prescription.door_to_dose} state={prescription.state} reader="pharmacist" />
        </Box>
      )}
      <div className={classes.split}>
        <ReviewPrescription prescription={prescription} />
        <ReviewFacts prescription={prescription} mine={mine} />
      </div>
      {deciding === "ask" && (
        <AskSheet prescription={prescription} onClose={() => setDeciding(undefined)} onDone={() => onDone()} />
      )}
      {deciding === "approve" && (
        <ApproveSheet prescription={prescription} onClose={() => setDeciding(undefined)} onDone={decided("approved")} />
      )}
      {deciding === "reject" && (
        <RejectSheet prescription={prescription} onClose={() => setDeciding(undefined)} onDone={decided("rejected")} />
      )}
    </article>
  );
}
