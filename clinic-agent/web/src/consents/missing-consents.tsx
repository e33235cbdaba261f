import { Button } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ConsentKind } from "@yunzhen/client";
import { Banner, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TakeConsents } from "./take-consents";
import { missingForVisit } from "./texts";

/** Before a call: which consent it needs and has not, and one press to take it. Silent when there is nothing to say. */
export function MissingConsents({ residentId }: { residentId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const [taking, setTaking] = useState<ConsentKind[]>();
  const chart = useQuery({ queryKey: ["residents", residentId], queryFn: () => api.residents.getFresh(residentId) });
  const resident = chart.data?.data;
  if (!resident) return null;
  const missing = missingForVisit(resident.consents);
  return (
    <>
      {missing.length > 0 && (
        <Banner
          meaning="person"
          icon={IconSignature}
          role="status"
          title={t("app:consents.missing", {
            kinds: missing.map((kind) => t(`app:consents.kind.${kind}`)).join(t("separator")),
          })}
          action={
            <Button size="lg" onClick={() => setTaking(missing)}>
              {t("app:consents.take")}
            </Button>
          }
        >
          {t("app:consents.missingHint")}
        </Banner>
      )}
      {taking && <TakeConsents resident={resident} kinds={taking} onClose={() => setTaking(undefined)} />}
    </>
  );
}
