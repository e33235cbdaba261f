import type { DeclineCode } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { useOrder } from "./useOrder";

const CODES: readonly DeclineCode[] = ["out_of_stock", "closed", "cannot_deliver", "query_open", "other"];

export function Decline({ order }: { order: ReturnType<typeof useOrder> }) {
  const { t } = useTranslation("app");
  const [opened, dialog] = useDisclosure(false);
  const [code, setCode] = useState<DeclineCode>();
  const [reason, setReason] = useState("");
  const words = code === "other";
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
            value={code ?? null}
            onChange={(value) => setCode(value as DeclineCode)}
          >
            <Stack gap="xs" mt="xs">
              {CODES.map((value) => (
                <Radio key={value} value={value} label={t(`shared:parcel.filling.declined.${value}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {words && (
            <Textarea
              label={t("orders.declineWords")}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {order.decline.isError && <ProblemAlert error={order.decline.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {t("app.cancel")}
            </Button>
            <Button
              disabled={!code || (words && reason.trim() === "")}
              loading={order.decline.isPending}
              onClick={() =>
                code &&
                order.decline.mutate({ code, reason: words ? reason.trim() : undefined }, { onSuccess: dialog.close })
              }
            >
              {t("orders.declineConfirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
