import { Button, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconLock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { PasswordForm } from "./PasswordForm";

/** The own password, on the account's page; not for who comes in by the hospital's identity provider only, whose password opens nothing. */
export function PasswordPanel() {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const factor = useQuery({ queryKey: keys.account.secondFactor, queryFn: () => api.ownAccess.secondFactor() });
  const identities = useQuery({ queryKey: keys.account.identities, queryFn: () => api.ownAccess.identities() });
  const close = () => setOpen(false);
  const done = () => {
    close();
    void queries.invalidateQueries({ queryKey: keys.account.all });
    notifications.show({ message: t("passwords.changed") });
  };
  if (identities.data?.items.some((identity) => identity.only)) return null;
  return (
    <Section title={t("passwords.title")} icon={<IconLock size={20} aria-hidden />}>
      <Stack gap="sm" align="flex-start">
        <Text>{t("passwords.lead")}</Text>
        <Button variant="default" onClick={() => setOpen(true)}>
          {t("passwords.change")}
        </Button>
      </Stack>
      {open && (
        <Modal opened onClose={close} title={t("passwords.change")} closeButtonProps={{ "aria-label": t("app.close") }}>
          <PasswordForm
            present={t("passwords.present")}
            withCode={factor.data?.set_up_at !== undefined}
            onDone={done}
            onCancel={close}
          />
        </Modal>
      )}
    </Section>
  );
}
