import { Button, Group, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconAlertOctagon,
  IconCheck,
  IconCopy,
  IconHandStop,
  IconPackage,
  IconPlayerPause,
  IconQrcode,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Dose, NeedReason, NewDoseEntry, NotGivenReason } from "@yunzhen/client";
import {
  Banner,
  DoseChip,
  ProblemAlert,
  SpoolState,
  StatusChip,
  useAction,
  useFormats,
  useNames,
  useNow,
  useUnit,
  useStrength,
} from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoxApi, useLink } from "../box/box-context";
import type { SpoolItem } from "../box/box-api";
import type { Scanned } from "./doses-screen";
import { GivenEarlier } from "./given-earlier";
import { OtherPack } from "./other-pack";
import { barredNow, entryOf, isOfAnotherDay, keyOf, mayBeGivenFrom, standing } from "./plan";

const NOT_GIVEN: NotGivenReason[] = [
  "unwilling",
  "cannot_swallow",
  "vomiting",
  "asleep",
  "fasting",
  "vital_signs",
  "adverse_reaction",
  "doctors_order",
  "away",
  "out_of_stock",
  "other",
];
const NEED: NeedReason[] = [
  "pain",
  "fever",
  "breathlessness",
  "chest_pain",
  "constipation",
  "sleeplessness",
  "restlessness",
  "itching",
  "other",
];

type Asking = "given" | "refused" | "held";
type Wish = Pick<NewDoseEntry, "outcome" | "not_given" | "need" | "note" | "batch"> & { at?: string };

/**
 * One dose with its large answers; saved on the box first, so that it works without the network. Of a medicine that the doctor stopped it is not given any more,
 * though it was due before: the answer at hand is to hold it.
 */
