import type { Identity } from "@yunzhen/client";
import { Button } from "@mantine/core";
import { IconBuildingHospital } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { PROVED } from "./trip";
import { useProviderName } from "./useProviderName";

/** Who is bound to the hospital's provider may prove there again who it is, in a window beside this page. */
export function ProofByProvider({ identities, onProved }: { identities: readonly Identity[]; onProved: () => void }) {
  const { t } = useTranslation("app");
  const name = useProviderName();
  const told = useRef(onProved);
  useEffect(() => {
    told.current = onProved;
  });
  const bound = new Set(identities.map((identity) => identity.provider));
  const providers = useQuery({
    queryKey: keys.identityProviders,
    queryFn: () => api.ownAccess.identityProviders(),
    enabled: identities.length > 0,
  });
  useEffect(() => {
    const channel = new BroadcastChannel(PROVED);
    channel.onmessage = () => told.current();
    return () => channel.close();
  }, []);
  return (
    <>
      {(providers.data?.items ?? [])
        .filter((provider) => bound.has(provider.id))
        .map((provider) => (
          <Button
            key={provider.id}
            variant="default"
            leftSection={<IconBuildingHospital size={20} aria-hidden />}
            onClick={() => {
              const address = `/openid/prove?provider=${encodeURIComponent(provider.id)}`;
              window.open(address, "_blank", "popup,width=520,height=760");
            }}
          >
            {t("openId.proof.go", { name: name(provider) })}
          </Button>
        ))}
    </>
  );
}
