import { ApiError, Signer, wasEnded, type SignedIn, type Staff } from "@yunzhen/client";
import { useQuery } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useMemo, useRef } from "react";
import { keys } from "../common/keys";
import { forgetAnother } from "./again";
import { api } from "./api";

export const StaffContext = createContext<Staff | undefined>(undefined);

/** The signed-in person. Only below the signed-in part of the app. */
export function useStaff(): Staff {
  const staff = useContext(StaffContext);
  if (!staff) throw new Error("useStaff outside of the signed-in part");
  return staff;
}

/** Who is signed in: undefined while asking, null for nobody. `onEnded` is told where somebody ended the session. */
export function useSession(onEnded: (why: ApiError) => void) {
  return useQuery({
    queryKey: keys.session,
    queryFn: async ({ client }): Promise<SignedIn | null> => {
      try {
        const { staff } = await api.session.me();
        // Who holds the cookie when the page asks anew may be another person, who signed in in the next tab.
        forgetAnother(client, staff);
        return staff;
      } catch (error) {
        if (wasEnded(error)) onEnded(error);
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

/**
 * Signs with this person's key, which never leaves the browser. ES256 gives another signature each time, so the one made
 * for a document is kept: a retry after a lost answer must send the same bytes.
 */
export function useSign(): (document: string) => Promise<string> {
  const staff = useStaff();
  const signer = useMemo(() => new Signer({ staffId: staff.id, api }), [staff.id]);
  const made = useRef<{ document: string; jws: string }>(undefined);
  return useCallback(
    async (document) => {
      if (made.current?.document !== document) made.current = { document, jws: await signer.signDocument(document) };
      return made.current.jws;
    },
    [signer],
  );
}
