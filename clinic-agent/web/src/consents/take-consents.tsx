import { Modal } from "@mantine/core";
import type { ConsentKind, Resident } from "@yunzhen/client";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConsentSheet } from "./consent-sheet";

/** One sheet after the other, each kind with its own signature. */
export function TakeConsents({
  resident,
  kinds,
  onClose,
}: {
  resident: Pick<Resident, "id" | "name" | "surrogate">;
  /** As they were asked for; those that are signed meanwhile do not move the others. */
  kinds: readonly ConsentKind[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const kind = kinds[at];
  const next = (): void => (at + 1 < kinds.length ? setAt(at + 1) : onClose());
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("app:consents.sign.title", { name: resident.name })}
      size={960}
      closeOnClickOutside={false}
    >
      {kind && (
        <ConsentSheet
          key={kind}
          resident={resident}
          kind={kind}
          left={kinds.length - at - 1}
          onSigned={next}
          onSkip={next}
        />
      )}
    </Modal>
  );
}
