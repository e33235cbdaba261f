import { Banner } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { BannerLink } from "../common/BannerLink";
import type { KeyObstacle } from "./obstacle";

/** In a signing sheet, in place of its button. The way to the keys opens beside: a call may be running in this tab. */
export function KeyObstacleBanner({ obstacle }: { obstacle: KeyObstacle }) {
  const { t } = useTranslation("app");
  return (
    <div data-testid="key-obstacle">
      <Banner meaning="person" role="status">
        {t(`signingKeys.obstacle.${obstacle}`)}{" "}
        <BannerLink to="/signing-keys" beside>
          {t("signingKeys.mine.title")}
        </BannerLink>
      </Banner>
    </div>
  );
}
