/**
 * The certificate of a run: an in-toto Statement with a test-result predicate in a DSSE envelope, signed with ed25519. It names the
 * bytes of the plugin, what judged them and how, and the hash of every trace, so that anyone can run it again. Run file → envelope.
 */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import type { RunFile } from "./run-file.js";
import { repeatCommand, type RunInputs } from "./run-inputs.js";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1";

export interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

export interface Statement {
  _type: string;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: {
    result: "PASSED" | "WARNED" | "FAILED";
    configuration: { name: string; digest?: { sha256: string } }[];
    passedTests: string[];
    warnedTests: string[];
    failedTests: string[];
    kalicoHil: {
      verdict: string;
      plugin: { name: string; version: string; files: Record<string, string> };
      harness: string;
      node: string;
      hostMode: string;
      boards: string[];
      seeds: number[];
      effort: string;
      rules: Record<string, string>;
      waivers: { rule: string; reason: string; expires: string; state: string }[];
      traces: Record<string, string>;
      inputs: RunInputs;
      /** The command that makes the run again. */
      repeat: string;
      /** PEM of the key that signs; null: unsigned. */
      publicKey: string | null;
    };
  };
}

/** A certificate that is refused, with the reason. */
export class CertificateRefused extends Error {
  override name = "CertificateRefused";
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const keyId = (key: KeyObject): string => sha256(key.export({ type: "spki", format: "der" }));

/** Pre-authentication encoding of DSSE: what is signed. */
export function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}

/** @throws Error when the text is no ed25519 key */
export function ed25519PrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`the key is ${String(key.asymmetricKeyType)}, expected ed25519: "openssl genpkey -algorithm ed25519" makes one`);
  return key;
}

export function statementOf(run: RunFile, publicKey: KeyObject | undefined): Statement {
  const { result, inputs = {} } = run;
  const byVerdict = (...verdicts: string[]): string[] => result.rules.filter((r) => verdicts.includes(r.verdict)).map((r) => r.id);
  return {
    _type: STATEMENT_TYPE, subject: [{ name: `${run.plugin.name}@${run.plugin.version}`, digest: { sha256: run.plugin.sha256 } }], predicateType: PREDICATE_TYPE,
    predicate: {
      result: result.verdict === "certified" || result.verdict === "conforming" ? (byVerdict("warn", "fail").length > 0 ? "WARNED" : "PASSED") : "FAILED",
      configuration: [{ name: "printer.cfg", ...(inputs.config === undefined ? {} : { digest: { sha256: sha256(inputs.config) } }) }],
      passedTests: byVerdict("pass"), warnedTests: byVerdict("warn", "inconclusive"), failedTests: byVerdict("fail"),
      kalicoHil: {
        verdict: result.verdict, plugin: { name: run.plugin.name, version: run.plugin.version, files: run.plugin.files }, harness: run.host.harness, node: run.host.node, hostMode: run.host.mode,
        boards: [result.board], seeds: [result.seed], effort: result.effort, rules: Object.fromEntries(result.rules.map((r) => [r.id, r.verdict])),
        waivers: result.waivers.map(({ rule, reason, expires, state }) => ({ rule, reason, expires, state })),
        traces: Object.fromEntries(run.exercised.sessions.flatMap((s) => (s.traceHash === undefined ? [] : [[s.id, s.traceHash]]))), inputs, repeat: repeatCommand(run),
        publicKey: publicKey === undefined ? null : publicKey.export({ type: "spki", format: "pem" }).toString(),
      },
    },
  };
}

/** @param privateKey without one the certificate is unsigned, and says so */
export function certificateOf(run: RunFile, privateKey?: KeyObject): Envelope {
  const publicKey = privateKey === undefined ? undefined : createPublicKey(privateKey);
  const payload = Buffer.from(JSON.stringify(statementOf(run, publicKey)));
  const signatures = privateKey === undefined || publicKey === undefined ? [] : [{ keyid: keyId(publicKey), sig: sign(null, preAuthEncoding(PAYLOAD_TYPE, payload), privateKey).toString("base64") }];
  return { payloadType: PAYLOAD_TYPE, payload: payload.toString("base64"), signatures };
}

export interface VerifiedCertificate {
  statement: Statement;
  /** "trusted": by the key that was given; "own": by the key that the certificate names; "unsigned". */
  signature: "trusted" | "own" | "unsigned";
  keyid?: string;
}

/**
 * Checks form and signature.
 * @param trusted PEM of the key that must have signed
 * @throws CertificateRefused
 */
export function openCertificate(text: string, trusted?: string): VerifiedCertificate {
  let envelope: Partial<Envelope>;
  let statement: Statement;
  let payload: Buffer;
  try {
    envelope = JSON.parse(text) as Partial<Envelope>;
    payload = Buffer.from(envelope.payload ?? "", "base64");
    statement = JSON.parse(payload.toString("utf8")) as Statement;
  } catch (error) {
    throw new CertificateRefused(`it is no DSSE envelope with a JSON payload: ${(error as Error).message}`);
  }
  // Base64 has several spellings of the same bytes: only the canonical one is what was written.
  if (payload.toString("base64") !== envelope.payload) throw new CertificateRefused("its payload is not canonical base64");
  if (envelope.payloadType !== PAYLOAD_TYPE) throw new CertificateRefused(`its payload type is ${JSON.stringify(envelope.payloadType)}, expected "${PAYLOAD_TYPE}"`);
  if (statement._type !== STATEMENT_TYPE || statement.predicateType !== PREDICATE_TYPE || statement.predicate?.kalicoHil === undefined) throw new CertificateRefused("its payload is no test result of kalico-hil");
  const own = statement.predicate.kalicoHil.publicKey;
  const [signature] = envelope.signatures ?? [];
  if (signature === undefined) {
    if (trusted !== undefined || own !== null) throw new CertificateRefused("it is not signed");
    return { statement, signature: "unsigned" };
  }
  const pem = trusted ?? own;
  if (pem === null) throw new CertificateRefused("it says that it is unsigned and has a signature");
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (error) {
    throw new CertificateRefused(`the public key cannot be read: ${(error as Error).message}`);
  }
  const good = key.asymmetricKeyType === "ed25519" && verify(null, preAuthEncoding(PAYLOAD_TYPE, payload), key, Buffer.from(signature.sig, "base64"));
  if (!good) throw new CertificateRefused("the signature does not fit: the certificate was changed, or another key signed it");
  if (signature.keyid !== keyId(key)) throw new CertificateRefused("the key id does not fit the key");
  return { statement, signature: trusted === undefined ? "own" : "trusted", keyid: signature.keyid };
}
