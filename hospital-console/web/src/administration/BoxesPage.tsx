import type { Box } from "@yunzhen/client";
import { EmptyState, LinkWords, ProblemAlert, RelativeTime, Skeletons, StatusChip } from "@yunzhen/client/ui";
import { Table, Text } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX, IconRouter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";

const CERTIFICATE_SOON_DAYS = 14;

/** The boxes in the homes: which are there, since when, and whose certificate ends soon. The live stream says when one comes or goes. */
export function BoxesPage() {
  const { t } = useTranslation("app");
  useTitle(t("administration.boxes.title"));
  const query = useQuery({ queryKey: keys.boxes, queryFn: () => api.administration.boxes() });
  const boxes = query.data?.items ?? [];
  const on = boxes.filter((box) => box.connected).length;
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
      {boxes.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={860}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("administration.boxes.home")}</Table.Th>
                <Table.Th>{t("administration.boxes.state")}</Table.Th>
                <Table.Th>{t("administration.boxes.link")}</Table.Th>
                <Table.Th>{t("administration.boxes.certificate")}</Table.Th>
                <Table.Th>{t("administration.boxes.version")}</Table.Th>
                <Table.Th>{t("administration.boxes.address")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {boxes.map((box) => (
                <Row key={box.home_id} box={box} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </div>
  );
}

function Row({ box }: { box: Box }) {
  const { t } = useTranslation("app");
  const days = box.certificate_days_left;
  return (
    <Table.Tr>
      <Table.Td fw={600}>{box.home_name}</Table.Td>
      <Table.Td>
        <StatusChip
          meaning={box.connected ? "done" : "danger"}
          icon={box.connected ? IconPlugConnected : IconPlugConnectedX}
        >
          {box.connected ? t("administration.boxes.connected") : t("administration.boxes.disconnected")}
        </StatusChip>{" "}
        {box.since && (
          <Text component="span" size="sm" c="dimmed">
            <RelativeTime at={box.since} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>{box.connected && <LinkWords level={box.link ?? "none"} />}</Table.Td>
      <Table.Td>
        {days != null && (
          <>
            {t("administration.boxes.certificateDays", { days })}{" "}
            {days <= CERTIFICATE_SOON_DAYS && (
              <StatusChip meaning="person">{t("administration.boxes.certificateSoon")}</StatusChip>
            )}
          </>
        )}
      </Table.Td>
      <Table.Td>{box.version}</Table.Td>
      <Table.Td>{box.address}</Table.Td>
    </Table.Tr>
  );
}
