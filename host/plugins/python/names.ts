/** Names on either side of the bridge: Kalico's snake_case, the host's camelCase. */

/** "get_last_move_time" → "getLastMoveTime"; leading underscores stay. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** "getLastMoveTime" → "get_last_move_time". */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
}
