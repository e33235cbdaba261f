import { Button, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { nameIn, type Recall } from "@yunzhen/client";
import {
  Banner,
  ProblemAlert,
  Skeletons,
  StatusChip,
  useApi,
  useFormats,
  useUnit,
  useStrength,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { BackToList } from "../back-to-list";
import { AnswerForm } from "./answer-form";
import { allFound } from "./doubt";

/** One recall in this home: who was given of it, and the answer. */
export function RecallPanel({ recallId }: { recallId: string }) {
  const { t, i18n } = useTranslation();
  const strength = useStrength();
  const api = useApi();
  const query = useQuery({ queryKey: ["recalls", "one", recallId], queryFn: () => api.recalls.get(recallId) });
  if (query.isPending) return <Skeletons shape="card" />;
  if (query.isError) {
    return (
      <div className="yz-card nurse-pad">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  const recall = query.data;
  const name = nameIn(recall, i18n.language);
  return (
    <article className="yz-card nurse-resident" data-testid="recall">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={name}>
        <Group gap="sm">
          <BackToList to="/recalls" label={t("app:recalls.back")} />
          <Title order={1} size="h2">
            {name} {strength(recall.strength)} · {t("app:recalls.batch", { batch: recall.batch })}
          </Title>
          <StatusChip meaning={recall.level === "first" ? "danger" : "person"}>
            {t(`app:recalls.level.${recall.level}`)}
          </StatusChip>
        </Group>
        <div>
          <Text>{recall.reason}</Text>
          <Text c="dimmed">{t("app:recalls.by", { authority: recall.authority, date: recall.announced_on })}</Text>
        </div>
        {recall.state === "withdrawn" ? (
          <Banner meaning="done">{t("app:recalls.withdrawnHint")}</Banner>
        ) : (
          recall.state !== "open" && <Banner meaning="person">{t("app:recalls.over")}</Banner>
        )}
        <Who recall={recall} />
        <Answer recall={recall} />
      </div>
    </article>
  );
}

function Who({ recall }: { recall: Recall }) {
  const { t } = useTranslation();
  const unitWord = useUnit();
  const formats = useFormats();
  return (
    <section>
      <Title order={2} size="h3">
        {t("app:recalls.who")}
      </Title>
      {recall.holdings.length === 0 && <Text c="dimmed">{t("app:recalls.nobody")}</Text>}
      <ul className="nurse-plain-list">
        {recall.holdings.map((held, index) => (
          <li key={`${held.since} ${index}`} className="nurse-recall-line">
            <span>
              {held.resident ? (
                <Link to={`/doses/${held.resident.id}`}>{t("app:recalls.line", held.resident)}</Link>
              ) : (
                t("app:recalls.nobody")
              )}
            </span>
            <strong>{t("app:recalls.quantity", { n: held.quantity, unit: unitWord(recall.unit) })}</strong>
            <span className="nurse-dim">
              {held.place === "road"
                ? t("app:recalls.onRoad")
                : t("app:recalls.since", { time: formats.dateTime(held.since) })}
            </span>
            {held.place === "home" && held.running && !allFound(recall.own) && (
              <StatusChip meaning="danger">{t("app:recalls.running")}</StatusChip>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the home has answered, or the form for it. */
function Answer({ recall }: { recall: Recall }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [correcting, setCorrecting] = useState(false);
  const { own } = recall;
  if (!own) return null;
  const may = recall.allowed.includes("answer");
  const answered = own.state === "answered" && own.answered_at !== undefined;
  return (
    <section>
      <Title order={2} size="h3">
        {t("app:recalls.answer")}
      </Title>
      {answered && !correcting ? (
        <>
          <Banner meaning="done">
            {t("app:recalls.done", {
              name: own.answered_by?.name,
              time: formats.dateTime(own.answered_at ?? ""),
              apart: own.set_apart,
              given: own.given,
            })}
            {own.counted_again && <div>{t("app:recalls.recounted", { given: own.on_record })}</div>}
            {own.note && <div>{own.note}</div>}
          </Banner>
          {may && (
            <Button variant="subtle" size="lg" mt="sm" onClick={() => setCorrecting(true)}>
              {t("app:recalls.correct")}
            </Button>
          )}
        </>
      ) : (
        may && <AnswerForm key={own.version} recall={recall} own={own} onDone={() => setCorrecting(false)} />
      )}
    </section>
  );
}
