/** What the machine tells of itself to clients of the API: start arguments of a host in real time. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, hostname, loadavg, userInfo } from "node:os";
import { fileURLToPath } from "node:url";

/** Where this program is. Moonraker reserves the folder `klipper_path` and all below it: it must not be above the printer's data. */
const OWN_FOLDER = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** Names as the endpoint `info` gives them. `log_file` is given when there is one. */
export function hostFacts(logFile?: string): Record<string, unknown> {
  const { uid, gid } = userInfo();
  return {
    hostname: hostname(),
    klipper_path: process.env["KALICO_PATH"] ?? OWN_FOLDER,
    python_path: process.execPath,
    process_id: process.pid,
    user_id: uid,
    group_id: gid,
    log_file: logFile ?? null,
    cpu_info: `${availableParallelism()} core ${cpus()[0]?.model ?? "?"}`,
    systemLoad: () => {
      const { user, system } = process.cpuUsage();
      return { sysload: loadavg()[0]!, cputime: (user + system) * 1e-6, memavail: availableMemory() };
    },
  };
}

/** KiB that programs can have. */
function availableMemory(): number {
  try {
    return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))![1]);
  } catch {
    return Math.floor(freemem() / 1024);
  }
}
