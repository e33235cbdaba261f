import { EmptyState, ProblemAlert, useNow } from "@yunzhen/client/ui";
import { SegmentedControl, Skeleton, Switch } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { useTitle } from "../app/useTitle";
import { keys } from "../common/keys";
import { PageHeader } from "../common/PageHeader";
import { SearchField } from "../common/SearchField";
import { BoardScan } from "./BoardScan";
import { COLUMNS, matchesOrder, readOrders, readParcels, sortOrders, type Column } from "./board";
import { OrderColumn } from "./OrderColumn";
import { useNewOrderSound } from "./useNewOrderSound";
import { useWithdrawnNotice } from "./useWithdrawnNotice";
import classes from "./orders.module.css";

/** The pharmacy's start screen: where every order is, by column on a desktop, by list on a phone. */
export function OrdersPage() {
  const { t } = useTranslation("app");
  useTitle(t("orders.title"));
  const phone = useMediaQuery("(max-width: 900px)");
  const [search, setSearch] = useState("");
  const [column, setColumn] = useState<Column>("ordered");
  const [sound, setSound] = useLocalStorage({ key: "yz.orders.sound", defaultValue: true });
  const prescriptions = useQuery({
    queryKey: keys.prescriptions.board,
    queryFn: () => readOrders(api, Date.now()),
  });
  const deliveries = useQuery({ queryKey: keys.deliveries.list, queryFn: () => readParcels(api) });
  const all = prescriptions.data ?? [];
  const board = sortOrders(
    all.filter((order) => matchesOrder(order, search)),
    deliveries.data ?? [],
    useNow(),
  );
  useNewOrderSound(
    prescriptions.data?.filter((p) => p.state === "approved").map((p) => p.id),
    sound,
  );
  useWithdrawnNotice(prescriptions.data);
  const error = prescriptions.error ?? deliveries.error;

  return (
    <div className={classes.page}>
      <PageHeader title={t("orders.title")}>
        <BoardScan orders={all} parcels={deliveries.data ?? []} />
        <Switch label={t("orders.sound")} checked={sound} onChange={(event) => setSound(event.currentTarget.checked)} />
        <SearchField label={t("orders.search")} value={search} onChange={setSearch} w={260} />
      </PageHeader>
      {error && (
        <ProblemAlert
          error={error}
          onRetry={() => {
            void prescriptions.refetch();
            void deliveries.refetch();
          }}
        />
      )}
      {prescriptions.isPending ? (
        <div className={classes.board} role="status" aria-label={t("app.loading")}>
          {COLUMNS.map((name) => (
            <Skeleton key={name} height={220} />
          ))}
        </div>
      ) : prescriptions.isSuccess && all.length === 0 ? (
        <EmptyState icon={IconPackage} title={t("orders.noOrders.title")} hint={t("orders.noOrders.hint")} />
      ) : phone ? (
        <>
          <div className={classes.phoneTabs}>
            <SegmentedControl
              aria-label={t("orders.title")}
              value={column}
              onChange={(value) => setColumn(value as Column)}
              data={COLUMNS.map((name) => ({
                value: name,
                label: `${t(`orders.column.${name}`)} ${board[name].length}`,
              }))}
            />
          </div>
          <OrderColumn column={column} orders={board[column]} />
        </>
      ) : (
        <div className={classes.board} tabIndex={0} role="group" aria-label={t("orders.title")}>
          {COLUMNS.map((name) => (
            <OrderColumn key={name} column={name} orders={board[name]} />
          ))}
        </div>
      )}
    </div>
  );
}
