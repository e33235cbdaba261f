import type { QueuePlace } from "@yunzhen/client";
import { useTranslation } from "react-i18next";

/** Where an urgent request stands and how long it will take, asked again while it waits. */
export function QueueWords({ place }: { place: QueuePlace }) {
  const { t } = useTranslation();
  const wait = place.expected_wait_minutes;
  return (
    <span data-testid="queue-place">
      {t("app:urgent.urgentAt.queue", { n: place.position })}
      {" · "}
      {wait === undefined ? t("app:urgent.urgentAt.noWait") : t("app:urgent.urgentAt.wait", { n: wait })}
    </span>
  );
}
