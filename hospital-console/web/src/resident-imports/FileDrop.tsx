import { Button, Group, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import classes from "./import.module.css";

/** One file, dropped or chosen. The button is the way without a mouse. */
export function FileDrop({ name, onFile }: { name?: string; onFile: (file: File) => void }) {
  const { t } = useTranslation("app");
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  return (
    <div
      className={`${classes.drop} ${over ? classes.over : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      data-testid="import-drop"
    >
      <IconFileUpload size={32} stroke={1.5} color="var(--yz-dimmed)" aria-hidden />
      <div>
        <Text fw={600}>{name ?? t("residentImports.drop")}</Text>
        <Text size="sm" c="dimmed">
          {t("residentImports.dropHint")}
        </Text>
      </div>
      <Group ml="auto">
        <Button variant={name ? "default" : "filled"} onClick={() => input.current?.click()}>
          {name ? t("residentImports.chooseOther") : t("residentImports.choose")}
        </Button>
      </Group>
      <input
        ref={input}
        type="file"
        accept=".csv,.json,text/csv,application/json,application/fhir+json"
        hidden
        aria-hidden
        tabIndex={-1}
        data-testid="import-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same file, mended, must be heard of again.
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </div>
  );
}
