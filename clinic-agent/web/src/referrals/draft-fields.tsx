import { Autocomplete, SegmentedControl, Select, Text, Textarea } from "@mantine/core";
import type { Urgency } from "@yunzhen/client";
import { useTranslation } from "react-i18next";
import { useSpecialists } from "../schedule/use-schedule";
import { LONGEST, type Draft, type RideWish } from "./account";

const WISHES: readonly RideWish[] = ["none", "ambulance", "wheelchair_van", "taxi", "home_car"];

/** The conditions of the record: what the nurse refers for is one of them, or the doctor chooses it. */
export interface KnownCondition {
  code: string;
  label: string;
}

/** The fields of a draft, the same for a new one and for one that is gone on with. */
export function DraftFields({
  draft,
  conditions,
  wrong,
  onChange,
}: {
  draft: Draft;
  conditions: readonly KnownCondition[];
  wrong: (path: string) => string | undefined;
  onChange: (part: Partial<Draft>) => void;
}) {
  const { t } = useTranslation();
  // Those of the specialists are offered; another one can be typed.
  const specialists = useSpecialists();
  const hospitals = [...new Set((specialists.data ?? []).flatMap(({ hospital }) => hospital ?? []))];
  return (
    <>
      <div>
        <Text fw={600} mb={4} id="referral-urgency">
          {t("app:before.urgency")}
        </Text>
        <SegmentedControl
          size="lg"
          fullWidth
          aria-labelledby="referral-urgency"
          value={draft.urgency}
          onChange={(value) => onChange({ urgency: value as Urgency })}
          data={(["routine", "urgent"] as const).map((value) => ({ value, label: t(`urgency.${value}`) }))}
        />
      </div>
      <Textarea
        label={t("app:referrals.reason")}
        description={t("app:referrals.draft.reasonHelp")}
        value={draft.reason}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
        error={wrong("reason")}
        maxLength={LONGEST / 2}
        autosize
        minRows={3}
        required
      />
      <Textarea
        label={t("app:referrals.draft.seen")}
        description={t("app:referrals.draft.seenHelp")}
        value={draft.seen}
        onChange={(event) => onChange({ seen: event.currentTarget.value })}
        maxLength={LONGEST / 2 - 100}
        autosize
        minRows={2}
      />
      <div className="nurse-columns">
        <Autocomplete
          label={t("app:referrals.hospital")}
          description={t("app:referrals.draft.hospitalHelp")}
          value={draft.hospital}
          onChange={(hospital) => onChange({ hospital })}
          data={hospitals}
          error={wrong("hospital")}
          maxLength={100}
        />
        <Autocomplete
          label={t("app:referrals.draft.department")}
          description={t("app:referrals.draft.departmentHelp")}
          value={draft.department}
          onChange={(department) => onChange({ department })}
          data={t("app:referrals.draft.departments").split("|")}
          error={wrong("department")}
          maxLength={100}
        />
        <Select
          label={t("app:referrals.diagnosis")}
          description={t("app:referrals.draft.diagnosisHelp")}
          value={draft.diagnosis}
          onChange={(diagnosis) => onChange({ diagnosis })}
          data={conditions.map(({ code, label }) => ({ value: code, label }))}
          nothingFoundMessage={t("app:referrals.draft.noConditions")}
          error={wrong("diagnosis_code")}
          clearable
        />
        <Select
          label={t("app:referrals.draft.ride")}
          description={t("app:referrals.draft.rideHelp")}
          value={draft.ride}
          onChange={(ride) => onChange({ ride: (ride as RideWish | null) ?? "none" })}
          data={WISHES.map((value) => ({
            value,
            label: value === "none" ? t("app:referrals.draft.noRide") : t(`app:referrals.ride.vehicles.${value}`),
          }))}
          allowDeselect={false}
        />
      </div>
    </>
  );
}
