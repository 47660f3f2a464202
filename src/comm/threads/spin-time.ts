/** Milliseconds that a rank with a core of its own looks before it sleeps. Falling asleep and waking up takes about 0.04. */
const LONGEST = 0.2;
/** The same where ranks share cores, so that looking keeps another rank from working. */
const SHORTEST = 0.005;
/** Who is woken so soon after it fell asleep has kept the other from working: they share a core. */
const SOON = 0.1;
/** Every so many waits the longest time is tried again. */
const TRIAL = 32;

/**
 * How long one rank looks for what it waits for before it sleeps.
 *
 * The operating system does not say whether two ranks share a core, be it because another program has taken one. It shows:
 * what a rank has looked for in vain comes as soon as the rank sleeps. Then it looks for half the time from now on, until a
 * trial of the whole succeeds.
 */
export class SpinTime {
  private time: number;
  private waits = 0;

  /** @param crowded whether there are more ranks than cores */
  constructor(private readonly crowded: boolean) {
    this.time = crowded ? SHORTEST : LONGEST;
  }

  /** Milliseconds to look this time. */
  next(): number {
    if (this.time === LONGEST || this.crowded) return this.time;
    this.waits = (this.waits + 1) % TRIAL;
    return this.waits === 0 ? LONGEST : this.time;
  }

  /** Looking for up to `time` milliseconds has been enough. */
  succeeded(time: number): void {
    if (time === LONGEST) this.time = LONGEST;
  }

  /** It has not, and the rank was woken after `asleep` milliseconds. */
  slept(asleep: number): void {
    if (!this.crowded && asleep < SOON) this.time = Math.max(SHORTEST, this.time / 2);
  }
}
