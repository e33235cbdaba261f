import type { InitialPassword, Staff } from "@yunzhen/client";
import { Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconLockOpen, IconUserCheck, IconUserOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmSheet } from "../account/ConfirmSheet";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { InitialPasswordSheet } from "./InitialPasswordSheet";

/** What an administrator does with somebody's account: lines of a menu, and the sheets that they open. */
export function useAccountMenu(staff: Staff): { items: ReactNode; sheets: ReactNode } {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [asked, setAsked] = useState<"reset" | "close" | "reopen">();
  const [made, setMade] = useState<InitialPassword>();
  const { name } = staff;
  const end = () => setAsked(undefined);
  const changed = () => {
    end();
    void queries.invalidateQueries({ queryKey: keys.staff });
  };
  const shown = (password: InitialPassword) => {
    changed();
    setMade(password);
  };
  const items = staff.closed ? (
    <Menu.Item leftSection={<IconUserCheck size={18} aria-hidden />} onClick={() => setAsked("reopen")}>
      {t("passwords.accounts.reopen")}
    </Menu.Item>
  ) : (
    <>
      <Menu.Item leftSection={<IconLockOpen size={18} aria-hidden />} onClick={() => setAsked("reset")}>
        {t("passwords.accounts.reset")}
      </Menu.Item>
      <Menu.Item leftSection={<IconUserOff size={18} aria-hidden />} onClick={() => setAsked("close")}>
        {t("passwords.accounts.close")}
      </Menu.Item>
    </>
  );
  const sheets = (
    <>
      {asked === "reset" && (
        <ConfirmSheet
          title={t("passwords.accounts.resetTitle")}
          lead={t("passwords.accounts.resetLead", { name })}
          confirm={t("passwords.accounts.reset")}
          run={() => api.staffAccounts.resetPassword(staff.id)}
          onDone={shown}
          onClose={end}
        />
      )}
      {asked === "close" && (
        <ConfirmSheet
          title={t("passwords.accounts.closeTitle")}
          lead={t("passwords.accounts.closeLead", { name })}
          confirm={t("passwords.accounts.close")}
          run={() => api.staffAccounts.close(staff.id)}
          onDone={() => {
            changed();
            notifications.show({ message: t("passwords.accounts.closedNow", { name }) });
          }}
          onClose={end}
        />
      )}
      {asked === "reopen" && (
        <ConfirmSheet
          title={t("passwords.accounts.reopenTitle")}
          lead={t("passwords.accounts.reopenLead", { name })}
          confirm={t("passwords.accounts.reopen")}
          run={() => api.staffAccounts.reopen(staff.id)}
          onDone={shown}
          onClose={end}
        />
      )}
      {made && <InitialPasswordSheet made={made} onClose={() => setMade(undefined)} />}
    </>
  );
  return { items, sheets };
}
