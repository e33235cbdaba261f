import { Button, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import type { ResidentSummary } from "@yunzhen/client";
import { EmptyState, Portrait, ProblemAlert, Skeletons, StatusChip, useNames } from "@yunzhen/client/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useParams } from "react-router";
import { StaleLine } from "../shell";
import { useRound } from "../today/use-round";
import { allergiesKnown } from "./find";
import { RecordPanel } from "./record-panel";
import { useFind } from "./use-find";
import { WarningChip } from "./warning-chip";

const NOBODY: readonly ResidentSummary[] = [];

/** Every resident of the home, and the record of the chosen one. */
export function RegistryScreen() {
  const { t } = useTranslation();
  const { residentId } = useParams();
  const { residents } = useRound();
  const [query, setQuery] = useState("");
  const all: readonly ResidentSummary[] = residents.data?.data.items ?? NOBODY;
  const { found, searching, partial } = useFind(all, query);
  return (
    <div className={`nurse-split ${residentId ? "nurse-split-detail" : ""}`}>
      <section className="nurse-list yz-card" aria-label={t("app:residents.list")}>
        <div className="nurse-list-head">
          <div className="nurse-list-title-line">
            <h1>{t("app:residents.title")}</h1>
            <Button component={Link} to="/registry/new" size="lg" leftSection={<IconUserPlus aria-hidden />}>
              {t("app:residents.register")}
            </Button>
          </div>
          <TextInput
            aria-label={t("app:residents.search")}
            placeholder={t("app:residents.search")}
            leftSection={<IconSearch size={20} aria-hidden />}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            type="search"
            autoCapitalize="off"
            autoCorrect="off"
          />
          <span role="status" className={partial || query.trim() !== "" ? "nurse-dim" : "yz-visually-hidden"}>
            {partial
              ? t("app:residents.partial")
              : searching
                ? t("app:residents.searching")
                : query.trim() === ""
                  ? ""
                  : t("app:residents.foundCount", { n: found.length })}
          </span>
          <StaleLine since={residents.data?.staleSince} />
        </div>
        {residents.isPending ? (
          <Skeletons shape="rows" count={7} />
        ) : residents.isError ? (
          <div className="nurse-pad">
            <ProblemAlert error={residents.error} onRetry={() => void residents.refetch()} />
          </div>
        ) : all.length === 0 ? (
          <EmptyState icon={IconUsers} title={t("app:residents.empty")} hint={t("app:residents.emptyHint")} />
        ) : found.length === 0 && !searching ? (
          <EmptyState icon={IconSearch} title={t("app:today.noMatch")} hint={t("app:residents.noMatchHint")} />
        ) : (
          <ul className="nurse-rows">
            {found.map((resident) => (
              <ResidentRow key={resident.id} resident={resident} />
            ))}
          </ul>
        )}
      </section>
      <section className="nurse-detail">
        {residentId ? (
          <RecordPanel key={residentId} residentId={residentId} />
        ) : (
          <div className="yz-card nurse-fill">
            <EmptyState icon={IconUsers} title={t("app:today.choose")} hint={t("app:residents.chooseHint")} />
          </div>
        )}
      </section>
    </div>
  );
}

function ResidentRow({ resident }: { resident: ResidentSummary }) {
  const { t } = useTranslation();
  const names = useNames();
  const allergies = allergiesKnown(resident);
  return (
    <li>
      <NavLink to={`/registry/${resident.id}`} className="nurse-row">
        <span className="nurse-bed">{resident.bed}</span>
        <Portrait person={resident} size={48} />
        <span className="nurse-row-text">
          <span className="nurse-row-name">
            {resident.name}
            <span className="nurse-dim">
              {t(`sex.${resident.sex}`)} · {t("age", { n: resident.age })}
            </span>
          </span>
          <span className="nurse-row-sub">
            {allergies === undefined ? (
              t("allergy.unknown")
            ) : allergies.allergies.length === 0 ? (
              t("allergy.none")
            ) : (
              <span className="nurse-allergy">
                {t("allergy.title")} {names.allergens(allergies).join(t("separator"))}
              </span>
            )}
          </span>
          <span className="nurse-row-marks">
            <WarningChip score={resident.early_warning} />
            {resident.out_of_range.length > 0 && (
              <StatusChip meaning="person">{t("app:today.outOfRange", { n: resident.out_of_range.length })}</StatusChip>
            )}
          </span>
        </span>
      </NavLink>
    </li>
  );
}
