/** Types of person.mjs for the scenarios in TypeScript. */
export class Person {
  constructor(origin: string);
  readonly origin: string;
  readonly cookies: Map<string, string>;
  readonly me: { id: string; name: string; role: string };
  signIn(username: string, password: string): Promise<{ id: string; name: string; role: string }>;
  signOut(): Promise<void>;
  get(path: string): Promise<any>;
  post(path: string, body: unknown): Promise<any>;
  put(path: string, body: unknown): Promise<any>;
  send(method: string, path: string, body?: unknown, options?: { allow?: number[] }): Promise<any>;
  prepareToSign(): Promise<{ x5c: string[]; serial: string; not_after: string }>;
  sign(document: string): Promise<string>;
}