export function DoseCard({
  dose,
  spool,
  scanned,
  stopped,
  sameHour,
}: {
  dose: Dose;
  spool: readonly SpoolItem[];
  scanned: Scanned;
  stopped: boolean;
  /** What other prescriptions give of the same at the same time. */
  sameHour: readonly Dose[];
}) {
  const { t } = useTranslation();
  const names = useNames();
  const strength = useStrength();
  const unitWord = useUnit();
  const formats = useFormats();
  const now = useNow(30_000);
  const { state, waiting } = standing(dose, spool);
  const [asking, setAsking] = useState<Asking | "pack" | "earlier">();
  const [earlierAt, setEarlierAt] = useState<string>();
  const [batch, setBatch] = useState<string>();
  const [correcting, setCorrecting] = useState(false);
  const needed = dose.due_at === undefined;
  const recalls = dose.recalls ?? [];
  // Of a batch that was called back the answer at hand is to hold it; it is given only from another pack, which is scanned.
  const recalled = recalls.length > 0;
  const others = dose.batches ?? [];
  const medicine = scanned.medicine?.toLowerCase() === dose.code.toLowerCase() ? scanned.medicine : undefined;
  const write = useWrite(dose, { resident: scanned.resident, medicine }, () => {
    setAsking(undefined);
    setBatch(undefined);
    setEarlierAt(undefined);
    setCorrecting(false);
  });
  const give = (from?: string): void => {
    setBatch(from);
    setEarlierAt(undefined);
    if (needed) setAsking("given");
    else write.mutate({ outcome: "given", ...(from === undefined ? {} : { batch: from }) });
  };
  const onItsWay = waiting !== undefined && waiting.state !== "refused";
  const early = now < mayBeGivenFrom(dose);
  const barred = barredNow(dose, now);
  const again = (at: string): string =>
    isOfAnotherDay(at, now, formats.zone) ? formats.dateTime(at) : formats.time(at);
  const open = !onItsWay && barred === undefined && (needed || state === "due" || state === "missed" || correcting);
  return (
    <section
      className={`nurse-dose ${medicine ? "nurse-dose-scanned" : ""}`}
      aria-label={`${names.name(dose)} ${dose.due_at ? formats.time(dose.due_at) : ""}`}
      data-testid={`dose-${dose.prescription_id}-${dose.item_no}`}
    >
      <div className="nurse-dose-head">
        <strong className="nurse-dose-time">{dose.due_at ? formats.time(dose.due_at) : t("app:doses.asNeeded")}</strong>
        <span className="nurse-dose-name">
          <strong>
            {names.name(dose)} {strength(dose.strength)}
          </strong>
          <span>
            {formats.amount(dose.dose)} {unitWord(dose.dose_unit)} · {t(`route.${dose.route}`)}
            {dose.instruction && ` · ${dose.instruction}`}
          </span>
          {(dose.instead ?? []).map((other) => (
            <strong key={other.drug_name + other.strength} className="nurse-dose-instead">
              {t("app:doses.instead", {
                name: names.name(other),
                strength: strength(other.strength),
                dose: formats.amount(other.dose),
                unit: unitWord(other.dose_unit),
              })}
            </strong>
          ))}
          {dose.prescribed && (
            <span>
              {t("app:doses.prescribed", {
                name: names.name(dose.prescribed),
                strength: strength(dose.prescribed.strength),
                dose: formats.amount(dose.prescribed.dose),
                unit: unitWord(dose.prescribed.dose_unit),
              })}
            </span>
          )}
        </span>
        <span className="nurse-row-chips">
          {stopped && (state === "due" || state === "missed") ? (
            <StatusChip meaning="danger" icon={IconHandStop}>
              {t("app:doses.stoppedChip")}
            </StatusChip>
          ) : (
            !(needed && state === "due") && <DoseChip state={state} />
          )}
          {onItsWay && <SpoolState state={waiting.state === "sent" ? "sent" : "saved"} />}
          {medicine && (
            <StatusChip meaning="done" icon={IconQrcode}>
              {t("app:doses.scanned.medicine")}
            </StatusChip>
          )}
        </span>
      </div>
      {sameHour.map((other) => (
        <Banner key={keyOf(other)} meaning="danger" icon={IconCopy} title={t("app:doses.sameHour.title")}>
          {t("app:doses.sameHour.other", {
            time: formats.time(other.due_at ?? ""),
            name: names.name(other),
            strength: strength(other.strength),
            dose: formats.amount(other.dose),
            unit: unitWord(other.dose_unit),
            state: t(`dose.state.${standing(other, spool).state}`),
          })}
        </Banner>
      ))}
      {recalls.map((recall) => (
        <Banner
          key={recall.recall_id}
          meaning="danger"
          icon={IconAlertOctagon}
          role="alert"
          title={t("app:recalls.dose.title")}
        >
          {t(others.length > 0 ? "app:recalls.dose.others" : "app:recalls.dose.only", {
            ...recall,
            others: others.join("、"),
          })}
        </Banner>
      ))}
      {needed && (
        <Text c={barred === "full" ? "var(--yz-danger-text)" : undefined}>
          {t(barred === "full" ? "app:doses.asNeededFull" : "app:doses.asNeededCount", {
            n: dose.given_last_day,
            most: dose.most_per_day,
          })}
        </Text>
      )}
      {dose.hours_apart !== undefined && barred !== "full" && (
        <Text c={barred === "soon" ? "var(--yz-danger-text)" : undefined} data-testid="apart">
          {t(barred === "soon" ? "app:doses.asNeededSoon" : "app:doses.asNeededApart", {
            n: dose.hours_apart,
            time: dose.not_before && again(dose.not_before),
          })}
        </Text>
      )}
      {waiting?.state === "refused" && (
        <Banner meaning="danger" role="alert" title={t("app:doses.conflict")}>
          {waiting.problem?.detail ?? waiting.problem?.title} {waiting.problem?.action}
        </Banner>
      )}
      <Entries dose={dose} />
      {open && asking === undefined && early && state === "due" && (
        <Text c="dimmed">{t("app:doses.notYet", { time: formats.time(mayBeGivenFrom(dose)) })}</Text>
      )}
      {open && asking === undefined && !(early && state === "due") && (
        <Group gap="xs" className="nurse-dose-answers">
          {recalled && !stopped && others.length > 0 && (
            <Button
              size="xl"
              variant="default"
              leftSection={<IconPackage aria-hidden />}
              onClick={() => setAsking("pack")}
            >
              {t("app:recalls.dose.otherPack")}
            </Button>
          )}
          {!recalled && !stopped && (
            <Button size="xl" leftSection={<IconCheck aria-hidden />} loading={write.isPending} onClick={() => give()}>
              {t("app:doses.give")}
            </Button>
          )}
          {!needed && (
            <>
              <Button
                size="xl"
                variant="default"
                leftSection={<IconHandStop aria-hidden />}
                onClick={() => setAsking("refused")}
              >
                {t("app:doses.refuse")}
              </Button>
              <Button
                size="xl"
                variant={recalled || stopped ? "filled" : "default"}
                leftSection={<IconPlayerPause aria-hidden />}
                onClick={() => setAsking("held")}
              >
                {t("app:doses.hold")}
              </Button>
            </>
          )}
          {correcting && (
            <Button size="xl" variant="default" onClick={() => write.mutate({})}>
              {t("app:doses.retract")}
            </Button>
          )}
        </Group>
      )}
      {asking === "pack" && (
        <OtherPack dose={dose} busy={write.isPending} onBack={() => setAsking(undefined)} onGive={give} />
      )}
      {needed && !onItsWay && asking === undefined && (
        <Button variant="subtle" size="lg" onClick={() => setAsking("earlier")}>
          {t("app:doses.earlier")}
        </Button>
      )}
      {asking === "earlier" && (
        <GivenEarlier
          onBack={() => setAsking(undefined)}
          onNext={(at) => {
            setBatch(undefined);
            setEarlierAt(at);
            setAsking("given");
          }}
        />
      )}
      {asking && asking !== "pack" && asking !== "earlier" && (
        <Reasons
          asking={asking}
          busy={write.isPending}
          onBack={() => setAsking(undefined)}
          onSave={(wish) =>
            write.mutate({
              ...wish,
              ...(asking === "given" && batch !== undefined ? { batch } : {}),
              ...(asking === "given" && earlierAt !== undefined ? { at: earlierAt } : {}),
            })
          }
        />
      )}
      {write.error && <ProblemAlert error={write.error} />}
      {!needed && !onItsWay && !correcting && dose.sequence > 0 && state !== "due" && state !== "missed" && (
        <Button variant="subtle" size="lg" onClick={() => setCorrecting(true)}>
          {t("app:doses.correct")}
        </Button>
      )}
      {correcting && <Text c="dimmed">{t("app:doses.correctHint")}</Text>}
    </section>
  );
}

