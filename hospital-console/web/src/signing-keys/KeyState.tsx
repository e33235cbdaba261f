import type { Licence, Meaning, SigningKey, SigningKeyState } from "@yunzhen/client";
import { StatusChip, useFormats } from "@yunzhen/client/ui";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { known } from "../administration/licences";

const MEANING: Record<SigningKeyState, Meaning> = {
  requested: "person",
  approved: "done",
  refused: "danger",
  revoked: "danger",
};

/** Where a key stands, who decided so, and why. */
export function KeyState({ signingKey }: { signingKey: SigningKey }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { decided_at, decided_by, revoked_at, reason } = signingKey;
  return (
    <>
      <StatusChip meaning={MEANING[signingKey.state]}>{t(`signingKeys.mine.state.${signingKey.state}`)}</StatusChip>
      {decided_at && decided_by && (
        <Text size="sm" c="dimmed" mt={4}>
          {t("signingKeys.decided", { who: decided_by.name, time: formats.dateTime(decided_at) })}
        </Text>
      )}
      {revoked_at && (
        <Text size="sm" c="dimmed" mt={4}>
          {t("signingKeys.revokedAt", { time: formats.dateTime(revoked_at) })}
        </Text>
      )}
      {reason && (
        <Text size="sm" mt={4} style={{ overflowWrap: "anywhere" }}>
          {reason}
        </Text>
      )}
    </>
  );
}

/** What is known of a licence: the same sentence on every page. */
export function LicenceLine({ number, record }: { number: string | undefined; record: Licence | undefined }) {
  const { t } = useTranslation("app");
  const licence = known(number, record);
  if (licence.what === "nothing") return <Text c="dimmed">{t("signingKeys.licence.none")}</Text>;
  if (licence.what === "record") return <Recorded licence={licence.record} />;
  return (
    <>
      <Text>{licence.number}</Text>
      <Text size="sm" c="dimmed">
        {t("signingKeys.licence.numberOnly")}
      </Text>
    </>
  );
}

function Recorded({ licence }: { licence: Licence }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { valid_until, standing } = licence;
  const day = valid_until ? formats.date(valid_until) : "";
  return (
    <>
      <Text>{licence.number}</Text>
      {!valid_until && (
        <Text size="sm" c="dimmed">
          {t("signingKeys.licence.noEnd")}
        </Text>
      )}
      {valid_until && standing === "good" && (
        <Text size="sm" c="dimmed">
          {t("signingKeys.licence.until", { day })}
        </Text>
      )}
      {standing === "ends" && <StatusChip meaning="person">{t("signingKeys.licence.ends", { day })}</StatusChip>}
      {standing === "over" && <StatusChip meaning="danger">{t("signingKeys.licence.over", { day })}</StatusChip>}
    </>
  );
}
