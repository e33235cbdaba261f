import { Button, Group, Modal, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconBan, IconSignature } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Consent, ConsentKind, ConsentState, Resident } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, StatusChip, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLink, useOffline } from "../box/box-context";
import { saidAt } from "../said-at";
import { viewBoxOf } from "./signature-path";
import { TakeConsents } from "./take-consents";
import { CONSENT_KINDS, openKinds, revokedLast } from "./texts";

/** Each kind as it stands, and below it every signature that there ever was. */
export function ConsentsPanel({ resident }: { resident: Resident }) {
  const { t } = useTranslation();
  const api = useApi();
  const offline = useOffline();
  const { online } = useLink();
  const [taking, setTaking] = useState<ConsentKind[]>();
  const [revoking, setRevoking] = useState<Consent>();
  const consents = useQuery({
    queryKey: ["residents", resident.id, "consents"],
    queryFn: () => api.consents.of(resident.id),
  });
  // Without the link the chart still knows how each kind stands, only not who signed.
  const now = consents.data?.now ?? resident.consents;
  const history = consents.data?.history ?? [];
  const open = openKinds(now);
  return (
    <>
      {offline && (
        <Banner meaning="person" role="status">
          {t("app:consents.offline")}
        </Banner>
      )}
      <ul className="nurse-plain-list">
        {CONSENT_KINDS.map((kind) => {
          const state = now.find((one) => one.kind === kind);
          const inForce = history.find((one) => one.kind === kind && !one.revoked_at && state?.in_force);
          return (
            <li key={kind} className="nurse-consent-row">
              <div>
                <strong>{t(`app:consents.kind.${kind}`)}</strong>
                <StandingLine
                  state={state}
                  consent={inForce}
                  revoked={revokedLast(kind, state, history)}
                  historyKnown={consents.data !== undefined}
                />
              </div>
              <Group gap="sm" wrap="nowrap">
                {inForce && (
                  <Button variant="default" size="lg" disabled={!online} onClick={() => setRevoking(inForce)}>
                    {t("app:consents.revoke")}
                  </Button>
                )}
                {open.includes(kind) && (
                  <Button size="lg" variant="light" disabled={!online} onClick={() => setTaking([kind])}>
                    {t(state?.outdated ? "app:consents.signAgain" : "app:consents.signOne")}
                  </Button>
                )}
              </Group>
            </li>
          );
        })}
      </ul>
      {open.length > 1 && (
        <Group justify="flex-end">
          <Button
            size="xl"
            leftSection={<IconSignature aria-hidden />}
            disabled={!online}
            onClick={() => setTaking(open)}
          >
            {t("app:consents.signAll", { n: open.length })}
          </Button>
        </Group>
      )}
      <section>
        <Title order={2} size="h3">
          {t("app:consents.history")}
        </Title>
        {consents.data === undefined ? (
          offline ? (
            <Text c="dimmed">{t("app:consents.historyOffline")}</Text>
          ) : consents.isError ? (
            <ProblemAlert error={consents.error} onRetry={() => void consents.refetch()} />
          ) : (
            <Skeletons shape="rows" count={2} />
          )
        ) : history.length === 0 ? (
          <Text c="dimmed">{t("app:consents.noHistory")}</Text>
        ) : (
          <ul className="nurse-plain-list">
            {history.map((consent) => (
              <HistoryItem key={consent.id} consent={consent} />
            ))}
          </ul>
        )}
      </section>
      {taking && <TakeConsents resident={resident} kinds={taking} onClose={() => setTaking(undefined)} />}
      {revoking && <Revoke consent={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function StandingLine({
  state,
  consent,
  revoked,
  historyKnown,
}: {
  state: ConsentState | undefined;
  consent: Consent | undefined;
  revoked: Consent | undefined;
  /** Without the link nobody can say whether it was never signed or taken back. */
  historyKnown: boolean;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!state?.in_force) {
    return (
      <div>
        {revoked?.revoked_at ? (
          <StatusChip meaning="danger" icon={IconBan}>
            {t("app:consents.state.revoked", { time: formats.dateTime(revoked.revoked_at) })}
          </StatusChip>
        ) : (
          <StatusChip meaning="waiting">
            {t(historyKnown ? "app:consents.state.none" : "app:consents.state.notInForce")}
          </StatusChip>
        )}
      </div>
    );
  }
  return (
    <Group gap="xs">
      <StatusChip meaning="done">
        {state.given_at
          ? t("app:consents.state.since", { time: formats.dateTime(state.given_at) })
          : t("app:consents.state.given")}
      </StatusChip>
      {consent && (
        <span className="nurse-dim">
          {consent.giver_name}
          {consent.giver_relation && `（${consent.giver_relation}）`}
        </span>
      )}
      {state.outdated && <StatusChip meaning="person">{t("app:consents.state.outdated")}</StatusChip>}
    </Group>
  );
}

function HistoryItem({ consent }: { consent: Consent }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const drawn = "svg_path" in consent.signature ? consent.signature.svg_path : undefined;
  const label = t("app:consents.signatureOf", { name: consent.giver_name });
  return (
    <li className="nurse-consent-row">
      <div>
        <strong>{t(`app:consents.kind.${consent.kind}`)}</strong>{" "}
        <span className="nurse-dim">{t("app:consents.textVersion", { n: consent.text_version })}</span>
        <div>
          {consent.giver_name}
          {consent.giver_relation && `（${consent.giver_relation}）`} · {formats.dateTime(consent.given_at)} ·{" "}
          {t("app:consents.witness", { name: consent.witness_name })}
        </div>
        {consent.revoked_at && (
          <div className="nurse-revoked">
            {t("app:consents.revokedAt", {
              time: formats.dateTime(consent.revoked_at),
              reason: consent.revoke_reason ?? "",
            })}
          </div>
        )}
      </div>
      {drawn === undefined ? (
        "png" in consent.signature && (
          <img src={`data:image/png;base64,${consent.signature.png}`} alt={label} className="nurse-signature-small" />
        )
      ) : (
        <svg viewBox={viewBoxOf(drawn)} role="img" aria-label={label} className="nurse-signature-small">
          <path d={drawn} className="nurse-signature-ink" />
        </svg>
      )}
    </li>
  );
}

function Revoke({ consent, onClose }: { consent: Consent; onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const revoke = useAction(
    (input: { version: number; reason: string }, key) =>
      api.consents.revoke(consent.id, input.version, input.reason, key),
    {
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: ["residents"] });
        onClose();
      },
    },
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("app:consents.revokeTitle", { kind: t(`app:consents.kind.${consent.kind}`) })}
      size={640}
    >
      <Stack>
        <Text>{t("app:consents.revokeHint")}</Text>
        <Textarea
          label={t("app:consents.revokeReason")}
          required
          maxLength={500}
          minRows={3}
          autosize
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={saidAt(revoke.error, "reason")}
          data-autofocus
        />
        {revoke.error && <ProblemAlert error={revoke.error} />}
        <Group justify="flex-end">
          <Button variant="default" size="xl" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button
            size="xl"
            color="red"
            disabled={reason.trim() === ""}
            loading={revoke.isPending}
            onClick={() => revoke.mutate({ version: consent.version, reason: reason.trim() })}
          >
            {t("app:consents.revokeConfirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
