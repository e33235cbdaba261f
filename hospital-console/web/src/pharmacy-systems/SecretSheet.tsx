import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copyable } from "../common/Copyable";

export interface Secret {
  kind: "credential" | "signing";
  value: string;
}

/** A secret, shown once: nothing but its own button closes it. */
export function SecretSheet({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { t } = useTranslation("app");
  const label = t(`pharmacySystems.secret.${secret.kind}`);
  return (
    <Modal
      opened
      onClose={onClose}
      title={label}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <div data-testid="secret">
          <Copyable value={secret.value} label={label} />
        </div>
        <Alert color="yellow">{t("pharmacySystems.secret.once")}</Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("pharmacySystems.secret.saved")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
