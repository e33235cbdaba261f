import { ProblemAlert, Skeletons, useFormats } from "@yunzhen/client/ui";
import { Stack, Text } from "@mantine/core";
import { IconBuildingHospital } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../app/api";
import { keys } from "../common/keys";
import { Section } from "../common/Section";
import { useProviderName } from "./useProviderName";

/** By which hospital's provider this person comes in; only where there is one. An administrator binds and unbinds. */
export function IdentitiesPanel() {
  const { t } = useTranslation("app");
  const formats = useFormats();
  const name = useProviderName();
  const providers = useQuery({ queryKey: keys.identityProviders, queryFn: () => api.ownAccess.identityProviders() });
  const query = useQuery({ queryKey: keys.account.identities, queryFn: () => api.ownAccess.identities() });
  const known = providers.data?.items ?? [];
  if (known.length === 0) return null;
  return (
    <Section title={t("openId.account.title")} icon={<IconBuildingHospital size={20} aria-hidden />}>
      {query.isPending && <Skeletons shape="rows" />}
      {query.isError && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <Stack gap="xs">
          {query.data.items.length === 0 && <Text c="dimmed">{t("openId.account.none")}</Text>}
          {query.data.items.map((identity) => {
            const provider = known.find((provider) => provider.id === identity.provider);
            return (
              <div key={identity.issuer} data-testid="identity">
                <Text fw={600}>{provider ? name(provider) : identity.issuer}</Text>
                <Text size="sm" c="dimmed">
                  {[
                    identity.subject,
                    t("openId.account.bound", { at: formats.dateTime(identity.bound_at) }),
                    identity.last_used_at && t("openId.account.used", { at: formats.dateTime(identity.last_used_at) }),
                    identity.only && t("openId.account.only"),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </Text>
              </div>
            );
          })}
        </Stack>
      )}
    </Section>
  );
}
