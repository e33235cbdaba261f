import { isAtLeast, type SigningByCall } from "@yunzhen/client";
import { useTranslation } from "react-i18next";

/** Why what the call shows is not enough to sign by, in words; nothing while it is. The relay decides again when it is signed. */
export function useCallObstacle(signing: SigningByCall | undefined): string | undefined {
  const { t } = useTranslation("app");
  if (!signing || signing.enough) return undefined;
  const { apart, last, held, least_rung, held_seconds, connected_seconds, least_connected_seconds } = signing;
  if (connected_seconds < least_connected_seconds) {
    return t("prescriptions.review.callTooShort", { least: least_connected_seconds, had: connected_seconds });
  }
  if (apart) return t("prescriptions.review.callApart", { least: t(`shared:rung.${least_rung}`) });
  const best = last && held ? (isAtLeast(last, held) ? last : held) : (last ?? held);
  return t("prescriptions.review.callTooLow", {
    shown: best ? t(`shared:rung.${best}`) : t("shared:timeline.nothing"),
    least: t(`shared:rung.${least_rung}`),
    seconds: held_seconds,
  });
}
