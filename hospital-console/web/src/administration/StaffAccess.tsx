import type { Staff } from "@yunzhen/client";
import { ActionIcon, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBuildingHospital, IconDotsVertical, IconId, IconLogout, IconRestore } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAccountMenu } from "../passwords/useAccountMenu";
import { ConfirmSheet } from "../account/ConfirmSheet";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { IdentitySheet } from "../openid/IdentitySheet";
import { BadgeSheet } from "./BadgeSheet";

/** What an administrator does for somebody who lost a telephone, or is not to be there any more. */
export function StaffAccess({ staff }: { staff: Staff }) {
  const { t } = useTranslation("app");
  const [asked, setAsked] = useState<"signOut" | "reset" | "badge" | "identity">();
  const providers = useQuery({
    queryKey: keys.identityProviders,
    queryFn: () => api.ownAccess.identityProviders(),
  });
  const { name } = staff;
  const account = useAccountMenu(staff);
  const done = (first?: string) => (answer: { ended: number }) => {
    setAsked(undefined);
    const ended = t("account.admin.ended", { count: answer.ended });
    notifications.show(first === undefined ? { message: ended } : { title: first, message: ended });
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" size={36} aria-label={t("account.admin.menu", { name })}>
            <IconDotsVertical size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {account.items}
          <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => setAsked("signOut")}>
            {t("account.admin.signOut")}
          </Menu.Item>
          <Menu.Item leftSection={<IconRestore size={18} aria-hidden />} onClick={() => setAsked("reset")}>
            {t("account.admin.reset")}
          </Menu.Item>
          {staff.role === "nurse" && (
            <Menu.Item leftSection={<IconId size={18} aria-hidden />} onClick={() => setAsked("badge")}>
              {t("account.admin.badge")}
            </Menu.Item>
          )}
          {providers.data && providers.data.items.length > 0 && (
            <Menu.Item
              leftSection={<IconBuildingHospital size={18} aria-hidden />}
              onClick={() => setAsked("identity")}
            >
              {t("openId.admin.menu")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asked === "identity" && providers.data && (
        <IdentitySheet staff={staff} providers={providers.data.items} onClose={() => setAsked(undefined)} />
      )}
      {asked === "signOut" && (
        <ConfirmSheet
          title={t("account.admin.signOutTitle")}
          lead={t("account.admin.signOutLead", { name })}
          confirm={t("account.admin.signOut")}
          run={() => api.ownAccess.endSessionsOf(staff.id)}
          onDone={done()}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "badge" && <BadgeSheet name={name} onClose={() => setAsked(undefined)} />}
      {asked === "reset" && (
        <ConfirmSheet
          title={t("account.admin.resetTitle")}
          lead={t("account.admin.resetLead", { name })}
          confirm={t("account.admin.reset")}
          run={() => api.ownAccess.resetSecondFactor(staff.id)}
          onDone={done(t("account.admin.resetDone", { name }))}
          onClose={() => setAsked(undefined)}
        />
      )}
      {account.sheets}
    </>
  );
}
