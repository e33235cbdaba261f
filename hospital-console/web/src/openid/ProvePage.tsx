import { ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Center, Loader, Stack } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { FirstStepFrame } from "../common/FirstStep";

/** A window of its own, so that nothing is lost on the page that waits: it goes on to the provider, which asks the person again. */
export function ProvePage() {
  const { t } = useTranslation("app");
  const begun = useRef(false);
  const go = useAction(async (provider: string) => {
    const { url } = await api.session.openId.beginProof(provider);
    location.replace(url);
  });
  const { mutate } = go;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate(new URLSearchParams(location.search).get("provider") ?? "");
  }, [mutate]);
  return (
    <FirstStepFrame title={t("app.reauthenticate.title")} width={420}>
      {go.isError ? (
        <Stack>
          <ProblemAlert error={go.error} />
          <Button onClick={() => window.close()}>{t("openId.callback.close")}</Button>
        </Stack>
      ) : (
        <Center>
          <Loader aria-label={t("openId.callback.waiting")} />
        </Center>
      )}
    </FirstStepFrame>
  );
}
