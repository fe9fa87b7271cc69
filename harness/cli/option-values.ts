/** Values of options that several commands share; a wrong one is a UsageError that names what is right. */
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
