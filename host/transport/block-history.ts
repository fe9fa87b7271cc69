/** The last blocks of one direction, for the log after a shutdown. */
const KEPT = 100;

/** Keeps the newest 100 of what is added. */
export class BlockHistory<Block> {
  private readonly ring: Block[] = [];
  private oldest = 0;

  add(block: Block): void {
    if (this.ring.length < KEPT) {
      this.ring.push(block);
    } else {
      this.ring[this.oldest] = block;
      this.oldest = (this.oldest + 1) % KEPT;
    }
  }

  /** Oldest first. */
  list(): Block[] {
    return [...this.ring.slice(this.oldest), ...this.ring.slice(0, this.oldest)];
  }
}
