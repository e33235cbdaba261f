import type { Role, Staff } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats } from "@yunzhen/client/ui";
import { ActionIcon, Group, SegmentedControl, Table, Text } from "@mantine/core";
import { IconPencil, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { dateOf } from "../common/dates";
import { SearchField } from "../common/SearchField";
import { NewStaffButton } from "../passwords/NewStaffButton";
import { LicenceLine } from "../signing-keys/KeyState";
import { endsWithin, SOON_DAYS, toRecord } from "./licences";
import { LicenceSheet } from "./LicenceSheet";
import { PracticeSheet } from "./PracticeSheet";
import { StaffAccess } from "./StaffAccess";

/** Who practises by a licence. */
const LICENSED: readonly Role[] = ["specialist", "pharmacist", "nurse"];

export function StaffPage() {
  const { t } = useTranslation("app");
  useTitle(t("administration.staff.title"));
  const formats = useFormats();
  const [search, setSearch] = useState("");
  const [recording, setRecording] = useState<Staff>();
  const [licensing, setLicensing] = useState<Staff>();
  const [soon, setSoon] = useState(false);
  const today = dateOf(Date.now());
  const query = useQuery({ queryKey: keys.staff, queryFn: () => api.administration.staff() });
  const items = (query.data?.items ?? [])
    .map((staff) => ({
      staff,
      ...staff,
      role: t(`shared:role.${staff.role}`),
      place: staff.hospital ?? staff.pharmacy_name ?? staff.home_name ?? "",
    }))
    .filter((s) => !soon || toRecord(s.staff) || endsWithin(s.staff, SOON_DAYS, today))
    .filter((s) => `${s.name} ${s.role} ${s.place}`.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase()));
  return (
    <div className={page.page}>
      <PageHeader title={t("administration.staff.title")} note={query.data && items.length}>
        <SegmentedControl
          aria-label={t("administration.staff.shown")}
          value={soon ? "soon" : "all"}
          onChange={(value) => setSoon(value === "soon")}
          data={[
            { value: "all", label: t("app.all") },
            { value: "soon", label: t("administration.staff.soon", { days: SOON_DAYS }) },
          ]}
        />
        <SearchField label={t("administration.staff.search")} value={search} onChange={setSearch} w={260} />
        <NewStaffButton />
      </PageHeader>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <EmptyState
          icon={IconUsers}
          title={soon ? t("administration.staff.noneSoon", { days: SOON_DAYS }) : t("administration.staff.empty")}
        />
      )}
      {items.length > 0 && (
        <div className={page.surface}>
          <Table horizontalSpacing="md" verticalSpacing="sm" miw={680}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("administration.staff.name")}</Table.Th>
                <Table.Th>{t("administration.staff.role")}</Table.Th>
                <Table.Th>{t("administration.staff.titleOf")}</Table.Th>
                <Table.Th>{t("administration.staff.place")}</Table.Th>
                <Table.Th>{t("administration.staff.licence")}</Table.Th>
                <Table.Th>{t("administration.staff.since")}</Table.Th>
                <Table.Th>{t("administration.staff.access")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map(({ staff, role, place }) => (
                <Table.Tr key={staff.id}>
                  <Table.Td fw={600}>
                    {staff.name}{" "}
                    {staff.closed && <StatusChip meaning="person">{t("passwords.accounts.closed")}</StatusChip>}
                    <Text size="sm" c="dimmed">
                      {staff.username}
                    </Text>
                  </Table.Td>
                  <Table.Td>{role}</Table.Td>
                  <Table.Td>{staff.title}</Table.Td>
                  <Table.Td>{place}</Table.Td>
                  <Table.Td>
                    {LICENSED.includes(staff.role) && (
                      <Group gap={4} wrap="nowrap">
                        <div>
                          <LicenceLine number={staff.licence} record={staff.licence_record} gap={staff.licence_gap} />
                        </div>
                        <ActionIcon
                          variant="subtle"
                          size={36}
                          aria-label={t("administration.staff.editLicence", { name: staff.name })}
                          onClick={() => setLicensing(staff)}
                        >
                          <IconPencil size={18} aria-hidden />
                        </ActionIcon>
                      </Group>
                    )}
                  </Table.Td>
                  <Table.Td>
                    {staff.role === "specialist" && (
                      <Group gap={4} wrap="nowrap">
                        {staff.practising_since ? (
                          formats.date(staff.practising_since)
                        ) : (
                          <StatusChip meaning="person">{t("administration.staff.practice.missing")}</StatusChip>
                        )}
                        <ActionIcon
                          variant="subtle"
                          size={36}
                          aria-label={t("administration.staff.practice.record", { name: staff.name })}
                          onClick={() => setRecording(staff)}
                        >
                          <IconPencil size={18} aria-hidden />
                        </ActionIcon>
                      </Group>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <StaffAccess staff={staff} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {licensing && <LicenceSheet staff={licensing} onClose={() => setLicensing(undefined)} />}
      {recording && <PracticeSheet staff={recording} onClose={() => setRecording(undefined)} />}
    </div>
  );
}
