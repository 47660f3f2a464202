/** Gaps between blocks, ordered by address; adjacent gaps are always merged. Starts and sizes are in any one unit. */
export class Gaps {
  readonly #start: number[] = [];
  readonly #size: number[] = [];

  /** The start of `units` taken from the smallest gap that holds them (the lowest of equals), or -1. */
  take(units: number): number {
    const sizes = this.#size;
    let best = -1;
    for (let i = 0; i < sizes.length; i++) {
      if (sizes[i] === units) {
        best = i;
        break;
      }
      if (sizes[i] > units && (best < 0 || sizes[i] < sizes[best])) best = i;
    }
    if (best < 0) return -1;
    const start = this.#start[best];
    if (sizes[best] === units) {
      this.#start.splice(best, 1);
      sizes.splice(best, 1);
    } else {
      this.#start[best] += units;
      sizes[best] -= units;
    }
    return start;
  }

  insert(start: number, units: number): void {
    const starts = this.#start;
    const sizes = this.#size;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] < start) low = middle + 1;
      else high = middle;
    }
    const joinsBelow = low > 0 && starts[low - 1] + sizes[low - 1] === start;
    const joinsAbove = low < starts.length && start + units === starts[low];
    if (joinsBelow) {
      sizes[low - 1] += units + (joinsAbove ? sizes[low] : 0);
      if (joinsAbove) {
        starts.splice(low, 1);
        sizes.splice(low, 1);
      }
    } else if (joinsAbove) {
      starts[low] = start;
      sizes[low] += units;
    } else {
      starts.splice(low, 0, start);
      sizes.splice(low, 0, units);
    }
  }

  /** Size of the gap that ends at `end`, or 0. */
  endingAt(end: number): number {
    const last = this.#start.length - 1;
    return last >= 0 && this.#start[last] + this.#size[last] === end ? this.#size[last] : 0;
  }
}
