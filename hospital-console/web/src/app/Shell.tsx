import type { LiveEvents, Role, Staff } from "@yunzhen/client";
import { AccessNotices, Banner, ColorSchemeSwitch, LanguageSwitch, useFormats, useLiveState } from "@yunzhen/client/ui";
import { Avatar, Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconCloudOff, IconKey, IconLicense, IconLogout, IconShieldCheck, IconSignature } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, Outlet } from "react-router";
import { CopiedBoxes } from "../administration/CopiedBoxes";
import { EndingLicences } from "../administration/EndingLicences";
import { WaitingReviews } from "../break-glass/WaitingReviews";
import { BannerLink } from "../common/BannerLink";
import { FromPharmacists, FromPharmacistsCount } from "../prescriptions/FromPharmacists";
import { OpenRecalls } from "../recalls/OpenRecalls";
import { TakenBack } from "../reviews/TakenBack";
import { WaitingKeys } from "../signing-keys/WaitingKeys";
import { UrgentCalls } from "../urgent-calls/UrgentCalls";
import classes from "./Shell.module.css";

const NAV: Partial<Record<Role, readonly string[]>> = {
  specialist: ["consultations", "schedule", "rounds", "residents", "visits", "referrals", "prescriptions", "refills"],
  pharmacist: ["reviews", "approvals", "recalls", "safety"],
  pharmacy: ["orders", "stock", "recalls", "interfaces"],
  administrator: [
    "urgent-calls",
    "duty",
    "imports",
    "duplicates",
    "transfers",
    "break-glass",
    "homes",
    "pharmacies",
    "recalls",
    "staff",
    "signing-keys",
    "verify",
    "boxes",
    "audit",
    "safety",
    "retention",
    "interfaces",
  ],
};

interface ShellProps {
  staff: Staff;
  /** Who has just set the first own password on this page. */
  justSet: string | undefined;
  live: LiveEvents;
  onSignOut: () => void;
}

/** The frame around every signed-in page: where one can go, who one is, whether what is shown is live. */
export function Shell({ staff, justSet, live, onSignOut }: ShellProps) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        {t("app.skip")}
      </a>
      <header className={classes.header}>
        <Text fw={700} fz={18} className={classes.brand}>
          {t("app.product")}
          <Text component="span" c="dimmed" fw={400} ml="xs" className={classes.place}>
            {staff.hospital ?? staff.pharmacy_name ?? t("app.console")}
          </Text>
        </Text>
        <nav aria-label={t("app.nav.label")} className={classes.nav}>
          {(NAV[staff.role] ?? []).map((path) => (
            <NavLink key={path} to={`/${path}`} className={classes.link}>
              {t(`app.nav.${path}`)}
              {path === "break-glass" && <WaitingReviews />}
              {path === "approvals" && <TakenBack />}
              {path === "prescriptions" && <FromPharmacistsCount />}
              {path === "recalls" && <OpenRecalls />}
              {path === "staff" && <EndingLicences />}
              {path === "signing-keys" && <WaitingKeys />}
              {path === "boxes" && <CopiedBoxes />}
            </NavLink>
          ))}
        </nav>
        <Group gap="xs" wrap="nowrap" className={classes.tools}>
          <LanguageSwitch />
          <ColorSchemeSwitch />
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <UnstyledButton className={classes.account} aria-label={`${t("app.account.menu")}: ${staff.name}`}>
                <Avatar size={32} radius="xl" name={staff.name} color="teal" aria-hidden>
                  {staff.name.slice(0, 1)}
                </Avatar>
                <span className={classes.accountName}>
                  <Text size="sm" fw={600} lh={1.25}>
                    {staff.name}
                  </Text>
                  <Text size="sm" c="dimmed" lh={1.25}>
                    {staff.title ?? t(`app.role.${staff.role}`)}
                  </Text>
                </span>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {staff.licence && (
                <Text size="sm" c="dimmed" px="sm" py={6}>
                  {t("app.account.licence")} {staff.licence}
                </Text>
              )}
              <Menu.Item component={Link} to="/account" leftSection={<IconKey size={18} aria-hidden />}>
                {t("account.menu")}
              </Menu.Item>
              {(staff.role === "specialist" || staff.role === "pharmacist") && (
                <Menu.Item component={Link} to="/signing-keys" leftSection={<IconSignature size={18} aria-hidden />}>
                  {t("app.account.keys")}
                </Menu.Item>
              )}
              {["specialist", "pharmacist", "pharmacy"].includes(staff.role) && (
                <Menu.Item component={Link} to="/verify" leftSection={<IconShieldCheck size={18} aria-hidden />}>
                  {t("app.nav.verify")}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={onSignOut}>
                {t("app.account.signOut")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </header>
      {(staff.role === "specialist" || staff.role === "administrator") && <UrgentCalls />}
      {staff.role === "specialist" && <FromPharmacists />}
      <StaleLine live={live} />
      <AccessNotices
        staffId={staff.id}
        justSet={justSet}
        hint={<BannerLink to="/account">{t("account.menu")}</BannerLink>}
      />
      <LicenceLine staff={staff} />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

/** Says what is missing of the licence of who is signed in, before it ends, and when it has: before a document is written that cannot be signed. */
function LicenceLine({ staff }: { staff: Staff }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const { licence_gap, role } = staff;
  const { standing, valid_until } = staff.licence_record ?? {};
  if (licence_gap === "nothing" || licence_gap === "no_end")
    return (
      <Banner meaning="danger" icon={IconLicense} role="status">
        {licence_gap === "no_end"
          ? t("app.licence.no_end")
          : t(`app.licence.nothing.${role === "pharmacist" ? "pharmacist" : "specialist"}`)}
      </Banner>
    );
  if (!valid_until || (standing !== "ends" && standing !== "over")) return null;
  return (
    <Banner meaning={standing === "over" ? "danger" : "person"} icon={IconLicense} role="status">
      {t(`app.licence.${standing}`, { day: formats.date(valid_until) })}
    </Banner>
  );
}

/** Says since when the page is not live. Nothing while it is. */
function StaleLine({ live }: { live: LiveEvents }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const state = useLiveState(live);
  if (state.phase !== "stale") return null;
  return (
    <Banner meaning="person" icon={IconCloudOff} role="status">
      {t("app.live.reconnecting", { time: formats.time(state.since) })}
    </Banner>
  );
}
