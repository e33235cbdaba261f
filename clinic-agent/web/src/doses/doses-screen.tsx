import { Button, Group, TextInput } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconPill, IconPillOff, IconQrcode } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { daysAfter, wallClock, type DoseInstead, type DosesOfDay } from "@yunzhen/client";
import {
  Banner,
  besideCamera,
  EmptyState,
  ProblemAlert,
  Skeletons,
  StatusChip,
  useApi,
  useFormats,
  useNames,
  useNow,
  useZone,
  useUnit,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { NavLink } from "react-router";
import { useSpool } from "../box/box-context";
import { StaleLine } from "../shell";
import { BedDoses } from "./bed-doses";
import "./doses.css";
import { beds, readScan, roundAt, ROUNDS, type Bed, type RoundChoice } from "./plan";

const NOTHING: never[] = [];

/** What was scanned: whose bed, and which medicine. */
export interface Scanned {
  resident?: string | undefined;
  medicine?: string | undefined;
}

/** Left the round by bed, right the medicines of one resident. */
export function DosesScreen() {
  const { t } = useTranslation();
  const { residentId } = useParams();
  const api = useApi();
  const now = useNow(60_000);
  const here = wallClock(now, useZone());
  const [day, setDay] = useState<string>();
  const [round, setRound] = useState<RoundChoice>(() => roundAt(here.hour));
  const shown = day ?? here.day;
  const query = useQuery({ queryKey: ["doses", shown], queryFn: () => api.doses.ofDay({ day: shown }) });
  const spool = useSpool().data ?? NOTHING;
  const plan = query.data?.data;
  const rows = plan ? beds(plan, round, spool) : [];
  const [scanned, setScanned] = useState<Scanned>({});
  return (
    <div className={`nurse-split ${residentId ? "nurse-split-detail" : ""}`}>
      <section className="nurse-list yz-card" aria-label={t("app:doses.title")}>
        <div className="nurse-list-head">
          <Days day={shown} today={here.day} onChange={setDay} />
          <StaleLine since={query.data?.staleSince} />
          {plan && <ScanField plan={plan} at={residentId} onScan={setScanned} />}
        </div>
        <div className="nurse-parts nurse-rounds" role="group" aria-label={t("app:doses.rounds")}>
          {ROUNDS.map((choice) => (
            <button
              key={choice}
              type="button"
              className="nurse-part"
              aria-pressed={choice === round}
              onClick={() => setRound(choice)}
            >
              {choice === "all" ? t("app:doses.all") : t(`dose.round.${choice}`)}
            </button>
          ))}
        </div>
        {query.isPending ? (
          <Skeletons shape="rows" count={5} />
        ) : query.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
          </div>
        ) : rows.length === 0 ? (
          <EmptyState icon={IconPillOff} title={t("app:doses.empty")} hint={t("app:doses.emptyHint")} />
        ) : (
          <ul className="nurse-rows">
            {rows.map((bed) => (
              <BedRow key={bed.resident.id} bed={bed} />
            ))}
          </ul>
        )}
        {plan && <RunningOut plan={plan} />}
      </section>
      <section className="nurse-detail">
        {plan && residentId ? (
          <BedDoses
            key={residentId}
            residentId={residentId}
            plan={plan}
            round={round}
            spool={spool}
            scanned={scanned}
          />
        ) : (
          <div className="yz-card nurse-fill">
            <EmptyState icon={IconPill} title={t("app:doses.choose")} hint={t("app:doses.chooseHint")} />
          </div>
        )}
      </section>
    </div>
  );
}

function Days({ day, today, onChange }: { day: string; today: string; onChange: (day: string) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Button
        variant="default"
        size="lg"
        px="sm"
        aria-label={t("app:doses.dayBefore")}
        onClick={() => onChange(daysAfter(day, -1))}
      >
        <IconArrowLeft aria-hidden />
      </Button>
      <h1>
        {day === today
          ? `${t("app:doses.today")} · ${t("app:doses.title")}`
          : t("app:doses.of", { date: formats.date(day) })}
      </h1>
      <Button
        variant="default"
        size="lg"
        px="sm"
        aria-label={t("app:doses.dayAfter")}
        onClick={() => onChange(daysAfter(day, 1))}
      >
        <IconArrowRight aria-hidden />
      </Button>
    </Group>
  );
}

