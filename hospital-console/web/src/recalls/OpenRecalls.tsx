import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";

/** How many recalls stand open, beside the way to them: whoever works elsewhere sees a new one come. */
export function OpenRecalls() {
  const { t } = useTranslation("app");
  const query = useQuery({ queryKey: keys.recalls.open, queryFn: () => api.recalls.list({ state: "open" }) });
  const count = query.data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <>
      <Badge color="red" variant="filled" ml={6} aria-hidden>
        {count}
      </Badge>
      <span className="yz-visually-hidden">{t("recalls.openCount", { n: count })}</span>
    </>
  );
}
