import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { NavCount } from "../common/NavCount";
import { toRecord } from "./licences";

/** How many licences are missing, end soon or are over, beside the way to them: the administrator is reminded before somebody cannot sign. */
export function EndingLicences() {
  const { t } = useTranslation("app");
  const { data } = useQuery({
    queryKey: keys.staff,
    queryFn: () => api.administration.staff(),
    select: ({ items }) => items.filter(toRecord).length,
  });
  return <NavCount n={data} say={(said) => t("administration.staff.endingSoon", said)} />;
}
