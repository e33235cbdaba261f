import { expect, it } from "vitest";
import { accountOf, fieldsOf, isMissing, type Typed } from "./new-staff";

const typed: Typed = {
  username: " xiaoli ",
  name: "孙丽",
  title: "",
  home_id: "h1",
  pharmacy_id: "p1",
  hospital: "云溪市第一人民医院",
  licence: "",
  practising_since: "2012-07-01",
  specialty: "心血管内科",
  licence_valid_until: "",
};

it("asks for what the role has and sends nothing of another", () => {
  expect(fieldsOf("administrator")).toEqual(["username", "name", "title"]);
  expect(accountOf("nurse", typed)).toEqual({ role: "nurse", username: "xiaoli", name: "孙丽", home_id: "h1" });
  expect(accountOf("specialist", typed)).toEqual({
    role: "specialist",
    username: "xiaoli",
    name: "孙丽",
    hospital: "云溪市第一人民医院",
    practising_since: "2012-07-01",
    specialty: "心血管内科",
  });
  const ends = { ...typed, licence_valid_until: "2031-01-01" };
  expect(accountOf("pharmacist", ends)).toMatchObject({ specialty: "心血管内科", licence_valid_until: "2031-01-01" });
  expect(accountOf("nurse", ends)).not.toHaveProperty("licence_valid_until");
});

it("knows everything that is missing, of the role chosen and no other", () => {
  const empty = Object.fromEntries(Object.keys(typed).map((field) => [field, " "])) as unknown as Typed;
  const missing = (role: "nurse" | "specialist") =>
    (Object.keys(typed) as (keyof Typed)[]).filter((field) => isMissing(role, empty, field));
  expect(missing("nurse")).toEqual(["username", "name", "home_id"]);
  expect(missing("specialist")).toEqual(["username", "name", "hospital", "licence", "practising_since"]);
  expect(isMissing("specialist", typed, "hospital")).toBe(false);
});
