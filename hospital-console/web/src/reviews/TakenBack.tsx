import { useNow } from "@yunzhen/client/ui";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { NavCount } from "../common/NavCount";
import { takenBackLately, takenBackQuery } from "./approvals";

/** How many of the own approvals a prescriber took back within a day, beside the way to them: the pharmacist hears of it, whatever page is open. */
export function TakenBack() {
  const { t } = useTranslation("app");
  const now = useNow(60_000);
  const asked = takenBackQuery(now);
  const { data } = useQuery({
    queryKey: keys.prescriptions.approved(asked),
    queryFn: () => api.prescriptions.list(asked),
  });
  const n = data && takenBackLately(data.items, now).length;
  return <NavCount n={n} say={(said) => t("reviews.approvals.takenBackCount", said)} testId="taken-back" />;
}
