/**
 * A 2D code by the camera, where the browser can read one (Chromium on Android and ChromeOS: `BarcodeDetector`). Where it cannot, nothing is shown: a wedge
 * scanner types into the field beside it, and so does a person.
 */
import { Button, Modal } from "@mantine/core";
import { IconScan } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined =>
  (globalThis as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

/** Between two looks at the picture. */
const LOOK_MS = 250;

export interface ScanButtonProps {
  label: string;
  /** Of the cross that closes the picture. */
  close: string;
  size?: string;
  onCode: (code: string) => void;
}

export function ScanButton({ label, close, size = "lg", onCode }: ScanButtonProps) {
  const [open, setOpen] = useState(false);
  if (!detectorClass() || !("mediaDevices" in navigator)) return null;
  return (
    <>
      <Button
        variant="default"
        size={size}
        type="button"
        leftSection={<IconScan aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {open && (
        <Modal opened onClose={() => setOpen(false)} title={label} closeButtonProps={{ "aria-label": close }}>
          <Camera
            onCode={(code) => {
              setOpen(false);
              onCode(code);
            }}
            onFailed={() => setOpen(false)}
          />
        </Modal>
      )}
    </>
  );
}

function Camera({ onCode, onFailed }: { onCode: (code: string) => void; onFailed: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const callbacks = useRef({ onCode, onFailed });
  callbacks.current = { onCode, onFailed };
  useEffect(() => {
    const Detect = detectorClass();
    if (!Detect) return;
    const detector = new Detect({ formats: ["qr_code", "data_matrix"] });
    let over = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const element = video.current;
      if (over || !element) return;
      const found = await detector.detect(element).catch(() => []);
      const code = found[0]?.rawValue;
      if (over) return;
      if (code) callbacks.current.onCode(code);
      else timer = setTimeout(() => void look(), LOOK_MS);
    };
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment" } })
      .then(async (opened) => {
        stream = opened;
        if (over || !video.current) {
          opened.getTracks().forEach((track) => track.stop());
          return;
        }
        video.current.srcObject = opened;
        await video.current.play();
        await look();
      })
      // No camera, or it was not allowed: the field is there.
      .catch(() => callbacks.current.onFailed());
    return () => {
      over = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  return <video ref={video} muted playsInline style={{ width: "100%", borderRadius: 8 }} />;
}
