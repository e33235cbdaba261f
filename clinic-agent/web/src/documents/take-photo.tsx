import { Button, type ButtonProps } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

/** Opens the tablet's camera for one photo. */
export function TakePhoto({
  onPhoto,
  ...button
}: { onPhoto: (photo: File | undefined) => void } & Pick<ButtonProps, "variant">) {
  const { t } = useTranslation();
  const camera = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button {...button} size="xl" leftSection={<IconCamera aria-hidden />} onClick={() => camera.current?.click()}>
        {t("app:documents.take")}
      </Button>
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        data-testid="camera-input"
        onChange={({ currentTarget }) => {
          onPhoto(currentTarget.files?.[0]);
          // The same file can be chosen again after it was put aside.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
