import { EmptyState, ProblemAlert, ReferralChip, RelativeTime, Skeletons, useFormats } from "@yunzhen/client/ui";
import { Anchor, SegmentedControl, Table, Text } from "@mantine/core";
import { IconArrowForwardUp } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { UrgencyChip } from "../common/chips";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { Person } from "../common/Person";
import { SearchField } from "../common/SearchField";
import { byNeed, GROUPS, matchesReferral, type Group } from "./filter";

/** Every referral one may see: those one wrote and those that came to one's hospital. */
export function ReferralsPage() {
  const { t } = useTranslation("app");
  useTitle(t("referrals.title"));
  const formats = useFormats();
  const [group, setGroup] = useState<Group>("open");
  const [search, setSearch] = useState("");
  const query = useQuery({ queryKey: keys.referrals.list, queryFn: () => api.referrals.list() });
  const all = query.data?.items ?? [];
  const shown = all.filter((r) => matchesReferral(r, group, search)).sort(byNeed);
  return (
    <div className={page.page}>
      <PageHeader title={t("referrals.title")}>
        <SegmentedControl
          aria-label={t("referrals.filter.label")}
          value={group}
          onChange={(value) => setGroup(value as Group)}
          data={GROUPS.map((value) => ({ value, label: t(`referrals.filter.${value}`) }))}
        />
        <SearchField label={t("referrals.filter.search")} value={search} onChange={setSearch} w={240} />
      </PageHeader>
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeletons shape="rows" />}
      {query.isSuccess && shown.length === 0 && (
        <EmptyState
          icon={IconArrowForwardUp}
          title={t(all.length === 0 ? "referrals.empty.title" : "referrals.empty.filtered")}
          hint={t(all.length === 0 ? "referrals.empty.hint" : "referrals.empty.filteredHint")}
        />
      )}
      {shown.length > 0 && (
        <div className={page.surface}>
          <Table highlightOnHover horizontalSpacing="md" verticalSpacing="sm" miw={960}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("referrals.column.resident")}</Table.Th>
                <Table.Th>{t("referrals.column.reason")}</Table.Th>
                <Table.Th>{t("referrals.column.hospital")}</Table.Th>
                <Table.Th>{t("referrals.column.appointment")}</Table.Th>
                <Table.Th>{t("referrals.column.state")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((r) => (
                <Table.Tr key={r.id} data-testid={`referral-${r.id}`}>
                  <Table.Td>
                    <Anchor component={Link} to={`/referrals/${r.id}`} underline="never" c="inherit">
                      <Person person={r.resident} mark={<UrgencyChip urgency={r.urgency} />} />
                    </Anchor>
                  </Table.Td>
                  <Table.Td maw={300}>
                    <Text lineClamp={2}>{r.reason}</Text>
                  </Table.Td>
                  <Table.Td>
                    {r.hospital || t("referrals.notYet")}
                    <Text size="sm" c="dimmed">
                      {r.department}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {r.appointment ? (
                      formats.dateTime(r.appointment.at)
                    ) : (
                      <Text c="dimmed">{t("referrals.noAppointment")}</Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <ReferralChip state={r.state} />
                    <Text size="sm" c="dimmed">
                      <RelativeTime at={r.state_since} />
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </div>
  );
}
