import type { Consultation, Prescription, Resident } from "@yunzhen/client";
import { ProblemAlert } from "@yunzhen/client/ui";
import { Button, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { useDrafting } from "../consultations/drafting";
import { Composer } from "./Composer";
import { PrescriptionCard } from "./PrescriptionCard";

type Open = { start?: Prescription; repeat?: Prescription } | undefined;

/** The visit's prescriptions: those signed, live; and the one being written. */
export function PrescriptionPanel({
  consultation,
  resident,
  diagnosisCode,
  closed,
}: {
  consultation: Consultation;
  resident?: Resident;
  diagnosisCode: string | undefined;
  closed: boolean;
}) {
  const { t } = useTranslation("app");
  const [open, setOpen] = useState<Open>();
  const [openId, setOpenId] = useState<string>();
  const { setDrafting } = useDrafting();
  useEffect(() => setDrafting(open !== undefined), [open, setDrafting]);
  const shown = consultation.prescriptions.filter((p) => p.id !== openId);
  const edit = (start: Prescription | undefined) => {
    setOpen({ start });
    setOpenId(start?.state === "draft" ? start.id : undefined);
  };
  // A refill request leads here with the prescription that runs out.
  const [query, setQuery] = useSearchParams();
  const repeatId = query.get("repeat") ?? "";
  const earlier = useQuery({
    queryKey: keys.prescriptions.one(repeatId),
    queryFn: () => api.prescriptions.get(repeatId),
    enabled: repeatId !== "" && !closed,
  });
  const repeat = repeatId === "" || closed ? undefined : earlier.data;
  // So does a replacement that was begun outside of the visit, with its draft.
  const draftId = query.get("draft") ?? "";
  const begun = useQuery({
    queryKey: keys.prescriptions.one(draftId),
    queryFn: () => api.prescriptions.get(draftId),
    enabled: draftId !== "" && !closed,
  });
  const draft = draftId === "" || closed || begun.data?.state !== "draft" ? undefined : begun.data;
  // Once: who closes it does not get it again while the address changes.
  const [taken, setTaken] = useState(false);
  if ((repeat ?? draft) && !open && !taken) {
    setTaken(true);
    if (draft) edit(draft);
    else setOpen({ repeat });
  }
  const close = () => {
    if (repeatId !== "" || draftId !== "") setQuery({}, { replace: true });
    setOpen(undefined);
    setOpenId(undefined);
  };
  return (
    <>
      {(shown.length > 0 || !open) && (
        <Section
          title={t("prescriptions.title")}
          aside={
            !closed && !open ? (
              <Button
                variant="default"
                size="xs"
                leftSection={<IconPlus size={16} aria-hidden />}
                onClick={() => edit(undefined)}
              >
                {t("prescriptions.new")}
              </Button>
            ) : undefined
          }
        >
          <Stack gap="sm">
            {shown.map((p) => (
              <PrescriptionCard
                key={p.id}
                id={p.id}
                onEdit={closed || open ? undefined : edit}
                consultationId={closed ? undefined : consultation.id}
                onReplaced={open ? undefined : edit}
              />
            ))}
            {shown.length === 0 && (
              <Text size="sm" c="dimmed">
                {t("prescriptions.none")}
              </Text>
            )}
          </Stack>
        </Section>
      )}
      {begun.isError && <ProblemAlert error={begun.error} onRetry={() => void begun.refetch()} />}
      {earlier.isError && <ProblemAlert error={earlier.error} onRetry={() => void earlier.refetch()} />}
      {open && !closed && (
        <Composer
          consultation={consultation}
          resident={resident}
          start={open.start}
          repeat={open.repeat}
          diagnosisCode={diagnosisCode}
          onSaved={setOpenId}
          onClose={close}
        />
      )}
    </>
  );
}
