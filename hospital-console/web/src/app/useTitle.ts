import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** The tab's title: what is open, then the product. */
export function useTitle(title: string | undefined): void {
  const { t } = useTranslation("app");
  const product = t("app.product");
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product;
  }, [title, product]);
}
