import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";

/** What is planned, in four lists: one entry of the main navigation, so that it stays short. */
export function PlanTabs() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const tabs: [to: string, words: string][] = [
    ["/schedule", t("app:schedule.title")],
    ["/rounds", t("app:rounds.title")],
    ["/visits", t("app:visits.title")],
    ["/referrals", t("app:referrals.title")],
  ];
  return (
    <nav aria-label={t("app:schedule.tabs")} className="nurse-tabs">
      {tabs.map(([to, words]) => (
        <NavLink
          key={to}
          to={to}
          // Rides are listed with the referrals.
          className={`nurse-nav-link ${to === "/referrals" && pathname.startsWith("/transports") ? "active" : ""}`}
        >
          {words}
        </NavLink>
      ))}
    </nav>
  );
}

/** Paths of the four lists and what is under them. */
export const isPlan = (path: string): boolean =>
  ["/schedule", "/rounds", "/visits", "/referrals", "/transports"].some((start) => path.startsWith(start));
