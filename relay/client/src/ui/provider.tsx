import { MantineProvider, type MantineColorScheme } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { i18n } from "i18next";
import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { I18nextProvider } from "react-i18next";
import type { Api } from "../api/api";
import { ApiError } from "../api/problem";
import { cssVariables, yunzhenTheme, type Density } from "./theme";

const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi needs a YunzhenProvider above it");
  return api;
}

/** How soon a read that failed for now is tried again while somebody looks at it. */
const AGAIN_MS = 5_000;

const forNow = (error: unknown): boolean => error instanceof ApiError && error.retryable;

/**
 * Retries reads that may succeed later; shows old data while it fetches; live events outdate it. An event is told once, so a read that it caused goes on being
 * tried until it was answered: what is on the screen would be old without saying so.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        refetchOnReconnect: true,
        refetchInterval: (query) => (forNow(query.state.error) ? AGAIN_MS : false),
        retry: (count, error) => count < 2 && forNow(error),
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

export interface YunzhenProviderProps extends Density {
  api: Api;
  i18n: i18n;
  queryClient: QueryClient;
  defaultColorScheme?: MantineColorScheme;
  children: ReactNode;
}

/** Theme, words, queries and API for one application. */
export function YunzhenProvider({
  api,
  i18n,
  queryClient,
  density,
  defaultColorScheme = "auto",
  children,
}: YunzhenProviderProps) {
  const language = useSyncExternalStore(
    (listener) => {
      i18n.on("languageChanged", listener);
      return () => i18n.off("languageChanged", listener);
    },
    () => i18n.language,
  );
  const closeLabel = i18n.t("action.close", { lng: language });
  const theme = useMemo(() => yunzhenTheme({ density, closeLabel }), [density, closeLabel]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme={defaultColorScheme}>
      <I18nextProvider i18n={i18n}>
        <QueryClientProvider client={queryClient}>
          <ApiContext.Provider value={api}>
            <Notifications position="top-center" limit={3} autoClose={6000} />
            {children}
          </ApiContext.Provider>
        </QueryClientProvider>
      </I18nextProvider>
    </MantineProvider>
  );
}
