import {
  toApiError,
  type Consultation,
  type NewFavourite,
  type Prescription,
  type PrescriptionItem,
  type Resident,
} from "@yunzhen/client";
import { ProblemAlert, StatusChip, useUnit, useNames } from "@yunzhen/client/ui";
import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea } from "@mantine/core";
import { IconCircleCheck, IconLoader2, IconPlus, IconSignature, IconStar } from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ComposerStanding } from "../eligibility/ComposerStanding";
import { SaveState } from "../common/SaveState";
import { fieldError } from "../common/fields";
import { Section } from "../common/Section";
import { AssessmentFields } from "./AssessmentFields";
import {
  completeItems,
  count,
  emptyLine,
  firstLack,
  isOfChecks,
  itemNumber,
  maxDays,
  needsAssessment,
  obstacle,
  SUPPLIES,
  withItems,
  worstFirst,
  type Line,
} from "./draft";
import { Favourites, KeepSheet } from "./Favourites";
import { FindingList } from "./FindingList";
import { LineEditor } from "./LineEditor";
import { MedicinesInHand } from "./MedicinesInHand";
import { Replaces } from "./Replaces";
import { ReviewSheet } from "./ReviewSheet";
import { useCallObstacle } from "./useCallObstacle";
import { usePrescribingFacts } from "./usePrescribingFacts";
import { useWriting } from "./useWriting";
import classes from "./prescriptions.module.css";

interface ComposerProps {
  consultation: Consultation;
  resident?: Resident;
  start: Prescription | undefined;
  /** An earlier one whose lines are written anew. */
  repeat?: Prescription;
  diagnosisCode: string | undefined;
  onSaved: (id: string) => void;
  onClose: () => void;
}

