import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";

/** How many keys wait for the administrator, beside the way to them: somebody cannot sign until then. */
export function WaitingKeys() {
  const { t } = useTranslation("app");
  const query = useQuery({ queryKey: keys.signingKeys.all, queryFn: () => api.signingKeys.list() });
  const count = (query.data?.items ?? []).filter((key) => key.state === "requested").length;
  if (count === 0) return null;
  return (
    <>
      <Badge color="red" variant="filled" ml={6} aria-hidden>
        {count}
      </Badge>
      <span className="yz-visually-hidden">{t("signingKeys.all.count", { n: count })}</span>
    </>
  );
}
