/** Breaks LOAD-001: throws while it is imported. */
throw new Error("no printer found");
export function loadConfig() { return {}; }
