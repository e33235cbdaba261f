import { Button, Group, Modal, Stack, Text, Textarea, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAmbulance, IconFileTypePdf } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { handOverPath, type Referral } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, StatusChip, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { BackToList } from "../back-to-list";
import { ReasonStep } from "../reason-step";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { ReferralChip, RideChip } from "./chips";
import { DraftEditor } from "./draft-editor";
import { REFERRAL_MEANING } from "./standing";
import { Steps } from "./steps";

/** One referral: how it stands in words, what the home has to do, what goes along to the hospital, what came back. */
export function ReferralPanel({ referralId }: { referralId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const referral = useQuery({ queryKey: ["referrals", referralId], queryFn: () => api.referrals.get(referralId) });
  if (referral.data) return <Whole referral={referral.data} />;
  return (
    <div className="yz-card nurse-pad">
      {referral.isPending ? (
        <Skeletons shape="card" count={6} />
      ) : (
        <ProblemAlert error={referral.error} onRetry={() => void referral.refetch()} />
      )}
      <Text>
        <Link to="/referrals" className="nurse-inline-link">
          {t("app:referrals.back")}
        </Link>
      </Text>
    </div>
  );
}

function Whole({ referral }: { referral: Referral }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const english = i18n.language === "en";
  const { resident, appointment, report } = referral;
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={t("app:referrals.title")}>
        <Group gap="sm">
          <BackToList to="/referrals" label={t("app:referrals.back")} />
          <Title order={1} size="h2">
            {resident.name} · {t("bed", { bed: resident.bed })}
          </Title>
          <ReferralChip state={referral.state} />
          {referral.urgency === "urgent" && <StatusChip meaning="danger">{t("app:referrals.urgent")}</StatusChip>}
        </Group>
        <Banner meaning={REFERRAL_MEANING[referral.state]} role="status">
          {t(`app:referrals.next.${referral.state}`)}
          {referral.end_reason && <div>{t("app:referrals.ended", { reason: referral.end_reason })}</div>}
        </Banner>
        <dl className="nurse-facts">
          <dt>{t("app:referrals.hospital")}</dt>
          <dd>
            {[referral.hospital, referral.department].filter(Boolean).join(" · ") || t("app:referrals.draft.byDoctor")}
          </dd>
          <dt>{t("app:referrals.reason")}</dt>
          <dd className="nurse-pre">{referral.reason}</dd>
          {referral.diagnosis && (
            <>
              <dt>{t("app:referrals.diagnosis")}</dt>
              <dd>{english ? referral.diagnosis.display_en : referral.diagnosis.display_zh}</dd>
            </>
          )}
          {appointment && (
            <>
              <dt>{t("app:referrals.appointment")}</dt>
              <dd>
                <strong>{formats.dateTime(appointment.at)}</strong> ({formats.zone}) · {appointment.department}
              </dd>
              <dt>{t("app:referrals.place")}</dt>
              <dd>{appointment.place}</dd>
              {appointment.doctor && (
                <>
                  <dt>{t("app:referrals.doctor")}</dt>
                  <dd>{appointment.doctor}</dd>
                </>
              )}
              {appointment.instruction && (
                <>
                  <dt>{t("app:referrals.instruction")}</dt>
                  <dd className="nurse-pre">{appointment.instruction}</dd>
                </>
              )}
            </>
          )}
        </dl>
        <Questions referral={referral} />
        {report && (
          <section>
            <Title order={2} size="h3">
              {t("app:referrals.report")}
            </Title>
            <dl className="nurse-facts">
              <dt>{t("app:referrals.findings")}</dt>
              <dd className="nurse-pre">{report.findings}</dd>
              {report.diagnoses.length > 0 && (
                <>
                  <dt>{t("app:referrals.diagnosis")}</dt>
                  <dd>
                    {report.diagnoses.map((one) => (english ? one.display_en : one.display_zh)).join(t("separator"))}
                  </dd>
                </>
              )}
              <dt>{t("app:referrals.advice")}</dt>
              <dd className="nurse-pre">{report.advice}</dd>
            </dl>
            <Text c="dimmed">
              {t("app:referrals.reportedBy", { name: report.reported_by, time: formats.dateTime(report.reported_at) })}
            </Text>
          </section>
        )}
        {referral.allowed.includes("edit") && <DraftEditor key={referral.version} referral={referral} />}
        <HandOver referralId={referral.id} />
        <section>
          <Title order={2} size="h3">
            {t("app:referrals.rides")}
          </Title>
          {referral.transports.length === 0 && <Text c="dimmed">{t("app:referrals.noRidesHint")}</Text>}
          <ul className="nurse-plain-list">
            {referral.transports.map((ride) => (
              <li key={ride.id}>
                <Group justify="space-between">
                  <Link to={`/transports/${ride.id}`} className="nurse-inline-link">
                    {t(`app:referrals.ride.vehicles.${ride.vehicle}`)} ·{" "}
                    {t("app:referrals.ride.pickUp", { time: formats.dateTime(ride.pick_up_at) })}
                  </Link>
                  <RideChip state={ride.state} />
                </Group>
              </li>
            ))}
          </ul>
        </section>
        <Steps steps={referral.timeline} />
      </div>
      <Commands referral={referral} />
    </article>
  );
}

