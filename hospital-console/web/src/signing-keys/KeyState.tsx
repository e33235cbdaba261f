import type { Licence, LicenceGap, Meaning, SigningKey, SigningKeyState } from "@yunzhen/client";
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

interface LicenceLineProps {
  number: string | undefined;
  record: Licence | undefined;
  /** Why its holder can sign nothing today. Absent for who signs nothing anyway. */
  gap: LicenceGap | undefined;
}

/** What is known of a licence: the same sentence on every page. */
export function LicenceLine({ number, record, gap }: LicenceLineProps) {
  const licence = known(number, record);
  if (licence.what === "record") return <Recorded licence={licence.record} gap={gap} />;
  if (licence.what === "nothing") return <Missing what="nothing" stops={gap !== undefined} />;
  return (
    <>
      <Text>{licence.number}</Text>
      <Missing what="numberOnly" stops={gap !== undefined} />
    </>
  );
}

/** What is not on record. Where it stops a signature somebody has to record it. */
function Missing({ what, stops }: { what: "nothing" | "numberOnly" | "noEnd"; stops: boolean }) {
  const { t } = useTranslation("app");
  if (stops) return <StatusChip meaning="person">{t(`signingKeys.licence.signsNothing.${what}`)}</StatusChip>;
  return (
    <Text size="sm" c="dimmed">
      {t(`signingKeys.licence.${what}`)}
    </Text>
  );
}

function Recorded({ licence, gap }: { licence: Licence; gap: LicenceGap | undefined }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { valid_until, standing } = licence;
  const day = valid_until ? formats.date(valid_until) : "";
  return (
    <>
      <Text>{licence.number}</Text>
      {!valid_until && <Missing what="noEnd" stops={gap === "no_end"} />}
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