/** Durable on the box before it is said to be saved; a retry sends the same bytes under the same key. */
function useWrite(dose: Dose, scanned: Scanned, onDone: () => void) {
  const { t } = useTranslation();
  const box = useBoxApi();
  const { online } = useLink();
  const queries = useQueryClient();
  const [at, setAt] = useState<string>();
  return useAction(
    (wish: Wish, key) => {
      const { at: givenAt, ...said } = wish;
      const time = givenAt ?? at ?? new Date().toISOString();
      if (givenAt === undefined) setAt(time);
      return box.save({ kind: "dose", resident_id: dose.resident.id, body: entryOf(dose, said, time, scanned) }, key);
    },
    {
      onSuccess: () => {
        setAt(undefined);
        notifications.show({ message: t(online ? "app:doses.saved" : "app:doses.savedHere"), color: "green" });
        for (const first of ["spool", "doses"]) void queries.invalidateQueries({ queryKey: [first] });
        onDone();
      },
    },
  );
}

function Reasons({
  asking,
  busy,
  onBack,
  onSave,
}: {
  asking: Asking;
  busy: boolean;
  onBack: () => void;
  onSave: (wish: Wish) => void;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<string>();
  const [note, setNote] = useState("");
  const [pressed, setPressed] = useState(false);
  const given = asking === "given";
  const missing = reason === "other" && note.trim() === "";
  const title = t(given ? "app:doses.whyNeeded" : "app:doses.why");
  const save = (): void => {
    setPressed(true);
    if (reason === undefined || missing) return;
    const code = given ? { need: reason as NeedReason } : { not_given: reason as NotGivenReason };
    onSave({ outcome: asking, ...code, note });
  };
  return (
    <div className="nurse-dose-reasons">
      <Text fw={600}>{title}</Text>
      <div className="nurse-templates" role="group" aria-label={title}>
        {(given ? NEED : NOT_GIVEN).map((code) => (
          <button key={code} type="button" aria-pressed={reason === code} onClick={() => setReason(code)}>
            {t(`dose.${given ? "need" : "notGiven"}.${code}`)}
          </button>
        ))}
      </div>
      <Textarea
        label={t("app:doses.note")}
        description={t("app:doses.noteHint")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={pressed && missing ? t("app:doses.noteMissing") : undefined}
        autosize
        minRows={1}
        maxLength={500}
      />
      <Group justify="space-between">
        <Button size="xl" variant="default" onClick={onBack}>
          {t("action.back")}
        </Button>
        <Button size="xl" disabled={reason === undefined} loading={busy} onClick={save}>
          {t("app:doses.save")}
        </Button>
      </Group>
    </div>
  );
}

function Entries({ dose }: { dose: Dose }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (dose.entries.length === 0) return null;
  return (
    <ul className="nurse-plain-list nurse-dose-entries" aria-label={t("app:doses.entries")}>
      {dose.entries.map((entry) => (
        <li key={entry.id} className={entry.fhir_status === "entered-in-error" ? "nurse-dose-error" : ""}>
          {formats.dateTime(entry.at)} · {t(`app:doses.entry.${entry.state}`)}
          {entry.not_given && ` · ${t(`dose.notGiven.${entry.not_given}`)}`}
          {entry.need && ` · ${t(`dose.need.${entry.need}`)}`}
          {entry.batch && ` · ${t("app:doses.fromBatch", { batch: entry.batch })}`}
          {entry.note && ` · ${entry.note}`} · {entry.author_name}
          {entry.scanned && ` · ${t("app:doses.scannedBoth")}`}
          {Date.parse(entry.recorded_at) - Date.parse(entry.at) > 15 * 60_000 &&
            ` · ${t("app:doses.late", { time: formats.dateTime(entry.recorded_at) })}`}
          {entry.beyond_bound && (
            <>
              {" · "}
              <strong className="nurse-dose-beyond">{t("app:doses.beyondBound")}</strong>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
