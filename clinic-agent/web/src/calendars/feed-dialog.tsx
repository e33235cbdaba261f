import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCopy, IconRss } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Banner, EmptyState, ProblemAlert, Skeletons, useAction, useApi, useFormats } from "@yunzhen/client/ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { PrimaryButton } from "../shell";
import { feedAddress } from "./feed-address";

/** The home's calendar for programs outside: made, copied while it is shown, withdrawn. */
export function FeedDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("app:schedule.feed.title")} size={720}>
      <Feeds />
    </Modal>
  );
}

function Feeds() {
  const { t } = useTranslation();
  const api = useApi();
  const formats = useFormats();
  const queries = useQueryClient();
  const [made, setMade] = useState<{ id: string; address: string }>();
  const [revoking, setRevoking] = useState<string>();
  const list = useQuery({ queryKey: ["calendars"], queryFn: () => api.calendars.list() });
  const again = (): void => void queries.invalidateQueries({ queryKey: ["calendars"] });
  const make = useAction((_: null, key) => api.calendars.share(key), {
    onSuccess: ({ id, link }) => {
      setMade({ id, address: feedAddress(link, window.location.origin) });
      again();
    },
  });
  const revoke = useAction((id: string, key) => api.calendars.revoke(id, key), {
    onSuccess: (_, id) => {
      notifications.show({ message: t("app:schedule.feed.revoked"), color: "green" });
      setRevoking(undefined);
      if (made?.id === id) setMade(undefined);
      again();
    },
  });
  return (
    <Stack>
      <Text>{t("app:schedule.feed.hint")}</Text>
      {made && <FreshLink address={made.address} />}
      {list.isPending ? (
        <Skeletons shape="rows" count={2} />
      ) : list.isError ? (
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.items.length === 0 ? (
        <EmptyState
          level={3}
          icon={IconRss}
          title={t("app:schedule.feed.empty")}
          hint={t("app:schedule.feed.emptyHint")}
        />
      ) : (
        <ul className="nurse-plain-list">
          {list.data.items.map((calendar) => (
            <li key={calendar.id}>
              <Group justify="space-between">
                <span>
                  {t("app:schedule.feed.made", {
                    name: calendar.shared_by.name,
                    time: formats.dateTime(calendar.created_at),
                  })}
                </span>
                {revoking === calendar.id ? (
                  <Group gap="xs">
                    <Button variant="default" onClick={() => setRevoking(undefined)}>
                      {t("action.cancel")}
                    </Button>
                    <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate(calendar.id)}>
                      {t("app:schedule.feed.revoke")}
                    </Button>
                  </Group>
                ) : (
                  <Button variant="default" onClick={() => setRevoking(calendar.id)}>
                    {t("app:schedule.feed.revoke")}
                  </Button>
                )}
              </Group>
              {revoking === calendar.id && (
                <Text role="status">
                  {t("app:schedule.feed.revokeTitle")} {t("app:schedule.feed.revokeHint")}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
      {make.error && <ProblemAlert error={make.error} />}
      {revoke.error && <ProblemAlert error={revoke.error} />}
      <Group justify="flex-end">
        <PrimaryButton leftSection={<IconRss aria-hidden />} loading={make.isPending} onClick={() => make.mutate(null)}>
          {t("app:schedule.feed.make")}
        </PrimaryButton>
      </Group>
    </Stack>
  );
}

/** Shown once. A tablet by plain HTTP has no clipboard for pages: then the link is selected for the finger. */
function FreshLink({ address }: { address: string }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean>();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
    } catch {
      field.current?.select();
      setCopied(false);
    }
  };
  return (
    <Banner meaning="person" title={t("app:schedule.feed.once")}>
      <Group align="flex-end" mt={8}>
        <TextInput
          ref={field}
          flex={1}
          readOnly
          aria-label={t("app:schedule.feed.address")}
          value={address}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button size="lg" leftSection={<IconCopy aria-hidden />} onClick={() => void copy()}>
          {t("app:schedule.feed.copy")}
        </Button>
      </Group>
      {copied !== undefined && (
        <Text role="status">{t(copied ? "app:schedule.feed.copied" : "app:schedule.feed.copyFailed")}</Text>
      )}
    </Banner>
  );
}
