import type { Availability, AvailabilityUpdate } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconGitMerge } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { useTitle } from "../app/useTitle";
import { fieldError } from "../common/fields";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { ZoneSelect } from "../common/ZoneSelect";
import { ExceptionRows, RuleRows } from "./Rows";
import { draftOf, faults, updateOf, type AvailabilityDraft } from "./draft";
import { overlaps } from "./overlaps";
import { Preview } from "./Preview";
import classes from "./schedule.module.css";

/** The specialist's own published times: weekly rules, single days, zone; beside them what they give in the next two weeks. */
export function AvailabilityPage() {
  const { t } = useTranslation("app");
  useTitle(t("schedule.availability.title"));
  const staff = useStaff();
  const published = useQuery({
    queryKey: keys.schedule.availability(staff.id),
    queryFn: () => api.schedule.availability(staff.id),
  });
  return (
    <div className={page.page}>
      {published.isPending ? (
        <Skeletons shape="rows" />
      ) : published.data ? (
        <Editor published={published.data} />
      ) : (
        <ProblemAlert error={published.error} onRetry={() => void published.refetch()} />
      )}
    </div>
  );
}

function Editor({ published }: { published: Availability }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<AvailabilityDraft>(() => draftOf(published));
  /** The version that the draft was made from. */
  const [seen, setSeen] = useState(published.version);
  const [tried, setTried] = useState(false);
  const body = updateOf(draft, seen);
  const dirty = JSON.stringify(body) !== JSON.stringify(updateOf(draftOf(published), seen));
  const publish = useAction(
    (update: AvailabilityUpdate, key) => api.schedule.publishAvailability(published.specialist.id, update, key),
    {
      onSuccess: (next) => {
        queryClient.setQueryData(keys.schedule.availability(published.specialist.id), next);
        void queryClient.invalidateQueries({ queryKey: ["schedule", "slots"] });
        setDraft(draftOf(next));
        setSeen(next.version);
        setTried(false);
        notifications.show({ message: t("schedule.availability.published"), color: "green" });
      },
      onError: (error) => {
        if (error.code === "stale_version")
          void queryClient.invalidateQueries({ queryKey: keys.schedule.availability(published.specialist.id) });
      },
    },
  );
  // Somebody else (the administrator, another window) published meanwhile. What is typed here stays until the person decides.
  const overtaken = published.version !== seen;
  const loadTheirs = () => {
    setDraft(draftOf(published));
    setSeen(published.version);
    publish.reset();
  };
  if (overtaken && !dirty && !publish.isPending) loadTheirs();
  const wrong = faults(draft);
  const over = overlaps(draft);
  const save = (version: number) => {
    setTried(true);
    if (wrong.length === 0) publish.mutate({ ...body, version });
  };
  const error = publish.error?.code === "stale_version" ? null : publish.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save(seen);
      }}
    >
      <PageHeader title={t("schedule.availability.title")} note={t("schedule.availability.note")}>
        <Button component={Link} to="/schedule" variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />}>
          {t("schedule.title")}
        </Button>
        <Button type="submit" loading={publish.isPending} disabled={!dirty || overtaken}>
          {t("schedule.availability.publish")}
        </Button>
      </PageHeader>
      <Stack gap="md">
        {overtaken && dirty && (
          <Banner
            meaning="person"
            icon={IconGitMerge}
            role="alert"
            title={t("schedule.availability.conflict.title")}
            action={
              <Group gap="xs">
                <Button variant="default" onClick={loadTheirs}>
                  {t("schedule.availability.conflict.theirs")}
                </Button>
                <Button
                  onClick={() => {
                    setSeen(published.version);
                    save(published.version);
                  }}
                >
                  {t("schedule.availability.conflict.mine")}
                </Button>
              </Group>
            }
          >
            {t("schedule.availability.conflict.hint")}
          </Banner>
        )}
        {error && <ProblemAlert error={error} />}
        <div className={classes.editor}>
          <Stack gap="lg">
            <ZoneSelect
              label={t("schedule.availability.zone")}
              description={t("schedule.availability.zoneHint")}
              value={draft.zone}
              onChange={(zone) => setDraft({ ...draft, zone })}
              error={fieldError(error, "zone")}
              maw={360}
            />
            <RuleRows draft={draft} onChange={setDraft} faults={tried ? wrong : []} overlaps={over} error={error} />
            <ExceptionRows
              draft={draft}
              onChange={setDraft}
              faults={tried ? wrong : []}
              overlaps={over}
              error={error}
            />
            <Text size="sm" c="dimmed">
              {t("schedule.availability.bookedStay")}
            </Text>
          </Stack>
          <Preview draft={draft} />
        </div>
      </Stack>
    </form>
  );
}
