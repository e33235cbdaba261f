import { Alert, Button, CopyButton, Group, Modal, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./codes.module.css";

/** Recovery codes, shown once and on one list only, which alone is printed: nothing but its own button closes it. */
export function CodesSheet({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("account.codes.title")}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Alert color="yellow">{t("account.codes.lead")}</Alert>
        <SimpleGrid cols={2} spacing="xs" className={classes.codes} data-testid="recovery-codes">
          {codes.map((code) => (
            <Text key={code} ff="monospace" fw={600}>
              {code}
            </Text>
          ))}
        </SimpleGrid>
        <Group justify="space-between">
          <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            {t("account.codes.print")}
          </Button>
          <CopyButton value={codes.join("\n")}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
                onClick={copy}
              >
                {copied ? t("app.copied") : t("account.codes.copy")}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t("account.codes.kept")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
