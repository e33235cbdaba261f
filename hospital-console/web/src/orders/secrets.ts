/**
 * The proof of acceptance and what packing answered, kept for this browser tab so that nobody types or copies a secret.
 * A lost secret is no loss: the same pharmacy accepting again gets the same one.
 */
import type { Delivery } from "@yunzhen/client";

export interface PackedAnswer {
  /** Absent where the courier of today has them already. */
  courier_link_path?: string;
  courier_pin?: string;
  parcel_code: string;
  label: string;
  delivery: Delivery;
}

const SECRET = (id: string) => `yz.order.secret.${id}`;
const PACKED = (id: string) => `yz.order.packed.${id}`;

export const secrets = {
  get: (id: string): string | undefined => sessionStorage.getItem(SECRET(id)) ?? undefined,
  set: (id: string, secret: string): void => sessionStorage.setItem(SECRET(id), secret),
  packed: (id: string): PackedAnswer | undefined => {
    const text = sessionStorage.getItem(PACKED(id));
    return text === null ? undefined : (JSON.parse(text) as PackedAnswer);
  },
  setPacked: (id: string, answer: PackedAnswer): void => {
    sessionStorage.removeItem(SECRET(id));
    sessionStorage.setItem(PACKED(id), JSON.stringify(answer));
  },
  /** On signing out: the next person at this computer is somebody else. */
  clear: (): void => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("yz.order.")) sessionStorage.removeItem(key);
  },
};
