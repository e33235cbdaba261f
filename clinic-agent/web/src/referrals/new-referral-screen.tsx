import { Button, Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { NewReferral } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useApi } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { saidAt } from "../said-at";
import { PrimaryButton } from "../shell";
import { useRound } from "../today/use-round";
import { emptyDraft, toContent, type Draft } from "./account";
import { accountWords } from "./account-words";
import { DraftFields } from "./draft-fields";
import { useConditions } from "./use-conditions";

/** What the nurse writes for the hospital. A doctor who has seen the resident checks it and sends it. */
export function NewReferralScreen() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [address] = useSearchParams();
  const { residents } = useRound();
  const [residentId, setResidentId] = useState(address.get("resident"));
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const conditions = useConditions(residentId);
  const save = useAction((input: NewReferral, key) => api.referrals.draft(input, key), {
    onSuccess: (referral) => {
      notifications.show({ message: t("app:referrals.draft.saved"), color: "green" });
      void queries.invalidateQueries({ queryKey: ["referrals"] });
      void navigate(`/referrals/${referral.id}`, { replace: true });
    },
  });
  const wrong = (path: string) => saidAt(save.error, path);
  const missing = !residentId ? "who" : draft.reason.trim() === "" ? "reasonMissing" : undefined;
  return (
    <div className="nurse-after">
      <header className="nurse-screen-head">
        <Button component={Link} to="/referrals" variant="subtle" leftSection={<IconArrowLeft />}>
          {t("action.back")}
        </Button>
        <h1>{t("app:referrals.draft.title")}</h1>
      </header>
      <Banner meaning="waiting" role="status">
        {t("app:referrals.draft.hint")}
      </Banner>
      <section className="yz-card nurse-pad nurse-complaint">
        <Select
          label={t("app:referrals.ride.who")}
          searchable
          value={residentId}
          onChange={(id) => {
            setResidentId(id);
            setDraft((before) => ({ ...before, diagnosis: null }));
          }}
          data={(residents.data?.data.items ?? []).map((one) => ({ value: one.id, label: `${one.bed} ${one.name}` }))}
          error={wrong("resident_id")}
          required
        />
        <DraftFields
          draft={draft}
          conditions={conditions}
          wrong={(path) => wrong(`content.${path}`)}
          onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
        />
      </section>
      {save.error && <ProblemAlert error={save.error} />}
      <footer className="nurse-actions">
        {missing && <Text>{t(`app:referrals.draft.${missing}`)}</Text>}
        <PrimaryButton
          disabled={missing !== undefined}
          loading={save.isPending}
          onClick={() =>
            residentId &&
            save.mutate({ resident_id: residentId, content: toContent(draft, accountWords(i18n.language)) })
          }
        >
          {t("app:referrals.draft.save")}
        </PrimaryButton>
      </footer>
    </div>
  );
}
