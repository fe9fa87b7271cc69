// Breaks MOT-002: stats asks for the last move time once a second.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const stats = (_eventTime: number): [boolean, string] => {
    const toolhead = printer.lookupObject<Toolhead>("toolhead", null);
    return [false, `last_move=${toolhead.getLastMoveTime()}`];
  };
  return { stats };
}
