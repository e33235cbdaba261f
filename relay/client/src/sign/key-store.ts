/** One signing key per member of staff, in this browser's IndexedDB. The private half cannot be exported. */
import type { SigningCertificate } from "../api/api";

export interface StoredKey {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  certificate?: SigningCertificate;
  /** The relay knows the key. */
  enrolled?: boolean;
}

export interface KeyStore {
  get(staffId: string): Promise<StoredKey | undefined>;
  put(staffId: string, key: StoredKey): Promise<void>;
  delete(staffId: string): Promise<void>;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

export function indexedDbKeyStore(factory: IDBFactory = indexedDB): KeyStore {
  const open = async (): Promise<IDBDatabase> => {
    const request = factory.open("yunzhen-signing", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    return done(request);
  };
  const withStore = async <T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const db = await open();
    try {
      return await done(run(db.transaction("keys", mode).objectStore("keys")));
    } finally {
      db.close();
    }
  };
  return {
    get: (staffId) => withStore<StoredKey | undefined>("readonly", (store) => store.get(staffId)),
    put: async (staffId, key) => void (await withStore("readwrite", (store) => store.put(key, staffId))),
    delete: async (staffId) => void (await withStore("readwrite", (store) => store.delete(staffId))),
  };
}
