import { api } from "../app/api";
import { forgetProvider } from "./trip";

/** Who came in by the hospital's provider and signs out here goes there to sign out too, where it has a place for that: the next person at this desk finds nobody signed in. */
export async function leaveProvider(): Promise<void> {
  const id = forgetProvider();
  if (id === null) return;
  const providers = await api.ownAccess.identityProviders().catch(() => undefined);
  const address = providers?.items.find((provider) => provider.id === id)?.sign_out_url;
  if (address) location.assign(address);
}
