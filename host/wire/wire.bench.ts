import { bench, describe } from "vitest";
import { Deframer, encodeBlock, MessageFormat } from "./index.js";

const queueStep = new MessageFormat(17, "queue_step oid=%c interval=%u count=%hu add=%hi");
const payload = queueStep.encode([4, 15625, 160, -12]);
const MESSAGES = 10_000;
const stream = Buffer.concat(Array.from({ length: MESSAGES }, (_, i) => encodeBlock(i, payload)));

describe(`wire, ${MESSAGES} messages per run`, () => {
  bench("encode messages into blocks", () => {
    for (let i = 0; i < MESSAGES; i++) encodeBlock(i, queueStep.encode([4, 15625 + i, 160, -12]));
  });
  bench("deframe and decode messages", () => {
    const deframer = new Deframer((_sequence, buf, start, end) => void queueStep.decode(buf, start, end));
    deframer.push(stream);
  });
});
