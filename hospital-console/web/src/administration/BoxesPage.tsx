import type { Box, BoxState } from "@yunzhen/client";
import {
  EmptyState,
  LinkWords,
  ProblemAlert,
  RelativeTime,
  Skeletons,
  StatusChip,
  useFormats,
} from "@yunzhen/client/ui";
import { Alert, Button, Group, Select, Table, Text, TextInput } from "@mantine/core";
import {
  IconBan,
  IconCalendarOff,
  IconCopyX,
  IconHourglass,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlugOff,
  IconRouter,
  IconSearch,
  type Icon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { daysLeft, isCopied, narrowed, type BoxFilter } from "./boxes";
import { EnrolSheet, RevokeBoxSheet } from "./BoxSheets";

const STATES: Record<BoxState, { meaning: "done" | "danger" | "person" | "waiting"; icon: Icon }> = {
  never: { meaning: "waiting", icon: IconPlugOff },
  enrolling: { meaning: "waiting", icon: IconHourglass },
  connected: { meaning: "done", icon: IconPlugConnected },
  away: { meaning: "danger", icon: IconPlugConnectedX },
  expired: { meaning: "person", icon: IconCalendarOff },
  revoked: { meaning: "danger", icon: IconBan },
};

type Doing = { what: "enrol" | "revoke"; box: Box };

/** The boxes in the homes: how each stands, its certificate and link; enrolled and revoked here. The live stream says when one comes, goes or changes. */
export function BoxesPage() {
  const { t } = useTranslation("app");
  useTitle(t("administration.boxes.title"));
  const [filter, setFilter] = useState<BoxFilter>({ state: "all", text: "" });
  const [doing, setDoing] = useState<Doing>();
  const query = useQuery({ queryKey: keys.boxes, queryFn: () => api.administration.boxes() });
  const boxes = query.data?.items ?? [];
  const shown = narrowed(boxes, filter);
  const on = boxes.filter((box) => box.connected).length;
  const copied = boxes.filter(isCopied);
  const close = () => setDoing(undefined);
  return (
    <div className={page.page}>
      <PageHeader
        title={t("administration.boxes.title")}
        note={query.isSuccess ? t("administration.boxes.summary", { on, off: boxes.length - on }) : undefined}
      />
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && boxes.length === 0 && (
        <EmptyState
          icon={IconRouter}
          title={t("administration.boxes.empty")}
          hint={t("administration.boxes.emptyHint")}
        />
      )}
      {copied.length > 0 && (
        <Alert color="red" icon={<IconCopyX aria-hidden />} title={t("administration.boxes.cloneTitle")} mb="md">
          {t("administration.boxes.cloneBody", { homes: copied.map((box) => box.home_name).join("、") })}
        </Alert>
      )}
      {boxes.length > 0 && <Filters filter={filter} onChange={setFilter} />}
      {boxes.length > 0 && shown.length === 0 && (
        <EmptyState
          icon={IconRouter}
          title={t("administration.boxes.nothing")}
          hint={t("administration.boxes.nothingHint")}
        />
      )}
      {shown.length > 0 && <Boxes boxes={shown} onDo={setDoing} />}
      {doing?.what === "enrol" && <EnrolSheet box={doing.box} onClose={close} />}
      {doing?.what === "revoke" && <RevokeBoxSheet box={doing.box} onClose={close} />}
    </div>
  );
}

function Filters({ filter, onChange }: { filter: BoxFilter; onChange: (filter: BoxFilter) => void }) {
  const { t } = useTranslation("app");
  const states = Object.keys(STATES) as BoxState[];
  return (
    <Group gap="md" align="flex-end" mb="md">
      <Select
        label={t("administration.boxes.filter")}
        data={[
          { value: "all", label: t("administration.boxes.filterAll") },
          { value: "attention", label: t("administration.boxes.filterAttention") },
          ...states.map((state) => ({ value: state, label: t(`administration.boxes.states.${state}`) })),
        ]}
        value={filter.state}
        onChange={(state) => onChange({ ...filter, state: (state ?? "all") as BoxFilter["state"] })}
        allowDeselect={false}
        w={220}
      />
      <TextInput
        label={t("administration.boxes.search")}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
        w={300}
      />
    </Group>
  );
}

