import type { IdentityProvider } from "@yunzhen/client";
import { Banner, ProblemAlert, useAction } from "@yunzhen/client/ui";
import { Button, Divider, Stack } from "@mantine/core";
import { IconBuildingHospital } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { setOut } from "./trip";
import { useProviderName } from "./useProviderName";

/** A button for each hospital whose identity provider lets its staff in. Nothing where there is none. */
export function ProviderButtons() {
  const { t } = useTranslation("app");
  const name = useProviderName();
  const query = useQuery({
    queryKey: keys.identityProviders,
    queryFn: () => api.ownAccess.identityProviders(),
    refetchInterval: 30_000,
  });
  const go = useAction(
    async (provider: IdentityProvider) => {
      const { url } = await api.session.openId.begin(provider.id);
      setOut(provider.id, `${location.pathname}${location.search}`);
      location.assign(url);
    },
    { onError: () => void query.refetch() },
  );
  const providers = query.data?.items ?? [];
  if (providers.length === 0) return null;
  return (
    <Stack gap="sm">
      <Divider label={t("openId.or")} />
      {go.error && <ProblemAlert error={go.error} />}
      {providers.map((provider) => (
        <div key={provider.id}>
          <Button
            variant="default"
            leftSection={<IconBuildingHospital size={20} aria-hidden />}
            loading={go.isPending}
            onClick={() => go.mutate(provider)}
            fullWidth
          >
            {name(provider)}
          </Button>
          {!provider.available && !go.error && (
            <Banner meaning="waiting" role="status">
              {t("openId.down", { name: name(provider) })}
            </Banner>
          )}
        </div>
      ))}
    </Stack>
  );
}
