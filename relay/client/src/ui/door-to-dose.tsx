/** From the signature to the first dose: what is behind, what is late, whose turn it is, what is next and why. One drawing for every screen; the courier has none of it. */
import { IconAlertTriangle, IconCircle, IconCircleCheck, IconCircleDot, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ChainTurn, DoorToDose as Chain, DoseState, PrescriptionState, RefillState } from "../api/types";
import type { Meaning } from "../theme/tokens";
import "./door-to-dose.css";
import { useFormats, useNow } from "./hooks";
import { isChainLate, isStepLate, lineAt } from "./lateness";
import { useAttemptWords } from "./parcels";
import { StatusChip } from "./status";
import { isOwnTurn, turnMeaning } from "./turn";

interface TurnOf {
  turn: ChainTurn;
  /** As whom the page is read; its own turn stands out. Absent where the reader has none. */
  reader: ChainTurn | undefined;
  late?: boolean | undefined;
}

/** Whose turn it is, and that it is late: beside a line of a list. */
export function TurnChip({ turn, reader, late }: TurnOf) {
  const { t } = useTranslation();
  return (
    <StatusChip meaning={turnMeaning(turn, reader, late)} icon={late ? IconAlertTriangle : undefined}>
      {t(`chain.turn.${isOwnTurn(turn, reader) ? "you" : turn}`)}
      {late && ` · ${t("chain.late")}`}
    </StatusChip>
  );
}

/** The same by the clock: a list that stays open says when a line of it becomes late. `onlyLate`: says nothing before. */
export function LineTurn({
  line,
  reader,
  onlyLate,
}: {
  line: Parameters<typeof lineAt>[0];
  reader: ChainTurn;
  onlyLate?: boolean;
}) {
  const { turn, late } = lineAt(line, useNow());
  if (!turn || turn === "nobody" || (onlyLate && !late)) return null;
  return <TurnChip turn={turn} reader={reader} late={late} />;
}

/** Nobody's turn any more, though the way was not gone to its end. */
const ENDED: readonly PrescriptionState[] = ["rejected", "cancelled", "stopped", "expired"];

export const hasEnded = (state: PrescriptionState): boolean => ENDED.includes(state);

/** The home has it and nobody gives it: what came was called back. */
const isNotGiven = ({ turn, reason }: Chain): boolean => turn === "nobody" && reason === "recall";

/** `reader`: as whom it is read; absent for who has no turn on this way. */
export function DoorToDose({
  chain,
  state,
  reader,
}: {
  chain: Chain;
  state: PrescriptionState;
  reader: ChainTurn | undefined;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const clock = useNow();
  const ended = hasEnded(state) || isNotGiven(chain);
  return (
    <section className="yz-chain" aria-label={t("chain.title")} data-testid="door-to-dose">
      <div className="yz-chain-head">
        <strong>{t("chain.title")}</strong>
        {ended && (
          <StatusChip meaning="waiting" icon={IconCircleX}>
            {t("chain.turn.ended")}
          </StatusChip>
        )}
        {/* What ended may leave something to do: a parcel to take back, a part to give. */}
        {(!ended || chain.turn !== "nobody") && (
          <TurnChip turn={chain.turn} reader={reader} late={isChainLate(chain, clock)} />
        )}
      </div>
      <NextStep chain={chain} />
      {chain.rest && <RestOfIt rest={chain.rest} reader={reader} />}
      <ol>
        {chain.steps.map((step) => {
          const now = step.stage === chain.current;
          const late = isStepLate(step, clock);
          const Glyph = step.at ? IconCircleCheck : now ? IconCircleDot : IconCircle;
          return (
            <li
              key={step.stage}
              data-stage={step.stage}
              aria-current={now ? "step" : undefined}
              className={`${step.at ? "yz-chain-done" : ""} ${late ? "yz-chain-late" : ""}`}
            >
              <Glyph aria-hidden size={22} stroke={2} />
              <span>
                <span className="yz-chain-stage">{t(`chain.stage.${step.stage}`)}</span>
                <span className="yz-chain-time">
                  {step.at
                    ? formats.dateTime(step.at)
                    : now && step.due_by
                      ? t("chain.dueBy", { time: formats.dateTime(step.due_by) })
                      : t("chain.open")}
                  {late && (
                    <strong>
                      {" "}
                      <IconAlertTriangle aria-hidden size={16} /> {t(now ? "chain.late" : "chain.wasLate")}
                    </strong>
                  )}
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Why it does not go its straight way, and what is next; the step that is being done says by when itself. */
function NextStep({ chain }: { chain: Chain }) {
  const { next, reason, attempt, note, current, due_by } = chain;
  const { t } = useTranslation();
  const formats = useFormats();
  const attemptWords = useAttemptWords();
  if (next === "nothing" && !reason) return null;
  // What was written stays in its language: the nurse's words of a refusal, the pharmacy's of a decision, else the courier's.
  const writer = reason === "refused" ? "nurseWrote" : reason === "turned_back" ? "pharmacyWrote" : undefined;
  const why =
    writer !== undefined
      ? note && t(`chain.${writer}`, { words: note })
      : (note || (attempt && attempt !== "other")) && attemptWords({ code: attempt, reason: note });
  return (
    <p className="yz-chain-next" data-testid="chain-next">
      {reason && (
        <strong>
          {why ? t("chain.because", { reason: t(`chain.reason.${reason}`), why }) : t(`chain.reason.${reason}`)}
        </strong>
      )}
      {isNotGiven(chain) && <span>{t("chain.notToBeGiven")}</span>}
      {next !== "nothing" && (
        <span>
          {t("chain.nextIs", { what: t(`chain.next.${next}`) })}
          {!current && due_by && ` · ${t("chain.dueBy", { time: formats.dateTime(due_by) })}`}
        </span>
      )}
    </p>
  );
}

/** The parcel of the rest, on its way beside the first dose; or that dose, beside what the pharmacy owes or has to settle. */
function RestOfIt({ rest, reader }: { rest: NonNullable<Chain["rest"]>; reader: ChainTurn | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const clock = useNow();
  return (
    <p className="yz-chain-next" data-testid="chain-rest">
      <strong>{t(rest.next === "give" ? "chain.hasCome" : "chain.rest")}</strong>
      <TurnChip turn={rest.turn} reader={reader} late={isChainLate(rest, clock)} />
      <span>
        {t("chain.nextIs", { what: t(`chain.next.${rest.next}`) })}
        {/* The step of the first dose says by when itself. */}
        {rest.next !== "give" && rest.due_by && ` · ${t("chain.dueBy", { time: formats.dateTime(rest.due_by) })}`}
      </span>
    </p>
  );
}

const DOSE: Record<DoseState, Meaning> = {
  due: "waiting",
  given: "done",
  refused: "person",
  held: "person",
  missed: "danger",
};

export function DoseChip({ state }: { state: DoseState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={DOSE[state]}>{t(`dose.state.${state}`)}</StatusChip>;
}

const REFILL: Record<RefillState, Meaning> = {
  open: "person",
  seen: "waiting",
  done: "done",
  declined: "danger",
  lapsed: "waiting",
};

export function RefillChip({ state }: { state: RefillState }) {
  const { t } = useTranslation();
  return <StatusChip meaning={REFILL[state]}>{t(`refill.state.${state}`)}</StatusChip>;
}
