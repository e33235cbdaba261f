import { drugNamesIn } from "@yunzhen/client";
import { DeliveryChip, LineTurn, offTheWay, StatusChip, useUnit } from "@yunzhen/client/ui";
import { Group, Text, Title } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { UrgencyChip } from "../common/chips";
import { useDuration } from "../common/Wait";
import { OfferChips } from "../pharmacies/Offers";
import { asideOf, since, type Column, type Order } from "./board";
import classes from "./orders.module.css";

export function OrderColumn({ column, orders }: { column: Column; orders: Order[] }) {
  const { t } = useTranslation("app");
  const duration = useDuration();
  const oldest =
    column === "delivered"
      ? undefined
      : orders
          .map(since)
          .filter((at) => at !== undefined)
          .sort()[0];
  return (
    <section className={classes.column} aria-label={t(`orders.column.${column}`)} data-testid={`column-${column}`}>
      <div className={classes.columnHead}>
        <Group justify="space-between" align="baseline" wrap="nowrap">
          <Title order={2} fz={16}>
            {t(`orders.column.${column}`)}
          </Title>
          <Text fw={600}>{orders.length}</Text>
        </Group>
        <Text size="sm" c="dimmed">
          {oldest ? t("orders.oldest", { time: duration(oldest) }) : t(`orders.columnHint.${column}`)}
        </Text>
      </div>
      {orders.length === 0 ? (
        <Text size="sm" c="dimmed" p="sm">
          {t("orders.emptyColumn")}
        </Text>
      ) : (
        <ul className={classes.cards}>
          {orders.map((order) => (
            <li key={order.id}>
              <OrderCard order={order} column={column} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function OrderCard({ order, column }: { order: Order; column: Column }) {
  const { t } = useTranslation("app");
  const duration = useDuration();
  const at = since(order);
  return (
    <Link to={`/orders/${order.id}`} className={classes.card} data-testid={`order-${order.id}`}>
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Text fw={600} truncate>
          {order.resident.name}
        </Text>
        {at && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {duration(at)}
          </Text>
        )}
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {order.resident.home_name}
      </Text>
      <Medicines order={order} />
      {order.offer && <OfferChips why={order.offer} />}
      <Group gap={6} mt={4}>
        <UrgencyChip urgency={order.urgency} />
        {column === "ordered" && (
          <StatusChip meaning={order.state === "approved" ? "person" : "primary"}>
            {t(order.state === "approved" ? "orders.toAccept" : "orders.preparing")}
          </StatusChip>
        )}
        {/* What is being picked has no parcel yet; that of an earlier filling says nothing of it. */}
        {order.delivery && column !== "delivered" && column !== "ordered" && (
          <DeliveryChip state={order.delivery.state} />
        )}
        {column === "not_deliverable" && order.delivery?.state === "cancelled" && (
          <StatusChip meaning="person">{t("orders.withdrawn.unpack")}</StatusChip>
        )}
        {offTheWay(order.state, order) && order.reason && (
          <Text size="sm" component="span" data-testid="off-because">
            {t(`shared:chain.reason.${order.reason}`)}
          </Text>
        )}
        {/* Of an earlier parcel, or the parcel's own state says it. */}
        {order.discrepancy && order.delivery?.state !== "discrepancy" && (
          <StatusChip meaning="person">{t("orders.settle.waits")}</StatusChip>
        )}
        {column !== "delivered" && <LineTurn line={order} reader="pharmacy" onlyLate />}
        {order.delivery?.cold_chain && (
          <Text size="sm" component="span">
            <IconSnowflake size={16} aria-hidden style={{ verticalAlign: "-3px" }} /> {t("orders.coldShort")}
          </Text>
        )}
      </Group>
    </Link>
  );
}

/** A line for each medicine, none of them cut: a strength that is not read is another medicine. What is owed of a part stands beside it, and that a parcel has none of it. */
function Medicines({ order }: { order: Order }) {
  const { t, i18n } = useTranslation("app");
  const unitWord = useUnit();
  return (
    <ul className={classes.medicines} data-testid="medicines">
      {drugNamesIn(order, i18n.language).map((name, index) => {
        const owed = order.owed?.[index] ?? 0;
        const aside = asideOf(order, index);
        return (
          // Two lines may be of one medicine, and the order of the lines does not change.
          <li key={index}>
            {name}
            {aside && (
              <Text size="sm" c="dimmed" component="span">
                {" · "}
                {t(aside === "not_in_parcel" ? "orders.notInParcel" : "shared:parcel.filling.nothingOwed")}
              </Text>
            )}
            {owed > 0 && (
              <>
                {" "}
                <StatusChip meaning="person">
                  {t("orders.owed", { n: owed, unit: unitWord(order.owed_units?.[index] ?? "") })}
                </StatusChip>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
