import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { NavCount } from "../common/NavCount";

/** How many keys wait for the administrator, beside the way to them: somebody cannot sign until then. */
export function WaitingKeys() {
  const { t } = useTranslation("app");
  const { data } = useQuery({
    queryKey: keys.signingKeys.all,
    queryFn: () => api.signingKeys.list(),
    select: ({ items }) => items.filter((key) => key.state === "requested").length,
  });
  return <NavCount n={data} say={(said) => t("signingKeys.all.count", said)} />;
}
