import { Button } from "@mantine/core";
import { IconVideo } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { isCallable } from "../today/round";
import { QueueWords } from "./queue-words";
import "./ongoing-notice.css";

const WAIT_MS = 25_000;

/** After a reload, a crash or another screen: back into the same consultation, without a new check-in. */
export function OngoingNotice() {
  const { t } = useTranslation();
  const api = useApi();
  const { pathname } = useLocation();
  const list = useQuery({
    queryKey: ["consultations", "list"],
    queryFn: () => api.consultations.listFresh(),
    // The expected wait changes without an event. This notice stands on every screen, so all that show the list follow.
    refetchInterval: ({ state }) => (state.data?.data.items.some((one) => one.queue) ? WAIT_MS : false),
  });
  const open = (list.data?.data.items ?? []).filter((one) => isCallable(one.state));
  const ongoing = open.find((one) => one.state === "in_progress") ?? open[0];
  // Where the consultation itself is open or the round leads to it, nothing more has to be said.
  const leadsThere = ["/consultations/", "/rounds/"].some((start) => pathname.startsWith(start));
  if (!ongoing || leadsThere || pathname === `/residents/${ongoing.resident.id}`) return null;
  return (
    <section className="nurse-ongoing yz-primary" aria-label={t("app:today.ongoing")}>
      <IconVideo size={24} aria-hidden />
      <strong>
        {t("bed", { bed: ongoing.resident.bed })} {ongoing.resident.name}
      </strong>
      <span>{t(`consultation.state.${ongoing.state}`)}</span>
      {ongoing.queue && <QueueWords place={ongoing.queue} />}
      {open.length > 1 && <span>{t("app:today.othersWaiting", { n: open.length - 1 })}</span>}
      <Button component={Link} to={`/consultations/${ongoing.id}`} ml="auto">
        {t("app:today.resume")}
      </Button>
    </section>
  );
}
