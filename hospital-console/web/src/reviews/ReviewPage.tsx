import { everyPage } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { IconClipboardCheck, IconClipboardText } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { firstDue, nextAfter } from "./order";
import { Review } from "./Review";
import { ReviewQueue } from "./ReviewQueue";
import classes from "./reviews.module.css";

/** The pharmacist's day: the queue left, one prescription open, the next one after each decision. */
export function ReviewPage() {
  const { t } = useTranslation("app");
  const { id } = useParams();
  const navigate = useNavigate();
  useTitle(t("reviews.title"));
  const query = useQuery({
    queryKey: keys.prescriptions.reviewQueue,
    queryFn: () => everyPage((cursor) => api.prescribing.reviewQueue(cursor)),
  });
  // The relay decides the order.
  const queue = query.data ?? [];
  /** Given back in this sitting: not opened again by itself, for that would take it again. */
  const [givenBack, setGivenBack] = useState<readonly string[]>([]);
  const offered = queue.filter((p) => !givenBack.includes(p.id));
  const first = firstDue(offered);
  useEffect(() => {
    if (id === undefined && first !== undefined) void navigate(`/reviews/${first}`, { replace: true });
  }, [id, first, navigate]);
  const advance = (back = false) => {
    if (back && id !== undefined) setGivenBack([...givenBack, id]);
    const next = id === undefined ? first : nextAfter(offered, id);
    void navigate(next ? `/reviews/${next}` : "/reviews", { replace: true });
  };

  return (
    <div className={classes.page}>
      <section className={classes.queue} aria-label={t("reviews.queue")}>
        <div className={classes.queueHead}>
          <Group justify="space-between" align="baseline">
            <Title order={1} fz={20}>
              {t("reviews.queue")}
            </Title>
            {query.isSuccess && <Text c="dimmed">{t("reviews.count", { count: queue.length })}</Text>}
          </Group>
          <Text size="sm" c="dimmed">
            {t("reviews.urgentFirst")}
          </Text>
        </div>
        {query.isPending && <Skeletons shape="rows" />}
        {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
        <ReviewQueue items={queue} selected={id} />
      </section>
      <div className={classes.detail}>
        {id !== undefined ? (
          <Review key={id} id={id} more={nextAfter(offered, id) !== undefined} onDone={advance} />
        ) : query.isSuccess && queue.length === 0 ? (
          <EmptyState icon={IconClipboardCheck} title={t("reviews.empty.title")} hint={t("reviews.empty.hint")} />
        ) : (
          <EmptyState icon={IconClipboardText} title={t("reviews.pick.title")} hint={t("reviews.pick.hint")} />
        )}
      </div>
    </div>
  );
}
