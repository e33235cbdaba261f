import type { Referral } from "@yunzhen/client";
import { ProblemAlert, ReferralChip, Skeletons } from "@yunzhen/client/ui";
import { Anchor, Button, Group } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { UrgencyChip } from "../common/chips";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import page from "../common/Page.module.css";
import { Actions } from "./Actions";
import { DraftForm } from "./DraftForm";
import { Facts } from "./Facts";
import { HandOver } from "./HandOver";
import classes from "./referrals.module.css";

/** One referral with its whole way; what can be done next stands at the top. */
export function ReferralPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("app");
  const referral = useQuery({ queryKey: keys.referrals.one(id), queryFn: () => api.referrals.get(id) });
  useTitle(referral.data ? `${t("referrals.one")} ${referral.data.resident.name}` : t("referrals.one"));
  return (
    <div className={page.page}>
      {referral.isPending && <Skeletons shape="card" />}
      {referral.isError && !referral.data && (
        <ProblemAlert error={referral.error} onRetry={() => void referral.refetch()} />
      )}
      {referral.data && <Loaded referral={referral.data} />}
    </div>
  );
}

function Loaded({ referral }: { referral: Referral }) {
  const { t } = useTranslation("app");
  const queryClient = useQueryClient();
  const keep = (next: Referral) => {
    queryClient.setQueryData(keys.referrals.one(next.id), next);
    void queryClient.invalidateQueries({ queryKey: keys.referrals.list });
    void queryClient.invalidateQueries({ queryKey: keys.consultations.all });
  };
  const { resident } = referral;
  const editable = referral.allowed.includes("edit");
  return (
    <>
      <PageHeader
        title={`${t("referrals.one")} · ${resident.name}`}
        note={
          <Group gap="sm">
            {t(`shared:sex.${resident.sex}`)} · {t("shared:age", { n: resident.age })} · {resident.home_name} ·{" "}
            {t("shared:bed", { bed: resident.bed })}
            <UrgencyChip urgency={referral.urgency} />
            <ReferralChip state={referral.state} />
          </Group>
        }
      >
        <Button
          component={Link}
          to="/referrals"
          variant="default"
          leftSection={<IconArrowLeft size={18} aria-hidden />}
        >
          {t("referrals.title")}
        </Button>
      </PageHeader>
      <div className={classes.columns}>
        <div>
          {editable ? (
            <DraftForm key={referral.id} referral={referral} onSaved={keep} />
          ) : (
            <Actions referral={referral} onDone={keep} />
          )}
          <Facts referral={referral} />
        </div>
        <aside className={classes.side}>
          <HandOver referral={referral} />
          {referral.consultation_id && (
            <Anchor component={Link} to={`/consultations/${referral.consultation_id}`}>
              {t("referrals.toConsultation")}
            </Anchor>
          )}
        </aside>
      </div>
    </>
  );
}
