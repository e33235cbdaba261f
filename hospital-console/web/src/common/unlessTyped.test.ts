import { expect, it } from "vitest";
import { takesLetters } from "./unlessTyped";

it("leaves letters to what is typed into, and takes them where a switch kept the focus", () => {
  const input = (type?: string) => takesLetters({ tagName: "INPUT", ...(type !== undefined && { type }) });
  expect([input(), input("text"), input("search"), input("password"), input("date")]).not.toContain(false);
  expect([input("radio"), input("checkbox"), input("button")]).not.toContain(true);
  expect(takesLetters({ tagName: "TEXTAREA" })).toBe(true);
  expect(takesLetters({ tagName: "SELECT" })).toBe(true);
  expect(takesLetters({ tagName: "DIV", isContentEditable: true })).toBe(true);
  expect(takesLetters({ tagName: "BODY" })).toBe(false);
});
