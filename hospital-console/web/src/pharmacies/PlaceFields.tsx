import { numberProblem, type NumberRule } from "@yunzhen/client";
import { NumberField } from "@yunzhen/client/ui";
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { problemAt } from "../common/problemAt";

/** Nothing, or what was typed. */
export type Degrees = number | undefined;

const LATITUDE: NumberRule = { min: -90, max: 90, decimals: 6 };
const LONGITUDE: NumberRule = { min: -180, max: 180, decimals: 6 };

/** Each is empty or a number that its field takes. */
export const placeFits = (latitude: Degrees, longitude: Degrees): boolean =>
  numberProblem(latitude, LATITUDE) === undefined && numberProblem(longitude, LONGITUDE) === undefined;

/** Latitude and longitude, both or neither. */
export function PlaceFields({
  latitude,
  longitude,
  onChange,
  error,
}: {
  latitude: Degrees;
  longitude: Degrees;
  onChange: (latitude: Degrees, longitude: Degrees) => void;
  error: unknown;
}) {
  const { t } = useTranslation("app");
  return (
    <Group grow align="flex-start">
      <NumberField
        label={t("pharmacies.sheet.latitude")}
        description={t("pharmacies.sheet.placeHint")}
        value={latitude}
        onChange={(value) => onChange(value, longitude)}
        rule={LATITUDE}
        error={problemAt(error, "latitude")}
        hideControls
        data-autofocus
      />
      <NumberField
        label={t("pharmacies.sheet.longitude")}
        description={t("pharmacies.sheet.placeHint")}
        value={longitude}
        onChange={(value) => onChange(latitude, value)}
        rule={LONGITUDE}
        error={problemAt(error, "longitude")}
        hideControls
      />
    </Group>
  );
}

/** As it is sent: what is empty is left out. */
export const placeOf = (latitude: Degrees, longitude: Degrees) => ({
  ...(latitude === undefined ? {} : { latitude }),
  ...(longitude === undefined ? {} : { longitude }),
});
