/** A 2D code by the camera, beside the field that a wedge scanner or a person types into. Where there is no camera to be had, it says why. */
import { Box, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconAlertOctagon, IconScan } from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { watch, type ScanProblem } from "../scan/watch";
import { Banner } from "./states";

export interface ScanButtonProps {
  label: string;
  /** What the button shows of the label where there is little room. */
  short?: string;
  /** Of the cross that closes the picture. */
  close: string;
  size?: string;
  onCode: (code: string) => void;
}

/** Escape closes the picture and not the sheet that it was opened from, which listens to the whole window. */
const OWN_ESCAPE = { "data-mantine-stop-propagation": "true" };

export function ScanButton({ label, short = label, close, size = "lg", onCode }: ScanButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size={size}
        type="button"
        leftSection={<IconScan aria-hidden />}
        aria-label={label}
        onClick={() => setOpen(true)}
      >
        {short}
      </Button>
      {open && (
        <Modal
          opened
          onClose={() => setOpen(false)}
          title={label}
          closeButtonProps={{ "aria-label": close }}
          attributes={{ content: OWN_ESCAPE, close: OWN_ESCAPE }}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === "Escape") setOpen(false);
          }}
        >
          <Camera
            onCode={(code) => {
              setOpen(false);
              onCode(code);
            }}
          />
        </Modal>
      )}
    </>
  );
}

/** For a field's `inputContainer`: the button stands beside what is typed into, and under it where there is no room. */
export const besideCamera = (button: ScanButtonProps) => (input: ReactNode) => (
  <Group gap="xs">
    <Box flex="1 1 180px">{input}</Box>
    <ScanButton {...button} />
  </Group>
);

function Camera({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onCode);
  found.current = onCode;
  const [attempt, setAttempt] = useState(0);
  const [seen, setSeen] = useState(false);
  const [problem, setProblem] = useState<ScanProblem>();
  useEffect(() => {
    if (!video.current) return;
    return watch(video.current, {
      onPicture: () => setSeen(true),
      onCode: (code) => found.current(code),
      onProblem: setProblem,
    });
  }, [attempt]);
  if (problem)
    return (
      <Stack>
        <Banner
          meaning="person"
          icon={IconAlertOctagon}
          role="alert"
          title={
            problem === "reader" ? t("scan.noReader") : t(`call.mediaProblem.${problem}`, { device: t("scan.device") })
          }
        >
          {t("scan.byHand")}
        </Banner>
        <Group justify="flex-end">
          <Button
            {...OWN_ESCAPE}
            variant="default"
            size="lg"
            type="button"
            onClick={() => {
              setProblem(undefined);
              setSeen(false);
              setAttempt(attempt + 1);
            }}
          >
            {t("action.retry")}
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="xs">
      <video ref={video} muted playsInline style={{ width: "100%", borderRadius: 8 }} />
      <Text role="status">{t(seen ? "scan.aim" : "scan.opening")}</Text>
    </Stack>
  );
}
