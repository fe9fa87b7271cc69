/** Values of options that several commands share; a wrong one is a UsageError that names what is right. */
import { LOADERS, type Loader } from "../../host/printer/discovery-rules.js";
import { boardNamed } from "../world/sim-world.js";
import { UsageError } from "./exit-codes.js";

/** @throws UsageError */
export function seedOption(text: string): number {
  const seed = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(seed)) throw new UsageError(`Option --seed must be a whole number, found "${text}"`);
  return seed;
}

/** @throws UsageError with the names there are */
export function boardOption(name: string): string {
  try {
    boardNamed(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return name;
}

/** A whole number above 0. @throws UsageError */
export function countOption(name: string, text: string): number {
  const count = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(count) || count < 1) throw new UsageError(`Option ${name} must be a whole number above 0, found "${text}"`);
  return count;
}

/** "2/4": the second of four shards. @throws UsageError */
export function shardOption(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index === undefined || shard.index < 1 || shard.of < 1 || shard.index > shard.of) throw new UsageError(`Option --shard must be i/n with i from 1 to n, found "${text}"`);
  return shard;
}

/** How plugins are found. @throws UsageError */
export function loaderOption(text: string | undefined, otherwise: Loader): Loader {
  if (text === undefined) return otherwise;
  if (!LOADERS.includes(text as Loader)) throw new UsageError(`Option --loader must be one of ${LOADERS.join(", ")}, found "${text}"`);
  return text as Loader;
}
