import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";

/** How many licences end soon or are over, beside the way to them: the administrator is reminded before somebody cannot sign. */
export function EndingLicences() {
  const { t } = useTranslation("app");
  const query = useQuery({ queryKey: keys.staff, queryFn: () => api.administration.staff() });
  const standings = (query.data?.items ?? []).map((staff) => staff.licence_record?.standing);
  const count = standings.filter((standing) => standing === "ends" || standing === "over").length;
  if (count === 0) return null;
  return (
    <>
      <Badge color="red" variant="filled" ml={6} aria-hidden>
        {count}
      </Badge>
      <span className="yz-visually-hidden">{t("administration.staff.endingSoon", { n: count })}</span>
    </>
  );
}
