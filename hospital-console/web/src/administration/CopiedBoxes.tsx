import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { NavCount } from "../common/NavCount";
import { isCopied } from "./boxes";

/** How many boxes seem to be copied, beside the way to them: somebody may read a home's record with the copy. */
export function CopiedBoxes() {
  const { t } = useTranslation("app");
  const { data } = useQuery({
    queryKey: keys.boxes,
    queryFn: () => api.administration.boxes(),
    select: ({ items }) => items.filter(isCopied).length,
  });
  return <NavCount n={data} say={(said) => t("administration.boxes.copied", said)} testId="copied-boxes" />;
}
