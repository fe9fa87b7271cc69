/**
 * The timer list of the firmware as a binary heap on the 64 bit MCU clock, earliest first, equal wake times in order of
 * insertion. A timer runs exactly at its wake time; the processor time it takes is accounted on the side, so that a board
 * that is asked for more than it can do falls behind and is found out.
 */
import type { FirmwareTimer } from "./feature.js";

export class TimerHeap {
  private readonly heap: FirmwareTimer[] = [];
  private inserted = 0;

  /** The next timer to run, if any. */
  peek(): FirmwareTimer | undefined { return this.heap[0]; }

  /** Adds a timer, or moves it when it is in the heap already. */
  add(timer: FirmwareTimer): void {
    timer.order = this.inserted++;
    if (timer.heapIndex < 0) {
      timer.heapIndex = this.heap.length;
      this.heap.push(timer);
      this.up(timer.heapIndex);
    } else {
      this.up(timer.heapIndex);
      this.down(timer.heapIndex);
    }
  }

  delete(timer: FirmwareTimer): void {
    const i = timer.heapIndex;
    if (i < 0) return;
    timer.heapIndex = -1;
    const last = this.heap.pop()!;
    if (last === timer) return;
    this.heap[i] = last;
    last.heapIndex = i;
    this.up(i);
    this.down(last.heapIndex);
  }

  clear(): void {
    for (const timer of this.heap) timer.heapIndex = -1;
    this.heap.length = 0;
  }

  private up(i: number): void {
    const heap = this.heap;
    const timer = heap[i]!;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      heap[i]!.heapIndex = i;
      i = parent;
    }
    heap[i] = timer;
    timer.heapIndex = i;
  }

  private down(i: number): void {
    const heap = this.heap;
    const timer = heap[i]!;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, timer)) break;
      heap[i] = heap[child]!;
      heap[i]!.heapIndex = i;
      i = child;
    }
    heap[i] = timer;
    timer.heapIndex = i;
  }
}

function before(a: FirmwareTimer, b: FirmwareTimer): boolean {
  return a.waketime < b.waketime || (a.waketime === b.waketime && a.order < b.order);
}
