import { SegmentedControl } from "@mantine/core";
import type { BodySite } from "@yunzhen/client";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { placesOf, viewOf, type BodyView, type Place } from "./body-places";
import "./body-map.css";

/** Where a photo was taken: places as large as a finger, laid out as a body. Pressed once more, none is named. */
export function BodyMap({
  value,
  onChange,
}: {
  value: BodySite | undefined;
  onChange: (site: BodySite | undefined) => void;
}) {
  const { t } = useTranslation();
  const [view, setView] = useState<BodyView>(() => (value ? viewOf(value) : "front"));
  const column = ({ part, side }: Place): string =>
    part === "trunk"
      ? "3 / 5"
      : onTheLeft(view, side)
        ? part === "arm"
          ? "1 / 3"
          : "2 / 4"
        : part === "arm"
          ? "5 / 7"
          : "4 / 6";
  return (
    <div>
      <SegmentedControl
        fullWidth
        size="lg"
        aria-label={t("app:documents.body.view")}
        value={view}
        onChange={(next) => setView(next as BodyView)}
        data={(["front", "back"] as const).map((one) => ({ value: one, label: t(`app:documents.body.${one}`) }))}
      />
      <div className="nurse-body" role="group" aria-label={t("app:documents.body.label")}>
        {placesOf(view).map((place) => (
          <button
            key={place.site}
            type="button"
            aria-pressed={place.site === value}
            style={{ gridColumn: column(place), gridRow: place.row + 1 }}
            onClick={() => onChange(place.site === value ? undefined : place.site)}
          >
            {t(`bodySite.${place.site}`)}
          </button>
        ))}
      </div>
    </div>
  );
}

const onTheLeft = (view: BodyView, side: Place["side"]): boolean => (view === "front") === (side === "right");
