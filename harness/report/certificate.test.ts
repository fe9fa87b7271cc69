import { generateKeyPairSync } from "node:crypto";
import { XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { sampleCertification } from "../testing/sample-certification.js";
import { badgeJson, badgeSvg } from "./badge.js";
import { CertificateRefused, certificateOf, openCertificate, preAuthEncoding } from "./certificate.js";
import { runFile } from "./run-file.js";
import type { RunInputs } from "./run-inputs.js";

const run = { ...runFile(sampleCertification()), plugin: { ...runFile(sampleCertification()).plugin, sha256: "ab".repeat(32) } };
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const signed = JSON.stringify(certificateOf(run, privateKey));

describe("certificate", () => {
  it("encodes what is signed as DSSE says", () => {
    expect(preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("names the plugin's bytes, the harness, board, seed, rules and their verdicts", () => {
    const { statement, signature } = openCertificate(signed, pem);
    expect(signature).toBe("trusted");
    expect(statement.subject).toEqual([{ name: "sample@1.2.3", digest: { sha256: "ab".repeat(32) } }]);
    expect(statement.predicate).toMatchObject({ result: "FAILED", failedTests: ["STA-007"], passedTests: ["LOAD-001"], kalicoHil: { boards: ["atmega2560"], seeds: [1], rules: { "STA-007": "fail", "GC-001": "not-applicable" } } });
  });

  it("tells how to repeat the run: every option that can change a verdict", () => {
    const inputs: RunInputs = {
      config: "[p]\n", gcode: ["P"], rules: "STA-*", pinProfile: { name: "bench", allow: ["PH3"], heaters: {} }, loader: "kalico", capabilities: ["moves"], python: { version: "3.11.2", install: true },
      maxMinutes: 5, repeat: 2, shards: 3, certified: true, baseline: { sha256: "cd".repeat(32) },
    };
    const { kalicoHil } = openCertificate(JSON.stringify(certificateOf({ ...run, inputs }, privateKey))).statement.predicate;
    expect(kalicoHil.inputs).toEqual(inputs);
    expect(kalicoHil.repeat).toBe("kalico-hil certify PLUGIN --board atmega2560 --seed 1 --effort quick --loader kalico --rules 'STA-*' --config printer.cfg --gcode exercise.gcode --profile profile.json --install --max-minutes 5 --repeat 2 --baseline baseline.json --certified");
  });

  it("is refused when a byte of it is changed, wherever", () => {
    const envelope = JSON.parse(signed) as { payload: string; signatures: { keyid: string; sig: string }[] };
    const payload = Buffer.from(envelope.payload, "base64");
    for (let i = 0; i < payload.length; i += 13) {
      const changed = Buffer.from(payload);
      changed[i]! ^= 1;
      expect(() => openCertificate(JSON.stringify({ ...envelope, payload: changed.toString("base64") }), pem), `byte ${i}`).toThrow(CertificateRefused);
      expect(() => openCertificate(JSON.stringify({ ...envelope, payload: changed.toString("base64") })), `byte ${i}, own key`).toThrow(CertificateRefused);
    }
    const { keyid, sig } = envelope.signatures[0]!;
    expect(() => openCertificate(JSON.stringify({ ...envelope, signatures: [{ keyid, sig: `${sig.startsWith("A") ? "B" : "A"}${sig.slice(1)}` }] }), pem)).toThrow("the signature does not fit");
    expect(() => openCertificate(JSON.stringify({ ...envelope, signatures: [] }))).toThrow("it is not signed");
  });

  it("is refused when another key was to sign it", () => {
    const other = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
    expect(() => openCertificate(signed, other)).toThrow("another key signed it");
  });

  it("says that it is unsigned without a key", () => {
    const unsigned = JSON.stringify(certificateOf(run));
    expect(openCertificate(unsigned).signature).toBe("unsigned");
    expect(() => openCertificate(unsigned, pem)).toThrow("it is not signed");
  });
});

describe("badge", () => {
  it.each(["certified", "conforming", "not-conforming", "cannot-judge"])("is well-formed for: %s", (verdict) => {
    expect(XMLValidator.validate(badgeSvg(verdict))).toBe(true);
    expect(badgeSvg(verdict)).toContain(badgeJson(verdict).message);
  });
});