function Boxes({ boxes, onDo }: { boxes: readonly Box[]; onDo: (doing: Doing) => void }) {
  const { t } = useTranslation("app");
  return (
    <div className={page.surface}>
      <Table horizontalSpacing="md" verticalSpacing="sm" miw={1020}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("administration.boxes.home")}</Table.Th>
            <Table.Th>{t("administration.boxes.state")}</Table.Th>
            <Table.Th>{t("administration.boxes.link")}</Table.Th>
            <Table.Th>{t("administration.boxes.certificate")}</Table.Th>
            <Table.Th>{t("administration.boxes.version")}</Table.Th>
            <Table.Th>{t("administration.boxes.address")}</Table.Th>
            <Table.Th>{t("administration.boxes.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {boxes.map((box) => (
            <Row key={box.home_id} box={box} onDo={onDo} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ box, onDo }: { box: Box; onDo: (doing: Doing) => void }) {
  const { t } = useTranslation("app");
  const { time } = useFormats();
  const { meaning, icon } = STATES[box.state];
  const mayRevoke = box.state !== "never" && box.state !== "revoked";
  return (
    <Table.Tr>
      <Table.Td fw={600}>{box.home_name}</Table.Td>
      <Table.Td>
        <StatusChip meaning={meaning} icon={icon}>
          {t(`administration.boxes.states.${box.state}`)}
        </StatusChip>{" "}
        {isCopied(box) && (
          <StatusChip meaning="danger" icon={IconCopyX}>
            {t("administration.boxes.clone")}
          </StatusChip>
        )}
        {box.enrolment_until && (
          <Text size="sm" c="dimmed">
            {t("administration.boxes.codeUntil", { until: time(box.enrolment_until) })}
          </Text>
        )}
        <Seen box={box} />
      </Table.Td>
      <Table.Td>
        {box.connected && <LinkWords level={box.link ?? "none"} />}
        <LastCall box={box} />
      </Table.Td>
      <Table.Td>
        <Certificate box={box} />
      </Table.Td>
      <Table.Td>{box.version}</Table.Td>
      <Table.Td>{box.address}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button
            variant="default"
            onClick={() => onDo({ what: "enrol", box })}
            aria-label={t("administration.boxes.enrol.of", { home: box.home_name })}
          >
            {t("administration.boxes.enrol.open")}
          </Button>
          {mayRevoke && (
            <Button
              variant="default"
              c="var(--yz-danger-text)"
              onClick={() => onDo({ what: "revoke", box })}
              aria-label={t("administration.boxes.revoke.of", { home: box.home_name })}
            >
              {t("administration.boxes.revoke.open")}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** Since when it is connected, or when it was last, and the words say which. */
function Seen({ box }: { box: Box }) {
  const { t } = useTranslation("app");
  const at = box.connected ? box.since : box.last_seen;
  if (!at) return null;
  return (
    <Text size="sm" c="dimmed">
      {t(`administration.boxes.${box.connected ? "connectedSince" : "lastSeen"}`)} <RelativeTime at={at} />
    </Text>
  );
}

/** How the home was seen and heard when it was in a call last. */
function LastCall({ box: { last_call: call } }: { box: Box }) {
  const { t } = useTranslation("app");
  const { t: shared } = useTranslation("shared");
  if (!call) return null;
  return (
    <Text size="sm" c="dimmed" data-testid="last-call">
      {t("administration.boxes.lastCall", {
        how: call.shown ? shared(`rung.${call.shown}`) : t("administration.boxes.lastCallNothing"),
      })}{" "}
      <RelativeTime at={call.until} />
    </Text>
  );
}

function Certificate({ box }: { box: Box }) {
  const { t } = useTranslation("app");
  const { dateTime } = useFormats();
  if (!box.certificate_until) return null;
  const left = daysLeft(box);
  return (
    <>
      {left !== undefined && <>{t("administration.boxes.certificateLeft", { count: left })} </>}
      <Text span inherit c={left === undefined ? undefined : "dimmed"}>
        {t("administration.boxes.certificateUntil", { until: dateTime(box.certificate_until) })}
      </Text>{" "}
      {box.certificate_ends_soon && (
        <StatusChip meaning="person">{t("administration.boxes.certificateSoon")}</StatusChip>
      )}
      {box.certificate_serial && (
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {t("administration.boxes.serial", { serial: box.certificate_serial })}
        </Text>
      )}
    </>
  );
}
