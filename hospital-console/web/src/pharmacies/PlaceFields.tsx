import { Group, NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { problemAt } from "../common/problemAt";

export type Degrees = number | "";

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
  const degrees = (value: string | number): Degrees => (typeof value === "number" ? value : "");
  return (
    <Group grow align="flex-start">
      <NumberInput
        label={t("pharmacies.sheet.latitude")}
        description={t("pharmacies.sheet.placeHint")}
        value={latitude}
        onChange={(value) => onChange(degrees(value), longitude)}
        error={problemAt(error, "latitude")}
        decimalScale={6}
        hideControls
        data-autofocus
      />
      <NumberInput
        label={t("pharmacies.sheet.longitude")}
        description={t("pharmacies.sheet.placeHint")}
        value={longitude}
        onChange={(value) => onChange(latitude, degrees(value))}
        error={problemAt(error, "longitude")}
        decimalScale={6}
        hideControls
      />
    </Group>
  );
}

/** As it is sent: what is empty is left out. */
export const placeOf = (latitude: Degrees, longitude: Degrees) => ({
  ...(latitude === "" ? {} : { latitude }),
  ...(longitude === "" ? {} : { longitude }),
});
