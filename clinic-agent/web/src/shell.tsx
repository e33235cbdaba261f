import { Button, Group, Menu, Popover, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import {
  IconCalendarEvent,
  IconChevronDown,
  IconId,
  IconClipboardList,
  IconLock,
  IconLogout,
  IconPackage,
  IconPill,
  IconUsers,
} from "@tabler/icons-react";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import {
  AccessNotices,
  Banner,
  ColorSchemeSwitch,
  EmptyState,
  LanguageSwitch,
  LinkWords,
  SpoolState,
  useApi,
  useFormats,
  useZone,
} from "@yunzhen/client/ui";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import type { BedAndName } from "./box/box-api";
import { useBox, useLink, useSpool } from "./box/box-context";
import { ReturnedEntry } from "./box/returned-entry";
import { inBrief } from "./box/link-words";
import { pendingOf, summarize } from "./box/spool-view";
import { toCount } from "./deliveries/counting";
import { ReceiptParcel } from "./deliveries/receipt-parcel";
import { Mark } from "./mark";
import { isPlan } from "./plan-tabs";
import { RecallNotice } from "./recalls/recall-notice";
import { PinNotice, PinSheet } from "./shift/set-pin";
import { useRound } from "./today/use-round";
import { ButtonCalls } from "./urgent-calls/button-calls";
import { IncomingCalls } from "./urgent-calls/incoming-calls";
import { OngoingNotice } from "./visit/ongoing-notice";

/** Screens of their own; all others belong to the day's round. */
const ELSEWHERE = ["/deliveries", "/registry", "/doses", "/recalls"];

/** The frame of every screen: where am I, is the network there, is what I wrote safe, who am I. */
export function Shell({ notice, children }: { notice?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  const { staff, signOut, lock, page, status } = useBox();
  const formats = useFormats();
  const api = useApi();
  const link = useLink();
  // Only what somebody has to do something about is told a second time, as a whole.
  const brief = link.level === "offline" ? inBrief(link.words ?? "") : undefined;
  const deliveries = useQuery({ queryKey: ["deliveries", "list"], queryFn: () => api.deliveries.listFresh() });
  const { pathname } = useLocation();
  const [pinOpened, pinSheet] = useDisclosure(false);
  const spool = useSpool();
  const atDoor = toCount(deliveries.data?.data.items ?? [], spool.data ?? []);
  return (
    <div className="nurse-frame">
      <IncomingCalls />
      <ButtonCalls />
      <header className="nurse-top">
        <Group gap="sm" wrap="nowrap" className="nurse-top-home">
          <Mark size={36} />
          <Text fw={600} lineClamp={2}>
            {staff.home_name ?? t("app.name")}
          </Text>
        </Group>
        <nav aria-label={t("app:nav.main")} className="nurse-nav">
          <NavLink
            to="/"
            className={`nurse-nav-link ${isPlan(pathname) || ELSEWHERE.some((path) => pathname.startsWith(path)) ? "" : "active"}`}
          >
            <IconClipboardList aria-hidden />
            {t("app:nav.today")}
          </NavLink>
          <NavLink to="/doses" className="nurse-nav-link">
            <IconPill aria-hidden />
            {t("app:nav.doses")}
          </NavLink>
          <NavLink to="/registry" className="nurse-nav-link">
            <IconUsers aria-hidden />
            {t("app:nav.residents")}
          </NavLink>
          <NavLink to="/schedule" className={`nurse-nav-link ${isPlan(pathname) ? "active" : ""}`}>
            <IconCalendarEvent aria-hidden />
            {t("app:nav.plan")}
          </NavLink>
          <NavLink to="/deliveries" className="nurse-nav-link">
            <IconPackage aria-hidden />
            {t("app:nav.deliveries")}
            {atDoor > 0 && <span className="nurse-badge">{atDoor}</span>}
          </NavLink>
        </nav>
        <Group gap="xs" wrap="nowrap" className="nurse-top-state">
          <span role="status">
            <LinkWords level={link.level} words={brief ?? link.words} rttMs={link.rttMs} />
          </span>
          <SpoolButton />
        </Group>
        <Group gap={4} wrap="nowrap">
          <LanguageSwitch />
          <ColorSchemeSwitch />
          <Menu position="bottom-end" width={280}>
            <Menu.Target>
              <UnstyledButton className="nurse-person" aria-label={t("app:top.menu", { name: staff.name })}>
                <span className="nurse-avatar" aria-hidden>
                  {staff.name.slice(0, 1)}
                </span>
                <IconChevronDown size={18} aria-hidden />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>
                {staff.name} · {t(`role.${staff.role}`)}
              </Menu.Label>
              {lock && (
                <Menu.Item leftSection={<IconId size={22} aria-hidden />} onClick={pinSheet.open} h={60}>
                  {t("app:shift.change")}
                </Menu.Item>
              )}
              {lock && (
                <Menu.Item leftSection={<IconLock size={22} aria-hidden />} onClick={lock} h={60}>
                  {t("app:shift.lock")}
                </Menu.Item>
              )}
              <Menu.Label style={{ whiteSpace: "normal" }}>{t("app:top.passwordElsewhere")}</Menu.Label>
              <Menu.Item leftSection={<IconLogout size={22} aria-hidden />} onClick={signOut} h={60}>
                {t("app:top.switchNurse")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </header>
      {page.phase === "stale" && (
        <div className="nurse-notice">
          <Banner meaning="person" role="status">
            {t("app:top.boxUnreachableSince", { time: formats.time(page.since) })}
          </Banner>
        </div>
      )}
      {brief !== undefined && (
        <div className="nurse-notice">
          <Banner meaning="person" role="status">
            {link.words}
          </Banner>
        </div>
      )}
      {status?.media?.error && (
        <div className="nurse-notice">
          <Banner meaning="person" role="status">
            {t("app:call.cameraFailed", { error: status.media?.error })}
          </Banner>
        </div>
      )}
      {status?.notes?.map((note) => (
        <div className="nurse-notice" key={note}>
          <Banner meaning="person" role="status">
            {note}
          </Banner>
        </div>
      ))}
      <UnknownZone />
      {notice}
      <PinNotice />
      <PinSheet opened={pinOpened} onClose={pinSheet.close} />
      <AccessNotices staffId={staff.id} hint={t("app:top.passwordElsewhere")} className="nurse-notice" />
      <RecallNotice />
      <OngoingNotice />
      <main className="nurse-main">{children}</main>
    </div>
  );
}

/** All times are shown by the home's clock, but by the tablet's where the browser is older than the home's zone. */
function UnknownZone() {
  const { t } = useTranslation();
  const { home_zone: wanted } = useBox().staff;
  const zone = useZone();
  if (wanted === undefined || wanted === zone) return null;
  return (
    <div className="nurse-notice">
      <Banner meaning="person" role="status">
        {t("app:top.unknownZone", { wanted, zone })}
      </Banner>
    </div>
  );
}

function SpoolButton() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { status } = useBox();
  const spool = useSpool();
  const summary = summarize(status?.spool);
  const pending = pendingOf(spool.data ?? []);
  return (
    <Popover width={440} position="bottom-end" trapFocus shadow="md">
      <Popover.Target>
        <UnstyledButton className="nurse-spool" aria-label={t("app:top.spool")}>
          {summary.state === "empty" ? (
            <SpoolState state="received" />
          ) : (
            <SpoolState state={summary.state} count={summary.state === "received" ? undefined : summary.count} />
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className="nurse-spool-list">
        <Stack gap="sm">
          <Title order={2} size="h3">
            {t("app:top.spool")}
          </Title>
          <Text c="dimmed" size="sm">
            {t("app:top.spoolHint")}
          </Text>
          {status?.spool && (
            <Group gap="xs">
              <SpoolState state="saved" count={status.spool.saved} />
              <SpoolState state="sent" count={status.spool.sent} />
              <SpoolState state="received" count={status.spool.received} />
            </Group>
          )}
          {status?.spool?.oldest_saved_at && (
            <Text size="sm">{t("app:top.oldest", { time: formats.dateTime(status.spool.oldest_saved_at) })}</Text>
          )}
          {(status?.spool?.failed ?? 0) > 0 && (
            <Banner meaning="danger">{t("app:top.failed", { n: status?.spool?.failed })}</Banner>
          )}
          {pending.length === 0 ? (
            <EmptyState title={t("app:top.spoolEmpty")} hint={t("app:top.spoolEmptyHint")} />
          ) : (
            <PendingList items={pending} whose />
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** `whose`: each entry says of which resident it is; where they are all of one, the page says it already. */
export function PendingList({ items, whose = false }: { items: ReturnType<typeof pendingOf>; whose?: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { residents } = useRound();
  const person = (id: string) => residents.data?.data.items.find((one) => one.id === id);
  return (
    <ul className="nurse-plain-list">
      {items.map((item) => (
        <li key={item.id}>
          <Group justify="space-between" wrap="nowrap">
            <span>
              {/* A receipt is of a parcel, which says of which resident it is. */}
              {item.kind === "receipt" && <ReceiptParcel deliveryId={item.resident_id} />}
              {whose && item.kind !== "receipt" && (
                <strong className="nurse-pending-who">{whoseWords(person(item.resident_id) ?? item.whose, t)}</strong>
              )}
              {t(`app:top.kind.${item.kind}`)} · {formats.dateTime(item.created_at)}
            </span>
            <SpoolState state={item.state} />
          </Group>
          {item.state === "refused" && <ReturnedEntry item={item} />}
        </li>
      ))}
    </ul>
  );
}

function whoseWords(resident: BedAndName | null | undefined, t: TFunction): string {
  return resident
    ? t("app:top.whose", { bed: resident.bed, name: resident.name })
    : // An entry of an older box: the entry is kept all the same.
      t("app:top.whoseUnknown");
}

/** The line that says since when the shown data are old. */
export function StaleLine({ since }: { since: string | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!since) return null;
  return (
    <Banner meaning="person" role="status">
      {t("app:top.staleSince", { time: formats.dateTime(since) })}
    </Banner>
  );
}

/** One large primary action, bottom right, under the thumb. */
export function PrimaryButton(props: Parameters<typeof Button<"button">>[0]) {
  return <Button {...props} size="xl" className="nurse-primary" />;
}
