import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Center, Loader, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../app/api";
import { FirstStepFrame } from "../common/FirstStep";
import { keys } from "../common/keys";
import { comeBack, PROVED, readReturn, rememberProvider, type Return } from "./trip";

/** Where the hospital's identity provider sends people back to. The code leaves the address, and with it the history, before anything is asked. */
export function CallbackPage() {
  const { t } = useTranslation("app");
  const [came] = useState<Return>(() => readReturn(location.search));
  const navigate = useNavigate();
  const queries = useQueryClient();
  const begun = useRef(false);
  const finish = useAction(async (from: Return) => {
    const { provider, from: page } = comeBack();
    if (from.kind === "sign-in") {
      const { staff } = await api.session.openId.signIn(from.brought);
      if (provider !== undefined) rememberProvider(provider);
      queries.setQueryData(keys.session, staff);
      void navigate(page, { replace: true });
    } else if (from.kind === "proof") {
      await api.session.openId.prove(from.brought);
      const channel = new BroadcastChannel(PROVED);
      channel.postMessage("proved");
      channel.close();
      window.close();
    }
  });
  const { mutate } = finish;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    window.history.replaceState(null, "", "/openid/callback");
    if (came.kind === "sign-in" || came.kind === "proof") mutate(came);
  }, [came, mutate]);
  const proof = came.kind === "proof";
  const over = finish.isError || came.kind === "refused" || came.kind === "nothing";
  return (
    <FirstStepFrame title={t("openId.callback.title")} width={420}>
      <Stack>
        {finish.isPending && (
          <Center>
            <Loader aria-label={t("openId.callback.waiting")} />
          </Center>
        )}
        {came.kind === "refused" && (
          <Banner meaning="waiting" role="alert">
            {t(came.denied ? "openId.callback.denied" : "openId.callback.refused")}
          </Banner>
        )}
        {came.kind === "nothing" && <Text>{t("openId.callback.nothing")}</Text>}
        {finish.isError && <ProblemAlert error={finish.error} />}
        {finish.isSuccess && proof && <Text>{t("openId.callback.proved")}</Text>}
        {over && (
          <Button onClick={() => (proof ? window.close() : void navigate("/", { replace: true }))}>
            {t(proof ? "openId.callback.close" : "openId.callback.back")}
          </Button>
        )}
      </Stack>
    </FirstStepFrame>
  );
}
