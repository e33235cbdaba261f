import { nameIn, type Recall } from "@yunzhen/client";
import { Banner, ProblemAlert, Skeletons, useAction, useFormats, useStrength } from "@yunzhen/client/ui";
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconInfoCircle, IconPrinter } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useStaff } from "../app/session";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { ReasonSheet } from "../common/ReasonSheet";
import page from "../common/Page.module.css";
import { Level, RecallChip } from "./marks";
import classes from "./recalls.module.css";
import { Elsewhere, Homes, Shelves } from "./WhoHas";

/** One recall: what it is, who has how much since when, who has answered. */
export function RecallPage() {
  const { t } = useTranslation("app");
  const { id = "" } = useParams();
  useTitle(t("recalls.title"));
  const query = useQuery({ queryKey: keys.recalls.one(id), queryFn: () => api.recalls.get(id) });
  return (
    <div className={page.page}>
      <Button
        component={Link}
        to="/recalls"
        variant="subtle"
        px={8}
        mb="xs"
        leftSection={<IconArrowLeft size={18} aria-hidden />}
      >
        {t("recalls.back")}
      </Button>
      {query.isPending && <Skeletons shape="card" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <Shown recall={query.data} />}
    </div>
  );
}

function Shown({ recall }: { recall: Recall }) {
  const { t, i18n } = useTranslation("app");
  const strength = useStrength();
  const formats = useFormats();
  const staff = useStaff();
  const r = recall;
  const { declared_by, declared_by_pharmacy: pharmacy, closed, withdrawn } = recall;
  const by = pharmacy
    ? t("recalls.byOf", { name: declared_by.name, pharmacy })
    : t("recalls.by", { name: declared_by.name });
  return (
    <div className={classes.printed} data-testid="recall" data-state={r.state}>
      <Group justify="space-between" align="flex-start" mb="md">
        <div>
          <Group gap="sm">
            <Title order={1} fz={24}>
              {nameIn(r, i18n.language)} {strength(r.strength)} · {r.batch}
            </Title>
            <RecallChip state={r.state} />
            <Level level={r.level} />
          </Group>
          <Text mt={4}>{r.reason}</Text>
          <Text c="dimmed" size="sm">
            {r.authority} · {t("recalls.announced", { date: r.announced_on })} · {by} {formats.dateTime(r.declared_at)}
          </Text>
        </div>
        <Commands recall={recall} />
      </Group>
      <Stack gap="sm" mb="lg">
        {closed && (
          <Banner meaning={r.state === "closed_early" ? "person" : "waiting"} icon={IconInfoCircle}>
            {t("recalls.closedBy", { name: closed.by.name, time: formats.dateTime(closed.at) })}
            {closed.reason && `：${closed.reason}`} {!withdrawn && t("recalls.stillBarred")}
          </Banner>
        )}
        {withdrawn && (
          <Banner meaning="waiting" icon={IconInfoCircle}>
            {t("recalls.withdrawnBy", { name: withdrawn.by.name, time: formats.dateTime(withdrawn.at) })}
            {withdrawn.reason && `：${withdrawn.reason}`}
          </Banner>
        )}
        {staff.role === "pharmacy" && r.state === "open" && (
          <Banner meaning="person">{t("recalls.pharmacyHint")}</Banner>
        )}
      </Stack>
      <div className={classes.parts}>
        <Homes recall={recall} />
        <Elsewhere recall={recall} />
        <Shelves recall={recall} />
      </div>
    </div>
  );
}

/** Close, withdraw, print; closing over a silent home asks why. */
function Commands({ recall }: { recall: Recall }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"close" | "withdraw">();
  const { id, version, homes_asked, homes_answered } = recall;
  const silent = homes_asked - homes_answered;
  const done = (after: Recall) => {
    queryClient.setQueryData(keys.recalls.one(id), after);
    void queryClient.invalidateQueries({ queryKey: keys.recalls.all });
  };
  const close = useAction((_: null, key) => api.recalls.close(id, { version }, key), { onSuccess: done });
  const may = (command: string) => recall.allowed.includes(command);
  return (
    <Stack gap="xs" align="flex-end" className={classes.notPrinted}>
      <Group gap="sm">
        <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
          {t("recalls.print")}
        </Button>
        {may("withdraw") && (
          <Button variant="default" onClick={() => setAsking("withdraw")}>
            {t("recalls.withdraw")}
          </Button>
        )}
        {may("close") && (
          <Button loading={close.isPending} onClick={() => (silent > 0 ? setAsking("close") : close.mutate(null))}>
            {t(silent > 0 ? "recalls.close" : "recalls.closeNow")}
          </Button>
        )}
      </Group>
      {close.isError && <ProblemAlert error={close.error} />}
      {asking === "close" && (
        <ReasonSheet
          title={t("recalls.close")}
          hint={t("recalls.closeHint", { n: silent })}
          label={t("recalls.closeReason")}
          action={t("recalls.close")}
          run={(reason, key) => api.recalls.close(id, { version, reason }, key)}
          onClose={() => setAsking(undefined)}
          onDone={done}
        />
      )}
      {asking === "withdraw" && (
        <ReasonSheet
          title={t("recalls.withdraw")}
          hint={t("recalls.withdrawHint")}
          action={t("recalls.withdraw")}
          danger
          run={(reason, key) => api.recalls.withdraw(id, { version, reason }, key)}
          onClose={() => setAsking(undefined)}
          onDone={done}
        />
      )}
    </Stack>
  );
}
