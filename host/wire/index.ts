/** The wire: everything that both ends of a link share. */
export * from "./crc16.js";
export * from "./data-dictionary.js";
export * from "./message-block.js";
export * from "./message-format.js";
export * from "./message-parser.js";
export * from "./vlq.js";
