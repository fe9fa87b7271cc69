/**
 * The error tree of the host. The class says whose fault an error is; messages that front ends and
 * plugins match are Kalico's own, verbatim.
 */

/** Base of every error that the host raises on purpose. */
export class HostError extends Error {
  override name = "HostError";
}

/** Place of a configuration error. */
export interface ConfigPlace {
  section?: string;
  option?: string;
  file?: string;
  line?: number;
}

/** The printer configuration is wrong: state "error", with the restart help. */
export class ConfigError extends HostError {
  override name = "ConfigError";
  readonly place: ConfigPlace;
  constructor(message: string, place: ConfigPlace = {}) {
    super(message);
    this.place = place;
  }
}

/** A pin description is wrong; a configuration error in Kalico. */
export class PinError extends ConfigError {
  override name = "PinError";
}

/** A g-code command cannot be carried out: `!!` line, the host goes on. */
export class CommandError extends HostError {
  override name = "CommandError";
}

/** A wait was ended by a shutdown or by HEATER_INTERRUPT. */
export class WaitInterrupted extends CommandError {
  override name = "WaitInterrupted";
  constructor(message = "Command interrupted") {
    super(message);
  }
}

/** The micro-controller cannot be reached, configured, or did not answer. */
export class McuError extends HostError {
  override name = "McuError";
}

/** The port to the micro-controller failed. */
export class TransportError extends HostError {
  override name = "TransportError";
}

/** A state that this program holds to be impossible: our own fault. */
export class InvariantError extends Error {
  override name = "InvariantError";
}
