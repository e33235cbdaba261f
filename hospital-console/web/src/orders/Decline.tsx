import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { useOrder } from "./useOrder";

const REASONS = ["stock", "area", "closed", "other"] as const;

export function Decline({ order }: { order: ReturnType<typeof useOrder> }) {
  const { t } = useTranslation("app");
  const [opened, dialog] = useDisclosure(false);
  const [reason, setReason] = useState<(typeof REASONS)[number]>();
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t("orders.decline")}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t("orders.declineTitle")}
        closeButtonProps={{ "aria-label": t("app.close") }}
      >
        <Stack>
          <Text>{t("orders.declineHint")}</Text>
          <Radio.Group
            label={t("orders.declineReason")}
            value={reason ?? null}
            onChange={(value) => setReason(value as typeof reason)}
          >
            <Stack gap="xs" mt="xs">
              {REASONS.map((value) => (
                <Radio key={value} value={value} label={t(`orders.reasons.${value}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {order.decline.isError && <ProblemAlert error={order.decline.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {t("app.cancel")}
            </Button>
            <Button
              disabled={!reason}
              loading={order.decline.isPending}
              onClick={() => reason && order.decline.mutate(t(`orders.reasons.${reason}`), { onSuccess: dialog.close })}
            >
              {t("orders.declineConfirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
