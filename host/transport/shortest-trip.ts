/**
 * The shortest way to the micro-controller that was seen: half a round trip. The quickest answer was held up by nothing
 * but the line itself. An old record is beaten a little more easily, by 10 us per hour of age. Times in s.
 */
const AGE_PER_SECOND = 0.00001 / 3600;

export class ShortestTrip {
  halfSeconds = 999999999.9;
  /** When it was seen. */
  seenAt = 0;

  /** True when this round trip is the new record. */
  note(sentTime: number, receiveTime: number): boolean {
    const half = 0.5 * (receiveTime - sentTime);
    const isRecord = half < this.halfSeconds + (sentTime - this.seenAt) * AGE_PER_SECOND;
    if (isRecord) {
      this.halfSeconds = half;
      this.seenAt = sentTime;
    }
    return isRecord;
  }
}
