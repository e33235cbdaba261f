import { Button } from "@mantine/core";
import { IconBuildingHospital, IconCamera, IconChartLine, IconId, IconSignature } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** From the round into one part of the record. */
export function RecordLinks({ residentId }: { residentId: string }) {
  const { t } = useTranslation();
  const go = (to: string, label: string, Glyph: typeof IconId) => (
    <Button
      component={Link}
      to={to}
      variant="default"
      size="md"
      className="nurse-record-link"
      leftSection={<Glyph size={22} aria-hidden />}
    >
      {label}
    </Button>
  );
  const to = (part: string, label: string, Glyph: typeof IconId) => go(`/registry/${residentId}${part}`, label, Glyph);
  return (
    <nav aria-label={t("app:residents.parts")} className="nurse-record-links">
      {to("", t("app:residents.part.record"), IconId)}
      {to("/chart", t("app:residents.part.chart"), IconChartLine)}
      {to("/consents", t("app:residents.part.consents"), IconSignature)}
      {to("/documents", t("app:residents.part.documents"), IconCamera)}
      {go(`/referrals/new?resident=${residentId}`, t("app:referrals.draft.new"), IconBuildingHospital)}
    </nav>
  );
}
