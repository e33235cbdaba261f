import type { InitialPassword } from "@yunzhen/client";
import { useFormats } from "@yunzhen/client/ui";
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copyable } from "../common/Copyable";

/** A first password, shown once: nothing but its own button closes it. */
export function InitialPasswordSheet({ made, onClose }: { made: InitialPassword; onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { name, username } = made.staff;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("passwords.accounts.shown.title", { name })}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Alert color="yellow">{t("passwords.accounts.shown.lead")}</Alert>
        <Text size="sm" c="dimmed">
          {t("passwords.accounts.shown.username")}
        </Text>
        <Copyable value={username ?? ""} label={t("passwords.accounts.shown.username")} />
        <Text size="sm" c="dimmed">
          {t("passwords.accounts.shown.password")}
        </Text>
        <div data-testid="initial-password">
          <Copyable value={made.initial_password} large label={t("passwords.accounts.shown.password")} />
        </div>
        <Text>{t("passwords.accounts.shown.until", { at: formats.dateTime(made.good_until) })}</Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("passwords.accounts.shown.done")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
