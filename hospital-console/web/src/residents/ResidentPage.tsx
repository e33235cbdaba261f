import { ApiError } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { ActionIcon, Button, Group } from "@mantine/core";
import { IconArrowLeft, IconLock, IconLockOpen } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { GlassBanner } from "../break-glass/GlassBanner";
import { keys } from "../common/keys";
import { Person } from "../common/Person";
import { AllergyChips } from "./AllergyChips";
import { MergedNote } from "./MergedNote";
import { ResidentRecord } from "./ResidentRecord";
import classes from "./ResidentPage.module.css";

/** A resident's record on a page of its own, outside of a consultation. */
export function ResidentPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("app");
  const resident = useQuery({ queryKey: keys.residents.one(id), queryFn: () => api.residents.get(id) });
  useTitle(resident.data?.name);
  if (resident.isPending) return <Skeletons shape="card" count={8} />;
  if (!resident.data) {
    // Out of reach and not there are answered alike; what can be done is the same.
    if (resident.error instanceof ApiError && resident.error.status === 404) return <Hidden />;
    return (
      <div className={classes.alone}>
        <ProblemAlert error={resident.error} onRetry={() => void resident.refetch()} />
      </div>
    );
  }
  const chart = resident.data;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <ActionIcon component={Link} to="/residents" size={36} aria-label={t("residents.list.back")}>
          <IconArrowLeft size={20} />
        </ActionIcon>
        <Person person={chart} heading="h1" />
        <Group gap={6}>
          <AllergyChips of={chart} />
        </Group>
      </header>
      {chart.break_glass && <GlassBanner glass={chart.break_glass} />}
      <MergedNote askedId={id} resident={chart} />
      <div className={classes.record}>
        <ResidentRecord residentId={chart.id} resident={resident} />
      </div>
    </div>
  );
}

function Hidden() {
  const { t } = useTranslation("app");
  useTitle(t("residents.hidden.title"));
  return (
    <EmptyState
      level={1}
      icon={IconLock}
      title={t("residents.hidden.title")}
      hint={t("residents.hidden.hint")}
      action={
        <Group>
          <Button component={Link} to="/residents" variant="default">
            {t("residents.list.back")}
          </Button>
          <Button component={Link} to="/residents/break-glass" leftSection={<IconLockOpen size={18} aria-hidden />}>
            {t("residents.list.breakGlass")}
          </Button>
        </Group>
      }
    />
  );
}
