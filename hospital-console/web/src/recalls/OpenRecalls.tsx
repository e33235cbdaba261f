import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { NavCount } from "../common/NavCount";

/** How many recalls stand open, beside the way to them: whoever works elsewhere sees a new one come. */
export function OpenRecalls() {
  const { t } = useTranslation("app");
  const { data } = useQuery({
    queryKey: keys.recalls.open,
    queryFn: () => api.recalls.list({ state: "open" }),
    select: ({ items }) => items.length,
  });
  return <NavCount n={data} say={(said) => t("recalls.openCount", said)} />;
}