/** Opened by the browser, in the language that the hospital reads. */
function HandOver({ referralId }: { referralId: string }) {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={2} size="h3">
        {t("app:referrals.handOver")}
      </Title>
      <Text c="dimmed">{t("app:referrals.handOverHint")}</Text>
      <Group mt={8}>
        {(["zh", "en"] as const).map((language) => (
          <Button
            key={language}
            component="a"
            href={handOverPath(referralId, language)}
            target="_blank"
            rel="noreferrer"
            variant="default"
            size="lg"
            mih={60}
            leftSection={<IconFileTypePdf aria-hidden />}
          >
            {t(language === "zh" ? "app:referrals.handOverZh" : "app:referrals.handOverEn")}
          </Button>
        ))}
      </Group>
    </section>
  );
}

function Questions({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const answer = useAction(
    (input: { version: number; answer: string }, key) =>
      api.referrals.answer(referral.id, input.version, input.answer, key),
    {
      onSuccess: () => {
        notifications.show({ message: t("app:referrals.answered"), color: "green" });
        setText("");
        void queries.invalidateQueries({ queryKey: ["referrals"] });
      },
    },
  );
  if (referral.questions.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h3">
        {t("app:referrals.questions")}
      </Title>
      <ul className="nurse-plain-list">
        {referral.questions.map((one) => (
          <li key={one.asked_at}>
            <strong>{one.question}</strong>
            <div className="nurse-dim">
              {one.asked_by} · {formats.dateTime(one.asked_at)}
            </div>
            {one.answer && (
              <div>
                {one.answer}
                <span className="nurse-dim">
                  {" "}
                  {one.answered_by} {one.answered_at && formats.dateTime(one.answered_at)}
                </span>
              </div>
            )}
          </li>
        ))}
      </ul>
      {referral.allowed.includes("answer-information") && (
        <Stack gap="sm">
          <Textarea
            label={t("app:referrals.answer")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={saidAt(answer.error, "answer")}
            autosize
            minRows={2}
          />
          {answer.error && <ProblemAlert error={answer.error} />}
          <Group justify="flex-end">
            <PrimaryButton
              disabled={text.trim() === ""}
              loading={answer.isPending}
              onClick={() => answer.mutate({ version: referral.version, answer: text.trim() })}
            >
              {t("app:referrals.sendAnswer")}
            </PrimaryButton>
          </Group>
        </Stack>
      )}
    </section>
  );
}

/** What the home itself may do, as the relay says. */
function Commands({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [missOpen, miss] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const again = (words: string) => () => {
    notifications.show({ message: words, color: "green" });
    miss.close();
    void queries.invalidateQueries({ queryKey: ["referrals"] });
  };
  const start = useAction((version: number, key) => api.referrals.step(referral.id, "start", version, key), {
    onSuccess: again(t("app:referrals.started")),
  });
  const missed = useAction(
    (input: { version: number; reason: string }, key) =>
      api.referrals.stepBecause(referral.id, "miss-appointment", input, key),
    { onSuccess: again(t("app:referrals.missed")) },
  );
  const may = (command: string): boolean => referral.allowed.includes(command);
  const rideWanted = referral.state === "accepted" && referral.transports.every((ride) => ride.state === "cancelled");
  if (!may("start") && !may("miss-appointment") && !rideWanted) return null;
  return (
    <footer className="nurse-actions">
      {start.error && <ProblemAlert error={start.error} />}
      {may("miss-appointment") && (
        <Button variant="default" size="xl" onClick={miss.open}>
          {t("app:referrals.miss")}
        </Button>
      )}
      {may("start") && (
        <Button
          variant={rideWanted ? "default" : "filled"}
          size="xl"
          loading={start.isPending}
          onClick={() => start.mutate(referral.version)}
        >
          {t("app:referrals.start")}
        </Button>
      )}
      {rideWanted && (
        <Button
          component={Link}
          to={`/transports/new?resident=${referral.resident.id}&referral=${referral.id}`}
          size="xl"
          className="nurse-primary"
          leftSection={<IconAmbulance aria-hidden />}
        >
          {t("app:referrals.ride.ask")}
        </Button>
      )}
      <Modal opened={missOpen} onClose={miss.close} title={t("app:referrals.missTitle")} size={560}>
        <Stack>
          <ReasonStep
            label={t("app:referrals.missReason")}
            action={t("app:referrals.miss")}
            reason={reason}
            onReason={setReason}
            step={missed}
            onStep={(given) => missed.mutate({ version: referral.version, reason: given })}
            data-autofocus
          />
        </Stack>
      </Modal>
    </footer>
  );
}
