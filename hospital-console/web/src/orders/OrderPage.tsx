import { ApiError, type Prescription } from "@yunzhen/client";
import {
  Banner,
  DoorToDose,
  FillingsOf,
  orderNumber,
  PrescriptionChip,
  ProblemAlert,
  Skeletons,
} from "@yunzhen/client/ui";
import { ActionIcon, Box, Button, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { OfferChips } from "../pharmacies/Offers";
import { AskSheet } from "../prescriptions/AskSheet";
import { QuestionThread } from "../prescriptions/Questions";
import { Timeline } from "../prescriptions/Timeline";
import { isOf, mayTake } from "./board";
import { Decline } from "./Decline";
import { DeliveryPanel } from "./DeliveryPanel";
import { PackedPanel } from "./PackedPanel";
import { OpenDiscrepancies } from "./OpenDiscrepancies";
import { PackForm } from "./PackForm";
import { PickList } from "./PickList";
import { useOrder } from "./useOrder";
import { Withdrawn } from "./Withdrawn";
import { WentBack } from "./WentBack";
import classes from "./orders.module.css";

/** One order from acceptance to the courier: always exactly one next step. */
export function OrderPage() {
  const { id = "" } = useParams();
  const query = useQuery({ queryKey: keys.prescriptions.one(id), queryFn: () => api.prescriptions.get(id) });
  useTitle(query.data?.resident.name);
  // What was seen before stays in the cache when the order is out of reach.
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <div className={classes.order}>
      {query.isPending ? (
        <Skeletons shape="card" count={6} />
      ) : query.data ? (
        <Order key={id} prescription={query.data} gone={gone} />
      ) : gone ? (
        <WentBack why="gone" />
      ) : (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      )}
    </div>
  );
}

function Order({ prescription, gone }: { prescription: Prescription; gone: boolean }) {
  const { t } = useTranslation("app");
  const order = useOrder(prescription);
  const [asking, setAsking] = useState(false);
  const may = (command: string) => prescription.allowed.includes(command);
  const { resident } = prescription;
  const mine = prescription.offers?.offers[0];
  const parcel = useQuery({
    queryKey: keys.deliveries.one(prescription.delivery_id ?? ""),
    queryFn: () => api.deliveries.get(prescription.delivery_id ?? ""),
    enabled: prescription.delivery_id !== undefined,
  });
  // Nobody is handed code, PIN or link of a parcel that goes back.
  const sent = parcel.data?.batch_recalled !== true && order.packed && isOf(order.packed.delivery, prescription);
  const packed = sent ? order.packed : undefined;
  if (order.decline.isSuccess) return <WentBack why="declined" name={resident.name} />;
  if (gone) return <WentBack why="gone" />;
  return (
    <>
      <div className={classes.orderHead}>
        <ActionIcon component={Link} to="/orders" aria-label={t("orders.back")}>
          <IconArrowLeft size={20} />
        </ActionIcon>
        <div style={{ flex: 1, minWidth: 200 }}>
          <Title order={1} fz={22}>
            {resident.name}
          </Title>
          <Text c="dimmed">
            {t("orders.destination")} {resident.home_name} · {t("shared:bed", { bed: resident.bed })} ·{" "}
            {t("shared:parcel.number.order", { number: orderNumber(prescription.id) })}
          </Text>
        </div>
        <PrescriptionChip state={prescription.state} chain={prescription.door_to_dose} />
        {may("ask") && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t("prescribing.ask.action")}
          </Button>
        )}
        {may("decline") && <Decline order={order} />}
        {mayTake(prescription) && (
          <Button
            leftSection={<IconCheck size={18} aria-hidden />}
            loading={order.accept.isPending}
            onClick={() => order.accept.mutate(prescription.version)}
          >
            {t("orders.accept")}
          </Button>
        )}
      </div>
      {asking && <AskSheet prescription={prescription} onClose={() => setAsking(false)} />}
      {prescription.state === "on_hold" && (
        <Banner meaning="waiting" title={t("prescribing.ask.waiting")}>
          {t("prescribing.ask.waitingHint")}
        </Banner>
      )}
      <Withdrawn prescription={prescription} />
      {order.accept.isError && <ProblemAlert error={order.accept.error} />}
      {may("accept") && mine && (
        <Box className={classes.panel} mb="md">
          <Title order={2} fz={16} mb="xs">
            {t("pharmacies.offers.mine")}
          </Title>
          <OfferChips why={mine.why} />
        </Box>
      )}
      {prescription.door_to_dose && (
        <DoorToDose chain={prescription.door_to_dose} state={prescription.state} reader="pharmacy" />
      )}
      <div className={classes.orderBody}>
        <div className={classes.stack}>
          {packed && <PackedPanel packed={packed} />}
          <PickList prescription={prescription} order={order} />
          {may("pack") && <PackForm order={order} />}
          <div className={`${classes.panel} ${classes.ifAny}`}>
            <FillingsOf prescription={prescription} />
          </div>
        </div>
        <div className={classes.stack}>
          <OpenDiscrepancies prescription={prescription} />
          {prescription.delivery_id && <DeliveryPanel deliveryId={prescription.delivery_id} withCode={!packed} />}
          {prescription.questions.length > 0 && (
            <div className={classes.panel}>
              <Title order={2} fz={16}>
                {t("prescribing.question.title")}
              </Title>
              <QuestionThread prescription={prescription} />
            </div>
          )}
          <div className={classes.panel}>
            <Title order={2} fz={16}>
              {t("prescriptions.timeline")}
            </Title>
            <Timeline entries={prescription.timeline} />
          </div>
        </div>
      </div>
    </>
  );
}
