import { describe, expect, it } from "vitest";
import { pageOfOurs, readReturn } from "./trip";

describe("what a provider sends back", () => {
  it("is a code for a sign-in or for a proof, by the state's beginning", () => {
    expect(readReturn("?code=c&state=s.1&iss=https%3A%2F%2Fid.example.org")).toEqual({
      kind: "sign-in",
      brought: { code: "c", state: "s.1", iss: "https://id.example.org" },
    });
    expect(readReturn("?code=c&state=p.1")).toEqual({ kind: "proof", brought: { code: "c", state: "p.1" } });
  });

  it("is a refusal, of the person or of the provider", () => {
    expect(readReturn("?error=access_denied&state=s.1&code=c")).toEqual({ kind: "refused", denied: true });
    expect(readReturn("?error=server_error")).toEqual({ kind: "refused", denied: false });
  });

  it("is nothing when somebody opens the page by hand", () => {
    for (const search of ["", "?code=c", "?state=s.1", "?code=&state=s.1"])
      expect(readReturn(search)).toEqual({ kind: "nothing" });
  });
});

describe("where a person goes on", () => {
  it("is a page of this console", () => {
    expect(pageOfOurs("/residents/1?tab=notes")).toBe("/residents/1?tab=notes");
  });

  it("is never elsewhere", () => {
    for (const path of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", null])
      expect(pageOfOurs(path)).toBe("/");
    expect(pageOfOurs("/openid/callback?code=c")).toBe("/");
  });
});
