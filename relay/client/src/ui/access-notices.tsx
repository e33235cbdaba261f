import { Button, Text } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { unseen, wave, wordOf } from "../access/notices";
import { useFormats } from "./hooks";
import { useApi } from "./provider";
import { Banner } from "./states";

/** An open page asks so often; at a sign-in it asks at once. */
const EVERY_MS = 60_000;
const KEY = ["account", "notices"] as const;

/** Tells that a way into the own account changed. `hint`: what to do about it here; `justSet`: who has set the first own password on this page, and is told of it at the next sign-in. */
export function AccessNotices({
  staffId,
  hint,
  className,
  justSet,
}: {
  staffId: string;
  hint?: ReactNode;
  className?: string;
  justSet?: string;
}) {
  const { t } = useTranslation("shared");
  const api = useApi();
  const formats = useFormats();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: () => api.ownAccess.notices(), refetchInterval: EVERY_MS });
  const notices = unseen(query.data?.items ?? [], staffId, sessionStorage, justSet);
  const last = notices.at(-1);
  if (!last) return null;
  const seen = () => {
    wave(last.seq, staffId, sessionStorage);
    // Gone from this page in any case; what cannot be noted now is told again later.
    void api.ownAccess
      .seeNotices(last.seq)
      .catch(() => undefined)
      .finally(() => void queries.invalidateQueries({ queryKey: KEY }));
  };
  return (
    <div className={className}>
      <Banner
        meaning="person"
        icon={IconShieldLock}
        role="status"
        title={t("accessNotices.title")}
        action={
          <Button variant="default" onClick={seen}>
            {t("accessNotices.seen")}
          </Button>
        }
      >
        <div data-testid="access-notices">
          {notices.map((notice) => {
            const what = t(`accessNotices.what.${wordOf(notice.action)}`);
            const at = formats.dateTime(notice.at);
            const who = notice.by ?? t("accessNotices.installer");
            return (
              <Text key={notice.seq} size="sm">
                {notice.own ? t("accessNotices.own", { at, what }) : t("accessNotices.by", { at, what, who })}
              </Text>
            );
          })}
          <Text size="sm">
            {t("accessNotices.notMine")} {hint}
          </Text>
        </div>
      </Banner>
    </div>
  );
}