function BedRow({ bed }: { bed: Bed }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const times = [...new Set(bed.doses.map((dose) => dose.due_at).filter((at) => at !== undefined))];
  return (
    <li>
      <NavLink to={`/doses/${bed.resident.id}`} className="nurse-row">
        <span className="nurse-bed">{bed.resident.bed}</span>
        <span className="nurse-row-text">
          <span className="nurse-row-name">{bed.resident.name}</span>
          <span className="nurse-row-sub">
            <span>{times.map((at) => formats.time(at)).join("  ")}</span>
          </span>
        </span>
        <span className="nurse-row-chips">
          {bed.due > 0 && <StatusChip meaning="waiting">{t("app:doses.count", { n: bed.due })}</StatusChip>}
          {bed.missed > 0 && <StatusChip meaning="danger">{t("app:doses.missed", { n: bed.missed })}</StatusChip>}
          {bed.stopped > 0 && (
            <StatusChip meaning="danger">{t("app:doses.stoppedCount", { n: bed.stopped })}</StatusChip>
          )}
          {bed.due + bed.missed + bed.stopped === 0 && <StatusChip meaning="done">{t("app:doses.done")}</StatusChip>}
        </span>
      </NavLink>
    </li>
  );
}

/** A scanner types into this field and ends with Enter, the camera reads the same codes; a bed number can be typed by hand. */
function ScanField({
  plan,
  at,
  onScan,
}: {
  plan: DosesOfDay;
  at: string | undefined;
  onScan: (change: (before: Scanned) => Scanned) => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string>();
  const read = (code: string): void => {
    const scan = readScan(code, plan, at);
    setText("");
    setWrong(undefined);
    if (scan.kind === "resident") {
      onScan(() => ({ resident: scan.code }));
      void navigate(`/doses/${scan.resident.id}`);
    } else if (scan.kind === "medicine") onScan((before) => ({ ...before, medicine: scan.code }));
    else if (scan.kind === "wrong_medicine") {
      onScan((before) => ({ resident: before.resident }));
      setWrong(t("app:doses.wrongMedicine"));
    } else if (scan.kind === "resident_first") setWrong(t("app:doses.residentFirst"));
    else setWrong(t("app:doses.unknownCode", { code: scan.code.slice(0, 40) }));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") read(text);
      }}
    >
      <TextInput
        aria-label={t("app:doses.scan")}
        placeholder={t("app:doses.scan")}
        description={t("app:doses.scanHint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        inputContainer={besideCamera({
          label: t("scan.camera"),
          short: t("call.camera"),
          close: t("action.close"),
          onCode: read,
        })}
        leftSection={<IconQrcode size={22} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        size="lg"
      />
      {wrong && (
        <Banner meaning="danger" role="alert">
          {wrong}
        </Banner>
      )}
    </form>
  );
}

function RunningOut({ plan }: { plan: DosesOfDay }) {
  const { t } = useTranslation();
  const names = useNames();
  const unitWord = useUnit();
  const formats = useFormats();
  const soon = plan.runways.filter((runway) => runway.warns && runway.last_day);
  if (soon.length === 0) return null;
  const counted = (words: "app:doses.leftInstead" | "app:doses.leftPrescribed", product: DoseInstead): string =>
    t(words, {
      name: names.pack(product),
      left: formats.amount(product.dose),
      unit: unitWord(product.dose_unit),
    });
  return (
    <div className="nurse-pad">
      <Banner meaning="person" title={t("app:doses.runsOut")}>
        <ul className="nurse-plain-list">
          {soon.map((runway) => (
            <li key={`${runway.prescription_id}${runway.item_no}`}>
              {runway.resident.bed} {runway.resident.name} ·{" "}
              {t(runway.called_back ? "app:doses.calledBackOf" : "app:doses.runsOutOf", {
                name: names.pack(runway),
                date: formats.date(runway.last_day ?? plan.day),
                left: formats.amount(runway.left),
                unit: unitWord(runway.dose_unit),
                why: t(`refill.runsOut.${runway.runs_out}`),
              })}
              {!runway.called_back &&
                (runway.instead ?? []).map((other) => (
                  <div key={other.drug_name + other.strength}>{counted("app:doses.leftInstead", other)}</div>
                ))}
              {!runway.called_back && runway.prescribed && (
                <div>{counted("app:doses.leftPrescribed", runway.prescribed)}</div>
              )}
              {runway.refill && ` · ${t(`refill.state.${runway.refill}`)}`}
              {runway.reopened && <div>{t(`refill.reopened.${runway.reopened}`)}</div>}
            </li>
          ))}
        </ul>
      </Banner>
    </div>
  );
}
