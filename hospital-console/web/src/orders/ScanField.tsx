import { parseGs1, type PrescriptionItem, type Stock } from "@yunzhen/client";
import { besideCamera } from "@yunzhen/client/ui";
import { TextInput } from "@mantine/core";
import { IconScan } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { printable, scanned, type Pick } from "./pick";

interface Props {
  items: readonly PrescriptionItem[];
  picks: readonly Pick[];
  stock: readonly Stock[];
  today: string;
  onPicks: (picks: readonly Pick[]) => void;
}

/** Where a scanner types: it is a keyboard that ends with Enter. What it, or the camera, read is told here, in words. */
export function ScanField({ items, picks, stock, today, onPicks }: Props) {
  const { t } = useTranslation("app");
  const [text, setText] = useState("");
  // What was said holds for the list as it was then: any change by hand, another product too, makes it a word of the step before.
  const [last, setLast] = useState<{ of: readonly Pick[]; error?: string; note?: string }>();
  const said = last?.of === picks ? last : undefined;
  const read = (code: string) => {
    const result = parseGs1(code, today);
    // Whatever was read, the next code begins in an empty field.
    setText("");
    if (!result.ok) {
      if (result.problem === "empty") return;
      const problem = t(`orders.scan.problem.${result.problem}`);
      setLast({ of: picks, error: t("orders.scan.read", { problem, code: printable(code) }) });
      return;
    }
    const { batch, expiry } = result.code;
    const found = scanned(result.code, items, picks, stock);
    if (!found.ok) {
      setLast({ of: picks, error: t(`orders.scan.problem.${found.problem}`, { batch, expiry }) });
      return;
    }
    onPicks(found.picks);
    setLast({
      of: found.picks,
      note: t(found.by === "article" ? "orders.scan.done" : "orders.scan.doneByBatch", { batch, no: found.item_no }),
    });
  };
  return (
    <TextInput
      label={t("orders.scan.label")}
      placeholder="(01)…(17)…(10)…"
      data-testid="scan"
      mb="sm"
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconScan size={18} aria-hidden />}
      value={text}
      error={said?.error}
      description={said?.note ?? t("orders.scan.hint")}
      inputWrapperOrder={["label", "input", "description", "error"]}
      inputContainer={besideCamera({
        label: t("shared:scan.camera"),
        short: t("shared:call.camera"),
        close: t("shared:action.close"),
        size: "sm",
        onCode: read,
      })}
      onChange={(event) => {
        setText(event.currentTarget.value);
        setLast(undefined);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        // The scanner's Enter ends its code and not the order.
        event.preventDefault();
        read(text);
      }}
    />
  );
}
