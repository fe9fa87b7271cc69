// Breaks STA-010: adds to a list that it has given away.
import type { Config } from "kalico-hil";

export function loadConfig(config: Config) {
  const reactor = config.getPrinter().getReactor();
  const history: number[] = [];
  reactor.registerTimer((eventTime) => {
    history.push(Math.round(eventTime));
    return eventTime + 2;
  }, reactor.NOW);
  return { getStatus: (_eventTime?: number) => ({ history }) };
}
