/**
 * The server's time, as far as its answers tell. Ages are counted on the server's clock, because a browser's may be
 * hours off; when contact is lost its time stands still, so that no age claims to be known.
 */

const SAMPLES = 10;

export class ServerClock {
  private offsets: number[] = [];

  /** An answer made at `timestamp` arrived at the local time `received`. */
  observe(timestamp: string, received: number): void {
    const made = Date.parse(timestamp);
    if (Number.isNaN(made)) return;
    this.offsets.push(made - received);
    if (this.offsets.length > SAMPLES) this.offsets.shift();
  }

  /** The server's time at the local time `local`. */
  at(local: number): number {
    return local + this.offset();
  }

  // The way here takes time, which makes an offset too small and never too large: the largest is the truest.
  private offset(): number {
    return this.offsets.length === 0 ? 0 : Math.max(...this.offsets);
  }
}
