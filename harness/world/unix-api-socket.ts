/**
 * The API's Unix socket in real time. Clients' bytes enter the world between two participants, so that nothing of the host runs
 * in the middle of something else. Each life of the host listens anew: the path of the last one is removed first.
 */
import { existsSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { ApiListener, ClientLine } from "../../host/api/api-server.js";
import type { RealtimeWorld } from "./realtime-world.js";

/** A path of a Unix socket may have that many bytes on Linux; on others a few less. */
const LONGEST_PATH = 107;

/** Listens on a path. `failed` is told when that is not possible. */
export class UnixApiSocket implements ApiListener {
  readonly #path: string;
  readonly #world: RealtimeWorld;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #callback: ((line: ClientLine) => void) | undefined;
  #isOpen = true;

  constructor(path: string, world: RealtimeWorld, failed: (error: Error) => void) {
    this.#path = path;
    this.#world = world;
    const problem = socketPathProblem(path);
    if (problem !== undefined) throw new Error(problem);
    if (existsSync(path)) unlinkSync(path);
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.on("error", failed);
    this.#server.listen(path);
  }

  onClient(callback: (line: ClientLine) => void): void {
    this.#callback = callback;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // The end of a broken connection is told by "close".
    socket.on("error", () => undefined);
    const { arrive } = { arrive: (deliver: () => void) => this.#world.arrive(() => { if (this.#isOpen) deliver(); }) };
    socket.pause();
    arrive(() => {
      this.#callback?.(clientLine(socket, arrive));
      socket.resume();
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#server.close();
    // A client that does not read its farewell is not waited for.
    for (const socket of this.#sockets) socket.setTimeout(1000, () => socket.destroy());
    if (existsSync(this.#path)) unlinkSync(this.#path);
  }
}

function clientLine(socket: Socket, arrive: (deliver: () => void) => void): ClientLine {
  return {
    write: (data) => { if (!socket.destroyed) socket.write(data); },
    onData: (callback) => { socket.on("data", (data) => arrive(() => callback(data))); },
    onClose: (callback) => { socket.on("close", () => arrive(callback)); },
    backlog: () => socket.writableLength,
    close: (how) => {
      if (how === "drop") socket.destroy();
      else socket.end(() => socket.destroy());
    },
  };
}

/** Why a path cannot be a socket of ours, with the remedy; undefined when it can. */
export function socketPathProblem(path: string): string | undefined {
  if (Buffer.byteLength(path) > LONGEST_PATH) return `Path "${path}" of the API socket has more than ${LONGEST_PATH} bytes: choose a shorter one`;
  if (existsSync(path) && !lstatSync(path).isSocket()) return `Path "${path}" of the API socket is taken by something else: remove it, or choose another path`;
  return undefined;
}
