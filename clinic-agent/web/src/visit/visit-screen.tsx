import { Button } from "@mantine/core";
import { IconSearchOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, type ConsultationSummary } from "@yunzhen/client";
import { EmptyState, ProblemAlert, Skeletons, useApi } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { AppointmentScreen } from "../schedule/appointment-screen";
import { isCallable, isOpen } from "../today/round";
import { AfterScreen } from "./after-screen";
import { calledHere } from "./called-here";
import { CallScreen } from "./call-screen";

/** One consultation: its appointment before, the call while it is open, the summary afterwards. */
export function VisitScreen() {
  const { t } = useTranslation();
  const { consultationId = "" } = useParams();
  const api = useApi();
  const consultation = useQuery({
    queryKey: ["consultations", consultationId],
    queryFn: () => api.consultations.get(consultationId),
    // The expected wait changes without an event.
    refetchInterval: ({ state }) => (state.data?.queue ? 25_000 : false),
  });
  const called = useQueryClient().getQueryData<ConsultationSummary>(calledHere(consultationId));
  const callable = consultation.data ?? called;
  if (callable && isCallable(callable.state)) {
    return <CallScreen key={consultationId} consultation={callable} beside={consultation.data} />;
  }
  if (consultation.data) {
    const { state } = consultation.data;
    return isOpen(state) ? (
      <AppointmentScreen key={consultationId} consultation={consultation.data} />
    ) : (
      <AfterScreen consultation={consultation.data} />
    );
  }
  if (consultation.isPending) return <Skeletons shape="card" count={6} />;
  const hidden = consultation.error instanceof ApiError && consultation.error.status === 404;
  return (
    <div className="yz-card nurse-pad">
      {hidden ? (
        <EmptyState
          level={1}
          icon={IconSearchOff}
          title={t("app:after.notYours")}
          hint={t("app:after.notYoursHint")}
          action={
            <Button component={Link} to="/">
              {t("app:after.backToday")}
            </Button>
          }
        />
      ) : (
        <ProblemAlert error={consultation.error} onRetry={() => void consultation.refetch()} />
      )}
    </div>
  );
}
