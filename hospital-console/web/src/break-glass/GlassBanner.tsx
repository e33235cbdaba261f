import { Banner, ProblemAlert, useAction, useFormats, useNow } from "@yunzhen/client/ui";
import { Button } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { minutesLeft, opened } from "./glass";

/** While a record is open through a broken glass: how long, and giving it back. */
export function GlassBanner({ residentId, until }: { residentId: string; until: string }) {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const left = minutesLeft(until, useNow(10_000));
  // The relay refuses from then on: the page must not go on showing what it has.
  useEffect(() => {
    if (left > 0) return;
    opened.forget(residentId);
    queries.removeQueries({ queryKey: ["residents"] });
    void navigate("/residents", { replace: true });
  }, [left, queries, navigate, residentId]);
  const mine = opened.of(residentId);
  const close = useAction(
    (input: { id: string; version: number }, key) => api.breakGlass.close(input.id, input.version, key),
    {
      onSuccess: () => {
        opened.forget(residentId);
        queries.removeQueries({ queryKey: ["residents"] });
        void navigate("/residents", { replace: true });
      },
    },
  );
  return (
    <>
      <Banner
        meaning="person"
        icon={IconLockOpen}
        title={t("breakGlass.banner.title", { count: left })}
        action={
          mine && (
            <Button variant="default" loading={close.isPending} onClick={() => close.mutate(mine)}>
              {t("breakGlass.banner.close")}
            </Button>
          )
        }
      >
        {t("breakGlass.banner.hint", { time: formats.time(until) })}
      </Banner>
      {close.isError && <ProblemAlert error={close.error} />}
    </>
  );
}
