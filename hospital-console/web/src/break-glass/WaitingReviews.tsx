import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";

/** How many opened records wait for a review, beside the way to them: the administrator sees one come, whatever page is open. */
export function WaitingReviews() {
  const { t } = useTranslation("app");
  const query = useQuery({ queryKey: ["break-glass", "waiting"], queryFn: () => api.breakGlass.list() });
  const { items = [], next } = query.data ?? {};
  if (items.length === 0) return null;
  const n = next ? `${items.length}+` : `${items.length}`;
  return (
    <>
      <Badge color="red" variant="filled" ml={6} aria-hidden data-testid="waiting-reviews">
        {n}
      </Badge>
      <span className="yz-visually-hidden">{t("breakGlass.waitingCount", { n })}</span>
    </>
  );
}
