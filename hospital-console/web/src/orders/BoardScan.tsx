import type { Delivery, PrescriptionSummary } from "@yunzhen/client";
import { ScanButton } from "@yunzhen/client/ui";
import { Group, TextInput } from "@mantine/core";
import { IconScan } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { orderOf } from "./board-scan";

/** A label leads to its order: by a wedge scanner, which types and ends with Enter, or by the camera. */
export function BoardScan({
  orders,
  parcels,
}: {
  orders: readonly PrescriptionSummary[];
  parcels: readonly Delivery[];
}) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const read = (code: string) => {
    if (code.trim() === "") return;
    const found = orderOf(code, orders, parcels);
    setText("");
    if (found.ok) void navigate(`/orders/${found.prescriptionId}`);
    else setError(t(`orders.boardScan.${found.problem}`));
  };
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        aria-label={t("orders.boardScan.label")}
        placeholder={t("orders.boardScan.label")}
        data-testid="board-scan"
        autoComplete="off"
        spellCheck={false}
        leftSection={<IconScan size={18} aria-hidden />}
        value={text}
        error={error}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setError(undefined);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") read(text);
        }}
        w={220}
      />
      <ScanButton label={t("orders.boardScan.camera")} close={t("shared:action.close")} size="sm" onCode={read} />
    </Group>
  );
}
