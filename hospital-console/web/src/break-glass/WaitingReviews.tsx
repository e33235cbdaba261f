import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { NavCount } from "../common/NavCount";
import { countOf } from "./glass";

/** How many opened records wait for a review, beside the way to them: the administrator sees one come, whatever page is open. */
export function WaitingReviews() {
  const { t } = useTranslation("app");
  const { data } = useQuery({
    queryKey: ["break-glass", "waiting"],
    queryFn: () => api.breakGlass.list(),
    select: countOf,
  });
  return <NavCount n={data} say={(said) => t("breakGlass.waitingCount", said)} testId="waiting-reviews" />;
}
