/**
 * What calls for files cost on the reference host, seconds: a pessimistic SD card (rules.md §0.3), which answers an access in 5 ms, a
 * flush to the medium in 100 ms, and carries 10 MB/s, the least of a class 10 card. What the kernel keeps in memory (/proc, /sys, /run,
 * /dev/shm) costs two system calls. The same figures are in watch.py of the shim.
 */
const ACCESS_SECONDS = 0.005;
const SYNC_SECONDS = 0.1;
const MEMORY_SECONDS = 0.0001;
const BYTES_PER_SECOND = 10e6;

const IN_MEMORY = /^\/(proc|sys|run|dev\/shm)(\/|$)|^\/dev\/(null|zero|random|urandom)$/;

const byteLength = (value: unknown): number => (typeof value === "string" ? value.length : ArrayBuffer.isView(value) ? value.byteLength : 0);

export class FilePrices {
  /** Paths of open files, by descriptor. */
  readonly #open = new Map<number, string>();

  /** The path that an argument means: a path, a URL, or the file that a descriptor stands for. */
  path(file: unknown): string {
    if (typeof file === "number") return this.#open.get(file) ?? `descriptor ${file}`;
    return (file instanceof URL ? file.pathname : String(file)).slice(0, 200);
  }

  #isInMemory(file: unknown): boolean {
    return IN_MEMORY.test(this.path(file));
  }

  /** Seconds that a call waits before the first byte. */
  seconds(name: string, file: unknown): number {
    if (this.#isInMemory(file)) return MEMORY_SECONDS;
    return /fsync|fdatasync|rename/.test(name) ? SYNC_SECONDS : ACCESS_SECONDS;
  }

  /** Seconds that the bytes of a call take, once it has been made. */
  transferSeconds(name: string, args: readonly unknown[], result: unknown): number {
    if (this.#isInMemory(args[0])) return 0;
    const bytes = name === "readFileSync" ? byteLength(result) : name === "readSync" || name === "readvSync" || name === "writeSync" || name === "writevSync" ? Number(result)
      : name === "writeFileSync" || name === "appendFileSync" ? byteLength(args[1]) : 0;
    return bytes / BYTES_PER_SECOND;
  }

  /** Remembers which file a descriptor stands for. */
  noteResult(name: string, args: readonly unknown[], result: unknown): void {
    if (name === "openSync" && typeof result === "number") this.#open.set(result, this.path(args[0]));
  }
}
