import { Banner, ProblemAlert, Skeletons, useAction, useFormats } from "@yunzhen/client/ui";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconCalendarShare, IconEyeOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { Copyable } from "../common/Copyable";
import { keys } from "../common/keys";

/** Links by which a calendar program reads one's appointments. Each is shown once, when it is made, and can be withdrawn. */
export function CalendarFeeds({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queryClient = useQueryClient();
  const outdate = () => void queryClient.invalidateQueries({ queryKey: keys.calendars });
  const list = useQuery({ queryKey: keys.calendars, queryFn: api.calendars.list });
  const share = useAction((_: null, key) => api.calendars.share(key), { onSuccess: outdate });
  const revoke = useAction((id: string, key) => api.calendars.revoke(id, key), {
    onSuccess: (_, id) => {
      if (share.data?.id === id) share.reset();
      outdate();
    },
  });
  const link = share.data && new URL(share.data.link, location.origin).href;
  return (
    <Modal opened onClose={onClose} size={600} title={t("calendars.title")}>
      <Stack>
        <Text>{t("calendars.hint")}</Text>
        {link && (
          <Banner meaning="done" icon={IconEyeOff} role="status" title={t("calendars.once")}>
            <Copyable value={link} label={t("calendars.link")} />
          </Banner>
        )}
        {share.isError && <ProblemAlert error={share.error} />}
        {revoke.isError && <ProblemAlert error={revoke.error} />}
        {list.isPending && <Skeletons shape="rows" count={2} />}
        {list.isError && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
        {list.data?.items.length === 0 && <Text c="dimmed">{t("calendars.empty")}</Text>}
        {list.data?.items.map((calendar) => (
          <Group key={calendar.id} justify="space-between" wrap="nowrap">
            <Text>{t("calendars.made", { time: formats.dateTime(calendar.created_at) })}</Text>
            <Button
              size="xs"
              variant="default"
              loading={revoke.isPending && revoke.variables === calendar.id}
              aria-label={t("calendars.revokeOf", { time: formats.dateTime(calendar.created_at) })}
              onClick={() => revoke.mutate(calendar.id)}
            >
              {t("calendars.revoke")}
            </Button>
          </Group>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app.close")}
          </Button>
          <Button
            leftSection={<IconCalendarShare size={18} aria-hidden />}
            loading={share.isPending}
            onClick={() => share.mutate(null)}
          >
            {t("calendars.make")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
