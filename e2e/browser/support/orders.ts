/** An order that reached the pool, written and approved without a browser: for scenarios that are about what comes after. */
import { Person } from "../../../scripts/stack/person.mjs";
import { accountOf, type RoleName, type Stack } from "./stack";

export interface Versioned {
  id: string;
  version: number;
}

export interface Ordered extends Versioned {
  resident: { id: string; name: string };
}

export interface Line {
  drug_id: string;
  dose: number;
  frequency: string;
  route: string;
  days: number;
  instruction: string;
  substitution?: boolean;
  /** Where it is taken when needed. */
  quantity?: number;
  most_per_day?: number;
  hours_apart?: number;
}

/** How much may be supplied, and by which assessment. */
interface SupplyOf {
  supply: string;
  assessment?: { assessed: string; result: string; confirmed_by: string; confirmed_name: string };
}

export async function signedIn(stack: Stack, role: RoleName): Promise<Person> {
  const person = new Person(role === "nurse" ? stack.urls.page : stack.urls.console);
  await person.signIn(accountOf(stack, role).username, stack.password);
  return person;
}

/** Visit, prescription, signature, approval and the end of the visit, for the resident who stands at this place among those with the diagnosis. */
export async function approvedOrder(
  stack: Stack,
  diagnosis: string,
  place: number,
  line: Line | Line[],
  of: SupplyOf = { supply: "ordinary" },
): Promise<Ordered> {
  const nurse = await signedIn(stack, "nurse");
  const specialist = await signedIn(stack, "specialist");
  const pharmacist = await signedIn(stack, "pharmacist");
  await specialist.prepareToSign();
  await pharmacist.prepareToSign();
  const { items } = (await nurse.get("/api/residents")) as {
    items: { id: string; name: string; conditions: { code: string }[] }[];
  };
  const resident = items.filter((one) => one.conditions.some((c) => c.code === diagnosis))[place];
  if (!resident) throw new Error(`no resident stands at ${place} among those with ${diagnosis}`);
  const wish = { resident_id: resident.id, reason: "复诊", urgency: "routine" };
  const visit = (await nurse.post("/api/consultations", wish)) as Versioned;
  await specialist.post(`/api/consultations/${visit.id}/begin`, { version: visit.version });
  const draft = { diagnosis_code: diagnosis, ...of, valid_days: 1, items: [line].flat() };
  let p = (await specialist.post(`/api/consultations/${visit.id}/prescriptions`, draft)) as Versioned;
  const at = `/api/prescriptions/${p.id}`;
  const sign = async (person: Person, document: string, command: string) => {
    const seen = { version: p.version };
    const text = ((await person.post(`${at}/${document}`, seen)) as { document: string }).document;
    p = (await person.post(`${at}/${command}`, { ...seen, jws: await person.sign(text) })) as Versioned;
  };
  await sign(specialist, "signing-document", "sign");
  p = (await pharmacist.post(`${at}/claim`, { version: p.version })) as Versioned;
  await sign(pharmacist, "approval-document", "approve");
  const { id, version } = (await specialist.get(`/api/consultations/${visit.id}`)) as Versioned;
  await specialist.post(`/api/consultations/${id}/complete`, { version });
  return { id: p.id, version: p.version, resident };
}
