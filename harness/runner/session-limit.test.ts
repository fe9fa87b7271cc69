import { describe, expect, it } from "vitest";
import { sessionLimit } from "./session-limit.js";

describe("wall limit of a session", () => {
  it("is the base for a start and a stop", () => expect(sessionLimit({ walk: [{ do: "start" }, { do: "stop" }] }, 60)).toBe(60));
  it("grows with the work: the print of a deep run gets minutes", () => {
    const job = (lines: number): number => sessionLimit({ walk: [{ do: "start" }, { do: "job", lines: Array.from({ length: lines }, () => "G1 X1") }] }, 60);
    expect(job(4000)).toBe(260);
    expect(job(25_000)).toBeGreaterThan(job(4000));
  });
  it("counts calls of commands and restarts", () => {
    expect(sessionLimit({ walk: [{ do: "probe-commands", state: "cold", lines: ["A", "B", "C", "D"] }, { do: "restart", how: "RESTART" }] }, 10)).toBe(14);
  });
});
