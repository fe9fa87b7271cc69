/** State messages of the printer, verbatim as Kalico has them: front ends and users know them. */

export const MESSAGE_READY = "Printer is ready";

export const MESSAGE_STARTUP = `
Printer is not ready
The klippy host software is attempting to connect.  Please
retry in a few moments.
`;

export const MESSAGE_RESTART = `
Once the underlying issue is corrected, use the "RESTART"
command to reload the config and restart the host software.
Printer is halted
`;

export const MESSAGE_MCU_CONNECT_ERROR = `
Once the underlying issue is corrected, use the
"FIRMWARE_RESTART" command to reset the firmware, reload the
config, and restart the host software.
Error configuring printer
`;

export const MESSAGE_SHUTDOWN = `
Once the underlying issue is corrected, use the
"FIRMWARE_RESTART" command to reset the firmware, reload the
config, and restart the host software.
Printer is shutdown
`;

const PROTOCOL_HEAD = "MCU Protocol error";
const PROTOCOL_CAUSE =
  "This is frequently caused by running an older version of the firmware on the MCU(s). Fix by recompiling and flashing the firmware.";
const PROTOCOL_REMEDY =
  'Once the underlying issue is corrected, use the "RESTART" command to reload the config and restart the host software.';

/** The message for a host and a firmware that do not speak the same commands. */
export function protocolErrorMessage(detail: string, hostVersion: string, mcus: readonly { name: string; version: string }[]): string {
  const line = ({ name, version }: { name: string; version: string }): string => `${name}: Current version ${version}`;
  const outdated = mcus.filter(({ version }) => version !== hostVersion).map(line);
  const current = mcus.filter(({ version }) => version === hostVersion).map(line);
  if (current.length === 0) current.push("<none>");
  const versions = [
    `\nYour Kalico version is: ${hostVersion}\n`,
    "MCU(s) which should be updated:",
    `\n${outdated.join("\n")}\n`,
    "Up-to-date MCU(s):",
    `\n${current.join("\n")}\n`,
  ].join("\n");
  return [PROTOCOL_HEAD, "", PROTOCOL_CAUSE, versions, PROTOCOL_REMEDY, "", detail].join("\n");
}
