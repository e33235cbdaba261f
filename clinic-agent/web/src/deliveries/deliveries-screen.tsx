import { IconHandStop, IconPackage, IconPackages, IconSnowflake } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Delivery } from "@yunzhen/client";
import {
  DeliveryChip,
  EmptyState,
  ParcelNumber,
  ProblemAlert,
  Skeletons,
  StatusChip,
  useApi,
  useFormats,
  useNames,
} from "@yunzhen/client/ui";
import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";
import { useSpool } from "../box/box-context";
import { StaleLine } from "../shell";
import { CountedChip } from "./counted-chip";
import { expectedFirst, isComingBack, isExpected, medicinesIn, waitingCount } from "./counting";
import { DeliveryPanel } from "./delivery-panel";

export function DeliveriesScreen() {
  const { t } = useTranslation();
  const { deliveryId } = useParams();
  const api = useApi();
  const deliveries = useQuery({ queryKey: ["deliveries", "list"], queryFn: () => api.deliveries.listFresh() });
  const all = expectedFirst(deliveries.data?.data.items ?? []);
  const expected = all.filter(isExpected);
  const back = all.filter(isComingBack);
  const done = all.filter((delivery) => !isExpected(delivery) && !isComingBack(delivery));
  const selected = all.find((delivery) => delivery.id === deliveryId);
  return (
    <div className={`nurse-split ${selected ? "nurse-split-detail" : ""}`}>
      <section className="nurse-list yz-card" aria-label={t("app:deliveries.title")}>
        <div className="nurse-list-head">
          <h1>{t("app:deliveries.title")}</h1>
          <StaleLine since={deliveries.data?.staleSince} />
        </div>
        {deliveries.isPending ? (
          <Skeletons shape="rows" count={3} />
        ) : deliveries.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={deliveries.error} onRetry={() => void deliveries.refetch()} />
          </div>
        ) : (
          <>
            <h2 className="nurse-list-title">{t("app:deliveries.expected")}</h2>
            {expected.length === 0 ? (
              <EmptyState icon={IconPackages} title={t("app:deliveries.empty")} hint={t("app:deliveries.emptyHint")} />
            ) : (
              <Rows deliveries={expected} />
            )}
            {back.length > 0 && (
              <>
                <h2 className="nurse-list-title">{t("app:deliveries.comingBack")}</h2>
                <Rows deliveries={back} />
              </>
            )}
            {done.length > 0 && (
              <>
                <h2 className="nurse-list-title">{t("app:deliveries.done")}</h2>
                <Rows deliveries={done} />
              </>
            )}
          </>
        )}
      </section>
      <section className="nurse-detail">
        {selected ? (
          <DeliveryPanel key={selected.id} delivery={selected} />
        ) : (
          <div className="yz-card nurse-fill">
            <EmptyState icon={IconPackage} title={t("app:deliveries.choose")} hint={t("app:deliveries.chooseHint")} />
          </div>
        )}
      </section>
    </div>
  );
}

function Rows({ deliveries }: { deliveries: readonly Delivery[] }) {
  const { t } = useTranslation();
  const names = useNames();
  const formats = useFormats();
  const spool = useSpool();
  return (
    <ul className="nurse-rows">
      {deliveries.map((delivery) => {
        const last = delivery.timeline.at(-1);
        return (
          <li key={delivery.id}>
            <NavLink to={`/deliveries/${delivery.id}`} className="nurse-row">
              <span className="nurse-bed">
                <IconPackage aria-hidden />
              </span>
              <span className="nurse-row-text">
                <span className="nurse-row-name">
                  {delivery.resident
                    ? t("app:deliveries.forResident", delivery.resident)
                    : t("app:deliveries.count", { count: delivery.packs?.length ?? 0 })}
                </span>
                {delivery.packs && delivery.packs.length > 0 && (
                  <span className="nurse-row-sub" data-testid={`medicines-${delivery.id}`}>
                    {medicinesIn(delivery.packs, names.pack).join(t("separator"))}
                  </span>
                )}
                <ParcelNumber delivery={delivery} />
                <span className="nurse-row-sub">
                  <span>{t("app:deliveries.courier", { name: delivery.courier.name })}</span>
                  {last && <span>{formats.time(last.at)}</span>}
                </span>
                <span className="nurse-row-chips">
                  {waitingCount(delivery.id, spool.data ?? []) ? (
                    <CountedChip />
                  ) : (
                    <DeliveryChip state={delivery.state} />
                  )}
                  {delivery.batch_recalled && (
                    <StatusChip meaning="danger" icon={IconHandStop}>
                      {t("parcel.filling.recalled")}
                    </StatusChip>
                  )}
                  {delivery.cold_chain && (
                    <StatusChip meaning="primary" icon={IconSnowflake}>
                      {t("app:deliveries.cold")}
                    </StatusChip>
                  )}
                </span>
              </span>
            </NavLink>
          </li>
        );
      })}
    </ul>
  );
}
