import { EmptyState } from "@yunzhen/client/ui";
import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** The order is not this pharmacy's any more: given back here, or by a colleague, or taken by another one. */
export function WentBack({ why, name }: { why: "declined" | "gone"; name?: string }) {
  const { t } = useTranslation("app");
  return (
    <div role="status" data-testid="went-back">
      <EmptyState
        level={1}
        icon={IconArrowBackUp}
        title={t(`orders.wentBack.${why}`, { name })}
        hint={t(`orders.wentBack.${why}Hint`)}
        action={
          <Button component={Link} to="/orders" autoFocus>
            {t("orders.wentBack.toList")}
          </Button>
        }
      />
    </div>
  );
}
