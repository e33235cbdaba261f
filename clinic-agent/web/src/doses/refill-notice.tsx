import { useQuery } from "@tanstack/react-query";
import { Banner, RefillChip, useApi, useFormats, useNames } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** On the day's screen: which medicines run out, and whether the prescriber knows. Without a link it says nothing. */
export function RefillNotice() {
  const { t } = useTranslation();
  const names = useNames();
  const api = useApi();
  const formats = useFormats();
  const query = useQuery({ queryKey: ["refills", "open"], queryFn: () => api.refills.list({ state: "open,seen" }) });
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Banner meaning="person" title={t("app:doses.refills.title")}>
      <ul className="nurse-plain-list" data-testid="refills">
        {items.map((refill) => (
          <li key={refill.id}>
            <Link to={`/doses/${refill.resident.id}`}>
              {t("app:doses.refills.line", {
                bed: refill.resident.bed,
                name: refill.resident.name,
                drugs: names.drugs(refill),
                date: formats.date(refill.last_day),
              })}
            </Link>{" "}
            <RefillChip state={refill.state} />
            {refill.open_names && (
              <div>
                {t("refill.inPart", {
                  names: names.drugs({
                    drug_names: refill.open_names,
                    drug_names_en: refill.open_names_en,
                    strengths: refill.open_strengths,
                  }),
                })}
              </div>
            )}
            {refill.reopened && <div>{t(`refill.reopened.${refill.reopened.because}`)}</div>}
          </li>
        ))}
      </ul>
    </Banner>
  );
}