/** Writes a prescription line by line; the safety answers stand under what they are about. */
export function Composer({ consultation, resident, start, repeat, diagnosisCode, onSaved, onClose }: ComposerProps) {
  const { t, i18n } = useTranslation("app");
  const names = useNames();
  const unitWord = useUnit();
  const state = useWriting(consultation.id, start, diagnosisCode);
  const { writing, change, findings, saved } = state;
  const [reviewing, setReviewing] = useState<Prescription>();
  const [settling, setSettling] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [keeping, setKeeping] = useState<Omit<NewFavourite, "name">>();
  const facts = usePrescribingFacts(consultation.id);
  const limits = facts.data?.limits;
  const stored = saved ?? start;
  const refused = state.status.error ?? state.checkError;
  // What is gone on with stands further down than where it was asked for: the page and the keyboard follow.
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!start) return;
    top.current?.scrollIntoView({ block: "start" });
    top.current?.focus({ preventScroll: true });
  }, [start]);
  useEffect(() => {
    if (saved) onSaved(saved.id);
  }, [saved, onSaved]);
  // What is repeated is written like anything else: it is saved and checked anew, and nothing of the old signature or reasons comes with it.
  const repeated = useRef(false);
  useEffect(() => {
    if (!repeat || !limits || repeated.current) return;
    repeated.current = true;
    const { diagnosis, supply, items } = repeat;
    change({ ...withItems(writing, items, limits.items), diagnosis_code: diagnosis.code, supply });
  }, [repeat, limits, writing, change]);
  // The visit's diagnosis is the prescription's until another is chosen here.
  useEffect(() => {
    if (diagnosisCode !== undefined && writing.diagnosis_code === undefined)
      change({ ...writing, diagnosis_code: diagnosisCode });
  }, [diagnosisCode, writing, change]);

  const setLine = (id: number, part: Partial<Line>) =>
    change({ ...writing, lines: writing.lines.map((line) => (line.id === id ? { ...line, ...part } : line)) });
  const of = (no: number | undefined) => findings.filter((f) => (f.item_no ?? undefined) === no);
  const hardStop = count(findings, "hard_stop") > 0;
  const reasoned = writing.hard_stop_reason.trim() !== "";
  const stop = obstacle(writing, findings, limits);
  const lack = firstLack(writing);
  // Findings of the text before are no reason: they may be gone with what was just changed.
  const shown = state.checking && isOfChecks(stop) ? undefined : stop;
  const call = useCallObstacle(consultation.signing);
  const blocks = count(findings, "block");
  const whyNot = {
    no_diagnosis: t("prescriptions.review.noDiagnosis"),
    no_line: t("prescriptions.review.noLine"),
    incomplete: lack && t(`prescriptions.review.lacks.${lack.what}`, { no: lack.no }),
    assessment: t("prescriptions.review.assessment"),
    blocked: t("prescriptions.review.blocked", { count: blocks }),
    reason_required: t("prescriptions.hardStop.required"),
  };
  const notTaken = isAboutFields(refused)
    ? t("prescriptions.review.refused")
    : state.checkError && t("prescriptions.finding.checkFailed");
  const review = async () => {
    setSettling(true);
    setProblem(undefined);
    try {
      const prescription = await state.settle();
      // The relay's answer to the very text that was saved decides, not the last preview.
      if (!obstacle(writing, prescription.findings, limits)) setReviewing(prescription);
    } catch (error) {
      setProblem(error);
    } finally {
      setSettling(false);
    }
  };
  const full = limits !== undefined && writing.lines.length >= limits.items;
  const take = (items: readonly PrescriptionItem[]) => {
    if (!limits) return;
    const next = withItems(writing, items, limits.items);
    const begun = writing.lines.filter((line) => line.drug !== undefined).length;
    const added = next.lines.length - begun;
    change(next);
    const message =
      added < items.length
        ? t("prescribing.repeat.full", { cap: limits.items })
        : t("prescribing.repeat.added", { count: added });
    notifications.show({ message });
  };
  const diagnoses = (resident?.eligibility ?? []).map((e) => ({
    value: e.diagnosis_code,
    label: conditionName(resident, e.diagnosis_code, i18n.language) ?? names.diagnosis(e),
  }));
  if (writing.diagnosis_code !== undefined && !diagnoses.some((d) => d.value === writing.diagnosis_code)) {
    diagnoses.push({
      value: writing.diagnosis_code,
      label: saved ? names.diagnosis(saved.diagnosis) : writing.diagnosis_code,
    });
  }

  return (
    <>
      <div ref={top} tabIndex={-1} className={classes.top} data-testid="composer">
        <Section
          title={t("prescriptions.draft")}
          aside={
            <Group gap="xs" wrap="nowrap">
              <SaveState status={state.status} />
              {limits && (
                <Text size="sm" c="dimmed">
                  {t("prescriptions.line.capItems", { used: writing.lines.length, cap: limits.items })}
                </Text>
              )}
            </Group>
          }
        >
          <Stack gap="sm">
            {stored && <Replaces prescription={stored} to={toOwn} />}
            {facts.isError && <ProblemAlert error={facts.error} onRetry={() => void facts.refetch()} />}
            <Favourites resident={resident} onUse={take} />
            {facts.data && (
              <details open>
                <summary>{t("prescribing.hand.title")}</summary>
                <MedicinesInHand medicines={facts.data.medicines} />
              </details>
            )}
            <Select
              label={t("consultations.diagnosis.label")}
              placeholder={t("prescriptions.review.noDiagnosis")}
              description={writing.diagnosis_code === undefined ? t("prescribing.noDiagnosisYet") : undefined}
              value={writing.diagnosis_code ?? null}
              onChange={(value) => change({ ...writing, diagnosis_code: value ?? undefined })}
              data={diagnoses}
            />
            <ComposerStanding consultation={consultation} code={writing.diagnosis_code} />
            <Group grow>
              <div>
                <Text size="sm" fw={500} mb={4}>
                  {t("prescriptions.supply.label")}
                  {limits && ` · ${t("prescriptions.supply.cap", { days: maxDays(writing.supply, limits) })}`}
                </Text>
                <SegmentedControl
                  fullWidth
                  aria-label={t("prescriptions.supply.label")}
                  value={writing.supply}
                  onChange={(value) => change({ ...writing, supply: value as typeof writing.supply })}
                  data={SUPPLIES.map((value) => ({ value, label: t(`prescriptions.supply.${value}`) }))}
                />
              </div>
            </Group>
            <Select
              label={t("prescriptions.validity.label")}
              error={fieldError(refused, "valid_days")}
              value={String(writing.valid_days)}
              onChange={(value) => change({ ...writing, valid_days: Number(value ?? 1) })}
              data={Array.from({ length: limits?.validity_days ?? writing.valid_days }, (_, n) => ({
                value: String(n + 1),
                label: n === 0 ? t("prescriptions.validity.one") : t("prescriptions.validity.many", { days: n + 1 }),
              }))}
              allowDeselect={false}
            />
            {writing.lines.map((line, index) => {
              const no = itemNumber(writing, line.id);
              const counted = no === undefined ? undefined : state.quantities[no - 1];
              return (
                <LineEditor
                  key={line.id}
                  line={line}
                  no={index + 1}
                  maxDays={limits && maxDays(writing.supply, limits)}
                  quantity={
                    counted === undefined || counted === 0 ? undefined : `${counted} ${unitWord(line.drug?.unit ?? "")}`
                  }
                  problem={(field) => (no === undefined ? undefined : fieldError(refused, `items[${no - 1}].${field}`))}
                  onKeep={no === undefined ? undefined : () => setKeeping({ items: completeItems([line]) })}
                  findings={no === undefined ? [] : of(no)}
                  reasoned={reasoned}
                  onChange={(part) => setLine(line.id, part)}
                  onRemove={() => change({ ...writing, lines: writing.lines.filter((l) => l.id !== line.id) })}
                />
              );
            })}
            <Button
              variant="default"
              leftSection={<IconPlus size={18} aria-hidden />}
              disabled={full}
              onClick={() => change({ ...writing, lines: [...writing.lines, emptyLine()] })}
            >
              {full ? t("prescriptions.line.full", { cap: limits.items }) : t("prescriptions.line.add")}
            </Button>
            {completeItems(writing.lines).length > 1 && (
              <Button
                variant="subtle"
                size="compact-sm"
                leftSection={<IconStar size={16} aria-hidden />}
                onClick={() =>
                  setKeeping({
                    items: completeItems(writing.lines),
                    diagnosis_code: writing.diagnosis_code,
                    supply: writing.supply,
                  })
                }
              >
                {t("prescribing.favourite.keepAll")}
              </Button>
            )}
            {limits && needsAssessment(writing, limits) && (
              <AssessmentFields
                value={writing.assessment}
                usualDays={limits.supply_chronic_days}
                residentName={resident?.name}
                onChange={(assessment) => change({ ...writing, assessment })}
              />
            )}
            <FindingList findings={of(undefined)} reasoned={reasoned} />
            {hardStop && (
              <Textarea
                label={t("prescriptions.hardStop.label")}
                description={t("prescriptions.hardStop.hint")}
                placeholder={t("prescriptions.hardStop.placeholder")}
                value={writing.hard_stop_reason}
                onChange={(event) => change({ ...writing, hard_stop_reason: event.currentTarget.value })}
                autosize
                minRows={2}
                required
              />
            )}
            {state.checkError && <ProblemAlert error={state.checkError} />}
            {problem !== undefined && <ProblemAlert error={problem} />}
          </Stack>
        </Section>
      </div>
      <div className={classes.bar}>
        <div role="status" style={{ minWidth: 0 }}>
          {call && (
            <Text size="sm" c="var(--yz-danger-text)" data-testid="call-too-low">
              {call}
            </Text>
          )}
          {shown ? (
            <Text size="sm" c={isOfChecks(shown) ? "var(--yz-danger-text)" : "dimmed"} data-testid="why-not">
              {whyNot[shown]}
            </Text>
          ) : notTaken ? (
            <Text size="sm" c="var(--yz-danger-text)" data-testid="why-not">
              {notTaken}
            </Text>
          ) : state.checking ? (
            <StatusChip meaning="waiting" icon={IconLoader2}>
              {t("prescriptions.finding.checking")}
            </StatusChip>
          ) : worstFirst(findings).length === 0 && saved && !call && !state.checkError ? (
            <StatusChip meaning="done" icon={IconCircleCheck}>
              {t("prescriptions.finding.allClear")}
            </StatusChip>
          ) : null}
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" onClick={onClose}>
            {t("app.close")}
          </Button>
          <Button
            leftSection={<IconSignature size={18} aria-hidden />}
            disabled={stop !== undefined || call !== undefined || state.checkError !== undefined}
            loading={settling}
            onClick={() => void review()}
          >
            {t("prescriptions.review.action")}
          </Button>
        </Group>
      </div>
      {keeping && <KeepSheet favourite={keeping} onClose={() => setKeeping(undefined)} />}
      {reviewing && (
        <ReviewSheet
          prescription={reviewing}
          halted={call}
          onClose={() => setReviewing(undefined)}
          onSigned={onClose}
        />
      )}
    </>
  );
}

const toOwn = (id: string) => `/prescriptions/${id}`;

/** Whether the relay refused a field of it, which is no failure of the check. */
const isAboutFields = (error: unknown): boolean => error !== undefined && toApiError(error).fields.length > 0;

function conditionName(resident: Resident | undefined, code: string, language: string): string | undefined {
  const condition = resident?.conditions.find((c) => c.code === code);
  return language.startsWith("zh") ? condition?.display_zh : condition?.display_en;
}
