import { Button, Drawer, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

const REASONS = ["nobody", "closed", "address", "damaged", "temperature", "other"] as const;

/** From below, under the thumb: one press is the answer. */
export function ReasonSheet({ onClose, onChoose }: { onClose: () => void; onChoose: (reason: string) => void }) {
  const { t } = useTranslation("app");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      size="auto"
      title={t("deliveries.reason.title")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack gap="sm">
        {REASONS.map((reason) => (
          <Button
            key={reason}
            variant="default"
            size="xl"
            fullWidth
            onClick={() => onChoose(t(`deliveries.reason.${reason}`))}
          >
            {t(`deliveries.reason.${reason}`)}
          </Button>
        ))}
      </Stack>
    </Drawer>
  );
}

export function GiveBackSheet({ onClose, onConfirm }: { onClose: () => void; onConfirm: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      size="auto"
      title={t("deliveries.act.give-back")}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack gap="sm">
        <Text>{t("deliveries.giveBackTitle")}</Text>
        <Button size="xl" fullWidth onClick={onConfirm}>
          {t("deliveries.giveBackConfirm")}
        </Button>
        <Button size="xl" fullWidth variant="default" onClick={onClose}>
          {t("app.cancel")}
        </Button>
      </Stack>
    </Drawer>
  );
}
