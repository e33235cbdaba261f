import type { InitialPassword } from "@yunzhen/client";
import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../common/keys";
import { InitialPasswordSheet } from "./InitialPasswordSheet";
import { NewStaffSheet } from "./NewStaffSheet";

/** Another account, and then its first password. */
export function NewStaffButton() {
  const { t } = useTranslation("app");
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<InitialPassword>();
  return (
    <>
      <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setOpen(true)}>
        {t("passwords.accounts.add")}
      </Button>
      {open && (
        <NewStaffSheet
          onMade={(password) => {
            setOpen(false);
            setMade(password);
            void queries.invalidateQueries({ queryKey: keys.staff });
          }}
          onClose={() => setOpen(false)}
        />
      )}
      {made && <InitialPasswordSheet made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}
