import type { OwnBreakGlass } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction, useFormats, useNow } from "@yunzhen/client/ui";
import { Button } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { minutesLeft } from "./glass";

/** While a record is open through a broken glass: how long, and giving it back. */
export function GlassBanner({ glass }: { glass: OwnBreakGlass }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const navigate = useNavigate();
  // The relay refuses from then on: the page must not go on showing what it has.
  const leave = useCallback(() => {
    queries.removeQueries({ queryKey: ["residents"] });
    void navigate("/residents", { replace: true });
  }, [queries, navigate]);
  const left = minutesLeft(glass.until, useNow(10_000));
  useEffect(() => {
    if (left === 0) leave();
  }, [left, leave]);
  const close = useAction(
    (input: { id: string; version: number }, key) => api.breakGlass.close(input.id, input.version, key),
    { onSuccess: leave },
  );
  return (
    <>
      <Banner
        meaning="person"
        icon={IconLockOpen}
        title={t("breakGlass.banner.title", { count: left })}
        action={
          <Button
            variant="default"
            loading={close.isPending}
            onClick={() => close.mutate({ id: glass.id, version: glass.version })}
          >
            {t("breakGlass.banner.close")}
          </Button>
        }
      >
        {t("breakGlass.banner.hint", { time: formats.time(glass.until) })}
      </Banner>
      {close.isError && <ProblemAlert error={close.error} />}
    </>
  );
}
