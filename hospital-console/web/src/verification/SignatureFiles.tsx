import type { Delivery, Prescription } from "@yunzhen/client";
import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { download } from "../common/download";

/** What was signed, as files that anybody verifies without us: on the page for it, or by `certs verify`. */
export function SignatureFiles({ prescription }: { prescription: Prescription }) {
  const { id, signature, approval } = prescription;
  if (!signature && !approval) return null;
  return (
    <Group gap="xs">
      {signature && <SignedFile what="prescription" id={id} jws={signature.jws} />}
      {approval && <SignedFile what="approval" id={id} jws={approval.jws} />}
    </Group>
  );
}

/** What the box of the home signed of a parcel, once it has. */
export function ReceiptFile({ delivery }: { delivery: Delivery }) {
  return delivery.receipt ? <SignedFile what="receipt" id={delivery.id} jws={delivery.receipt.jws} /> : null;
}

function SignedFile({ what, id, jws }: { what: "prescription" | "approval" | "receipt"; id: string; jws: string }) {
  const { t } = useTranslation("app");
  return (
    <Button
      variant="subtle"
      size="compact-md"
      leftSection={<IconDownload size={18} aria-hidden />}
      onClick={() => download(`${what}-${id}.jws`, jws, "application/jose")}
    >
      {t(`verification.download.${what}`)}
    </Button>
  );
}
