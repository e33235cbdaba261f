import { newBadge } from "@yunzhen/client";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TwoDCode } from "../common/TwoDCode";
import classes from "./badge.module.css";

/** A badge for somebody who works at a shared tablet. Made here, printed, and kept nowhere: it opens what its nurse shows it to beside her password, for a shift. */
export function BadgeSheet({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("app");
  const [code] = useState(() => newBadge(crypto.getRandomValues(new Uint8Array(26))));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("account.admin.badgeTitle", { name })}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <Stack>
        <Text>{t("account.admin.badgeLead")}</Text>
        <div className={classes.badge} data-testid="badge">
          <TwoDCode content={code} label={t("account.admin.badgeCode")} width={180} />
          <Text fw={600} size="lg">
            {name}
          </Text>
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.close")}
          </Button>
          <Button leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            {t("account.admin.badgePrint")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
