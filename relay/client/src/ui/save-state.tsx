import {
  IconAlertTriangle,
  IconCheck,
  IconChecks,
  IconCloudUpload,
  IconDeviceTablet,
  IconLoader2,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { StatusChip } from "./status";

/** Typed text: `dirty` → `saving` → `saved`, or `failed`. */
export type SaveStateValue = "saved" | "dirty" | "saving" | "failed";

export function SaveState({ state }: { state: SaveStateValue }) {
  const { t } = useTranslation();
  const icon = { saved: IconCheck, dirty: IconLoader2, saving: IconLoader2, failed: IconAlertTriangle }[state];
  const meaning = { saved: "done", dirty: "waiting", saving: "waiting", failed: "danger" } as const;
  return (
    <span role="status">
      <StatusChip meaning={meaning[state]} icon={icon}>
        {t(`save.${state}`)}
      </StatusChip>
    </span>
  );
}

/** What a nurse wrote, on its way: saved here, sent, received by the hospital. */
export type SpoolStateValue = "saved" | "sent" | "received" | "refused";

export function SpoolState({ state, count }: { state: SpoolStateValue; count?: number }) {
  const { t } = useTranslation();
  const icon = { saved: IconDeviceTablet, sent: IconCloudUpload, received: IconChecks, refused: IconAlertTriangle }[
    state
  ];
  const meaning = { saved: "person", sent: "waiting", received: "done", refused: "danger" } as const;
  const word = { saved: "spoolSaved", sent: "spoolSent", received: "spoolReceived", refused: "spoolRefused" }[state];
  return (
    <StatusChip meaning={meaning[state]} icon={icon}>
      {t(`save.${word}`)}
      {count !== undefined && ` ${count}`}
    </StatusChip>
  );
}
