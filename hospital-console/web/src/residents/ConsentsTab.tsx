import type { Consent, ConsentText } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Text } from "@mantine/core";
import { IconBan, IconFileCheck, IconFileOff, IconFileText } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Section } from "../common/Section";
import { MEANING, ofKind, standingOf, viewBoxOf } from "./consents";
import classes from "./ResidentRecord.module.css";

const ICON = { in_force: IconFileCheck, outdated: undefined, revoked: IconBan, missing: IconFileOff };

/** Each kind of consent by itself: in force, outdated, taken back or never given, and every signature behind it. */
export function ConsentsTab({ residentId }: { residentId: string }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const [shown, setShown] = useState<Consent>();
  const query = useQuery({
    queryKey: ["residents", "consents", residentId],
    queryFn: () => api.consents.of(residentId),
  });
  if (query.isPending) return <Skeletons shape="card" count={5} />;
  if (!query.data) {
    return (
      <div className={classes.pad}>
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  const consents = query.data;
  if (consents.now.length === 0 && consents.history.length === 0) {
    return (
      <EmptyState icon={IconFileOff} title={t("residents.consents.none")} hint={t("residents.consents.noneHint")} />
    );
  }
  return (
    <div className={classes.sections}>
      {consents.now.map((state) => {
        const standing = standingOf(state, consents.history);
        return (
          <Section
            key={state.kind}
            title={t(`residents.consents.kind.${state.kind}`)}
            aside={
              <StatusChip meaning={MEANING[standing]} icon={ICON[standing]}>
                {t(`residents.consents.standing.${standing}`)}
              </StatusChip>
            }
          >
            {standing === "missing" && (
              <Text size="sm" c="dimmed">
                {t("residents.consents.missingHint")}
              </Text>
            )}
            {standing === "outdated" && <Text size="sm">{t("residents.consents.outdatedHint")}</Text>}
            <ul className={classes.rows}>
              {ofKind(consents, state.kind).map((consent) => (
                <li key={consent.id}>
                  <Group justify="space-between" wrap="nowrap" align="flex-start">
                    <div>
                      <Text size="sm">
                        {t("residents.consents.given", {
                          time: formats.dateTime(consent.given_at),
                          name: consent.giver_name,
                          giver: t(`residents.consents.giver.${consent.giver}`),
                        })}
                      </Text>
                      {consent.revoked_at && (
                        <Text size="sm" c="var(--yz-danger-text)">
                          {t("residents.consents.revoked", {
                            time: formats.dateTime(consent.revoked_at),
                            reason: consent.revoke_reason ?? "",
                          })}
                        </Text>
                      )}
                    </div>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      style={{ flex: "none" }}
                      leftSection={<IconFileText size={16} aria-hidden />}
                      onClick={() => setShown(consent)}
                      aria-label={`${t("residents.consents.show")}: ${t(`residents.consents.kind.${consent.kind}`)} ${formats.dateTime(consent.given_at)}`}
                    >
                      {t("residents.consents.show")}
                    </Button>
                  </Group>
                </li>
              ))}
            </ul>
          </Section>
        );
      })}
      {shown && <SignedText consent={shown} onClose={() => setShown(undefined)} />}
    </div>
  );
}

/** The words as they were shown when they were signed, with the signature. */
function SignedText({ consent, onClose }: { consent: Consent; onClose: () => void }) {
  const { t, i18n } = useTranslation("app");
  const formats = useFormats();
  const texts = useQuery({ queryKey: ["consent-texts"], queryFn: () => api.consents.texts(), staleTime: Infinity });
  const text: ConsentText | undefined = texts.data?.items.find(
    (one) => one.kind === consent.kind && one.version === consent.text_version,
  );
  const label = t("residents.consents.signature", { name: consent.giver_name });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`residents.consents.kind.${consent.kind}`)}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      {texts.isPending && <Skeletons shape="card" count={2} />}
      {texts.isError && <ProblemAlert error={texts.error} onRetry={() => void texts.refetch()} />}
      {text && <Text className={classes.note}>{i18n.language.startsWith("zh") ? text.zh : text.en}</Text>}
      <Text size="sm" c="dimmed" my="sm">
        {t("residents.consents.version", { version: consent.text_version })} ·{" "}
        {t("residents.consents.witness", { name: consent.witness_name })} ·{" "}
        {t("residents.consents.received", { time: formats.dateTime(consent.received_at) })}
      </Text>
      {"svg_path" in consent.signature ? (
        <svg
          viewBox={viewBoxOf(consent.signature.svg_path)}
          role="img"
          aria-label={label}
          className={classes.signature}
        >
          <path
            d={consent.signature.svg_path}
            fill="none"
            stroke="currentColor"
            strokeWidth={3}
            strokeLinecap="round"
          />
        </svg>
      ) : (
        <img src={`data:image/png;base64,${consent.signature.png}`} alt={label} className={classes.signature} />
      )}
    </Modal>
  );
}
