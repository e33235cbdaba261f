import { Button, Group, Text, Title } from "@mantine/core";
import { IconFileTypePdf, IconHandStop, IconQrcode } from "@tabler/icons-react";
import { medicationLabelsPath, medicationSheetPath, type Dose, type DosesOfDay } from "@yunzhen/client";
import { AllergyBanner, Banner, StatusChip, useFormats, useNames } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { BackToList } from "../back-to-list";
import type { SpoolItem } from "../box/box-api";
import { DoseCard } from "./dose-card";
import type { Scanned } from "./doses-screen";
import { keyOf, sameHour, standsElsewhere, type RoundChoice } from "./plan";

/** The medicines of one resident: who it is and what must not be given on top, then dose after dose. */
export function BedDoses({
  residentId,
  plan,
  round,
  spool,
  scanned,
}: {
  residentId: string;
  plan: DosesOfDay;
  round: RoundChoice;
  spool: readonly SpoolItem[];
  scanned: Scanned;
}) {
  const { t } = useTranslation();
  const names = useNames();
  const formats = useFormats();
  const own = (one: { resident: { id: string } }): boolean => one.resident.id === residentId;
  const doses = plan.items.filter((dose) => own(dose) && (round === "all" || dose.round === round));
  const needed = plan.as_needed.filter(own);
  const stopped = plan.stopped.filter(own);
  const resident = (plan.items.find(own) ?? needed[0] ?? stopped[0] ?? plan.runways.find(own))?.resident;
  if (!resident) {
    return (
      <div className="yz-card nurse-pad">
        <Text>{t("app:doses.empty")}</Text>
        <Text c="dimmed">{t("app:doses.emptyHint")}</Text>
      </div>
    );
  }
  // The bed that was scanned must be this one, or the nurse went on to another.
  const here = scanned.resident === resident.bed || scanned.resident?.toLowerCase() === resident.code.toLowerCase();
  const checked = here ? scanned : {};
  const ended = new Set(stopped.map((course) => course.prescription_id));
  const card = (dose: Dose) => (
    <DoseCard
      key={keyOf(dose)}
      dose={dose}
      spool={spool}
      scanned={checked}
      stopped={ended.has(dose.prescription_id)}
      sameHour={sameHour(dose, plan)}
    />
  );
  return (
    <article className="yz-card nurse-resident">
      <div className="nurse-resident-body" tabIndex={0} role="region" aria-label={resident.name}>
        <Group gap="sm">
          <BackToList to="/doses" label={t("app:doses.back")} />
          <Title order={1} size="h2">
            {resident.name} · {t("bed", { bed: resident.bed })}
          </Title>
          {checked.resident && (
            <StatusChip meaning="done" icon={IconQrcode}>
              {t("app:doses.scanned.resident")}
            </StatusChip>
          )}
        </Group>
        <AllergyBanner of={resident} />
        {stopped.map((course) => (
          <Banner key={course.prescription_id} meaning="danger" icon={IconHandStop} title={t("app:doses.stopped")}>
            <strong>{names.drugs(course)}</strong>
            <div>
              {t("app:doses.stoppedBy", {
                name: course.specialist_name,
                time: formats.dateTime(course.stopped_at),
                reason: course.reason,
              })}
            </div>
            {standsElsewhere(course, plan) && <div>{t("app:doses.standsElsewhere")}</div>}
          </Banner>
        ))}
        {doses.map(card)}
        {doses.length === 0 && <Text c="dimmed">{t("app:doses.empty")}</Text>}
        {needed.length > 0 && (
          <>
            <Title order={2} size="h3">
              {t("app:doses.asNeeded")}
            </Title>
            {needed.map(card)}
          </>
        )}
      </div>
      <footer className="nurse-actions">
        <Papers residentId={resident.id} />
      </footer>
    </article>
  );
}

/** The sheet for the resident and the labels of the packs, in the language of the page. */
function Papers({ residentId }: { residentId: string }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language === "en" ? "en" : "zh";
  const to = (href: string, words: string) => (
    <Button
      component="a"
      href={href}
      target="_blank"
      rel="noopener"
      variant="default"
      size="xl"
      leftSection={<IconFileTypePdf aria-hidden />}
    >
      {words}
    </Button>
  );
  return (
    <>
      {to(medicationSheetPath(residentId, language), t("app:doses.sheet"))}
      {to(medicationLabelsPath(residentId, language), t("app:doses.labels"))}
    </>
  );
}
