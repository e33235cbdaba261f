import type { Consultation, Resident } from "@yunzhen/client";
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ConsultationChip } from "@yunzhen/client/ui";
import { UrgencyChip } from "../common/chips";
import { Person } from "../common/Person";
import { stopwatch } from "../common/time";
import { useNow } from "@yunzhen/client/ui";
import { AllergyChips } from "../residents/AllergyChips";
import { StopRemoteCare } from "../referrals/StopRemoteCare";
import { FinishVisit } from "./FinishVisit";
import classes from "./ConsultationPage.module.css";

/** Who this is, what must never be overlooked (allergies), how long it has lasted, and the end of the visit. */
export function ConsultationHeader({ consultation, resident }: { consultation: Consultation; resident?: Resident }) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.header}>
      <ActionIcon
        component={Link}
        to="/consultations"
        variant="subtle"
        color="gray"
        size={36}
        aria-label={t("consultations.visit.back")}
      >
        <IconArrowLeft size={20} />
      </ActionIcon>
      <div className={classes.identity}>
        <Person person={consultation.resident} heading="h1" />
      </div>
      <UrgencyChip urgency={consultation.urgency} />
      <Group gap={6} className={classes.facts} wrap="nowrap">
        {resident && <AllergyChips of={resident} />}
      </Group>
      {consultation.state === "in_progress" ? (
        <Elapsed since={consultation.began_at ?? consultation.requested_at} />
      ) : (
        <ConsultationChip state={consultation.state} />
      )}
      <StopRemoteCare consultation={consultation} />
      <FinishVisit consultation={consultation} />
    </div>
  );
}

function Elapsed({ since }: { since: string }) {
  const { t } = useTranslation("app");
  const time = stopwatch(since, useNow(1000));
  return (
    <Text c="dimmed" style={{ whiteSpace: "nowrap" }} role="timer" aria-live="off">
      {t("consultations.visit.elapsed", { time })}
    </Text>
  );
}
