import { IconAlertOctagon } from "@tabler/icons-react";
import { nameIn, type RecallSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, StatusChip, useFormats, useStrength } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";
import { RecallPanel } from "./recall-panel";
import { isToAnswer, useRecalls } from "./use-recalls";

/** Batches of this home's medicines that were called back; right, the chosen one with who has it and the answer. */
export function RecallsScreen() {
  const { t } = useTranslation();
  const { recallId } = useParams();
  const recalls = useRecalls();
  const items = recalls.data?.items ?? [];
  const ordered = [...items.filter(isToAnswer), ...items.filter((one) => !isToAnswer(one))];
  return (
    <div className={`nurse-split ${recallId ? "nurse-split-detail" : ""}`}>
      <section className="nurse-list yz-card" aria-label={t("app:recalls.title")}>
        <div className="nurse-list-head">
          <h1>{t("app:recalls.title")}</h1>
        </div>
        {recalls.isPending ? (
          <Skeletons shape="rows" count={3} />
        ) : recalls.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={recalls.error} onRetry={() => void recalls.refetch()} />
          </div>
        ) : items.length === 0 ? (
          <EmptyState icon={IconAlertOctagon} title={t("app:recalls.empty")} hint={t("app:recalls.emptyHint")} />
        ) : (
          <ul className="nurse-rows">
            {ordered.map((recall) => (
              <Row key={recall.id} recall={recall} />
            ))}
          </ul>
        )}
      </section>
      <section className="nurse-detail">
        {recallId ? (
          <RecallPanel key={recallId} recallId={recallId} />
        ) : (
          <div className="yz-card nurse-fill">
            <EmptyState icon={IconAlertOctagon} title={t("app:recalls.choose")} hint={t("app:recalls.chooseHint")} />
          </div>
        )}
      </section>
    </div>
  );
}

function Row({ recall }: { recall: RecallSummary }) {
  const { t, i18n } = useTranslation();
  const strength = useStrength();
  const formats = useFormats();
  const open = isToAnswer(recall);
  const words = recall.state === "withdrawn" ? "withdrawn" : open ? "toAnswer" : "answered";
  return (
    <li>
      <NavLink to={`/recalls/${recall.id}`} className="nurse-row">
        <span className="nurse-bed">
          <IconAlertOctagon aria-hidden />
        </span>
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {nameIn(recall, i18n.language)} {strength(recall.strength)}
          </span>
          <span className="nurse-row-sub">
            <span>{t("app:recalls.batch", { batch: recall.batch })}</span>
            <span>{formats.dateTime(recall.declared_at)}</span>
          </span>
        </span>
        <span className="nurse-row-chips">
          <StatusChip meaning={open ? "danger" : recall.state === "withdrawn" ? "waiting" : "done"}>
            {t(`app:recalls.${words}`)}
          </StatusChip>
        </span>
      </NavLink>
    </li>
  );
}
