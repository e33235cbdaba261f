import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertOctagon, IconInbox, IconInfoCircle, IconShieldHalf, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toApiError } from "../api/problem";
import { allergensIn, type Allergens } from "../i18n/names";
import type { Meaning } from "../theme/tokens";
import { StatusChip } from "./status";

/** A message in the flow of the page, coloured by meaning, with icon and words. */
export function Banner({
  meaning,
  icon: Glyph = IconInfoCircle,
  title,
  children,
  action,
  role,
}: {
  meaning: Meaning;
  icon?: Icon;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  role?: "alert" | "status";
}) {
  return (
    <div className={`yz-banner yz-${meaning}`} role={role}>
      <Glyph aria-hidden size={24} />
      <div style={{ flex: 1, minWidth: 0 }}>
        {title && <div style={{ fontWeight: 600 }}>{title}</div>}
        {children}
      </div>
      {action}
    </div>
  );
}

/** What the browser says of passkeys before anything is sent; the words are the page's, with the address for which there are some. */
const OF_PASSKEYS: readonly string[] = ["passkey_address", "passkey_here", "passkey_unable"];

/** What happened, what is safe, what to do. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = toApiError(error);
  // A code, a passkey or a PIN that is refused is 401 as well, and says so itself.
  const signedOut = problem.status === 401 && (problem.code === "unauthenticated" || problem.code === "http_401");
  const network = problem.code === "network";
  const bare = problem.code.startsWith("http_");
  if (OF_PASSKEYS.includes(problem.code)) {
    return (
      <Banner meaning="person" icon={IconAlertOctagon} role="alert" title={t(`problem.${problem.code}`)}>
        {t(`problem.${problem.code}_action`, { host: problem.detail })}
      </Banner>
    );
  }
  const title = network
    ? t("problem.network")
    : signedOut
      ? t("problem.signedOut")
      : problem.code === "unexpected"
        ? t("problem.unexpected")
        : bare
          ? t("problem.server")
          : problem.problem.title;
  const detail = network
    ? t("problem.networkDetail")
    : bare || problem.code === "unexpected"
      ? undefined
      : problem.detail;
  const action =
    problem.action ??
    (network
      ? t("problem.networkAction")
      : signedOut
        ? t("problem.signedOutAction")
        : bare || problem.code === "unexpected"
          ? t("problem.unexpectedAction")
          : undefined);
  return (
    <Banner
      meaning={network ? "person" : "danger"}
      icon={IconAlertOctagon}
      role="alert"
      title={title}
      action={
        onRetry && (
          <Button variant="default" onClick={onRetry}>
            {t("action.retry")}
          </Button>
        )
      }
    >
      {detail && detail !== title && <div>{detail}</div>}
      {action && <div>{action}</div>}
      {problem.fields.length > 0 && (
        <ul style={{ margin: "4px 0 0", paddingInlineStart: "1.2em" }}>
          {problem.fields.map((field) => (
            <li key={field.path}>{field.message}</li>
          ))}
        </ul>
      )}
    </Banner>
  );
}

export function EmptyState({
  title,
  hint,
  icon: Glyph = IconInbox,
  action,
  level = 2,
}: {
  title: ReactNode;
  hint?: ReactNode;
  icon?: Icon;
  action?: ReactNode;
  /** Of the heading; 1 where this is all the page says. */
  level?: 1 | 2 | 3;
}) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Glyph aria-hidden size={40} stroke={1.5} color="var(--yz-dimmed)" />
      <Title order={level} size="h3">
        {title}
      </Title>
      {hint && (
        <Text c="dimmed" maw={440}>
          {hint}
        </Text>
      )}
      {action}
    </Stack>
  );
}

/** Skeletons in the shape of what comes: rows of a list, or a card with a title and lines. */
export function Skeletons({ shape, count = 4 }: { shape: "rows" | "card" | "chart"; count?: number }) {
  const { t } = useTranslation();
  return (
    <div aria-busy="true" aria-live="polite">
      <span className="yz-visually-hidden">{t("live.connecting")}</span>
      {shape === "rows" && (
        <Stack gap="sm" p="sm">
          {Array.from({ length: count }, (_, row) => (
            <Group key={row} wrap="nowrap">
              <Skeleton circle height={44} />
              <Stack gap={8} flex={1}>
                <Skeleton height={16} width="45%" />
                <Skeleton height={14} width="70%" />
              </Stack>
              <Skeleton height={26} width={84} radius="xl" />
            </Group>
          ))}
        </Stack>
      )}
      {shape === "card" && (
        <Stack gap="sm" p="md">
          <Skeleton height={24} width="40%" />
          {Array.from({ length: count }, (_, line) => (
            <Skeleton key={line} height={16} width={`${90 - line * 12}%`} />
          ))}
        </Stack>
      )}
      {shape === "chart" && (
        <Stack gap="sm" p="md">
          {Array.from({ length: count }, (_, line) => (
            <Skeleton key={line} height={110} />
          ))}
        </Stack>
      )}
    </div>
  );
}

/** Allergies always stand out; "none known" and "not recorded" are different facts. */
export function AllergyBanner({ of }: { of: (Allergens & { allergies_asked?: boolean }) | undefined }) {
  const { t, i18n } = useTranslation();
  // An empty list that nobody asked for says nothing.
  if (of === undefined || (of.allergies.length === 0 && of.allergies_asked === false))
    return <StatusChip meaning="person">{t("allergy.unknown")}</StatusChip>;
  if (of.allergies.length === 0) return <StatusChip meaning="done">{t("allergy.none")}</StatusChip>;
  return (
    <Banner meaning="danger" icon={IconShieldHalf}>
      <strong>{t("allergy.title")}</strong>
      {" · "}
      <strong>{allergensIn(of, i18n.language).join(t("separator"))}</strong>
    </Banner>
  );
}
