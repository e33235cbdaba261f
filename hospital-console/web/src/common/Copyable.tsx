import { ActionIcon, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** A value to pass on: readable, selectable, one press to copy. */
export function Copyable({ value, large = false, label }: { value: string; large?: boolean; label: string }) {
  const { t } = useTranslation("app");
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Text
        fw={large ? 700 : 500}
        fz={large ? 32 : "sm"}
        lh={1.2}
        style={{ overflowWrap: "anywhere", letterSpacing: large ? "0.08em" : undefined }}
      >
        {value}
      </Text>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("app.copied") : t("app.copy")}>
            <ActionIcon variant="default" size="lg" onClick={copy} aria-label={`${t("app.copy")}: ${label}`}>
              {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
