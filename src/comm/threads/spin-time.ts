/**
 * Milliseconds that a rank with a core of its own looks before it sleeps. Falling asleep and waking up takes about 0.04, but
 * ranks that sleep and wake each other may be put on one core and stay there, beside one that is idle.
 */
const LONGEST = 0.5;
/** The same where ranks share cores, so that looking keeps another rank from working. */
const SHORTEST = 0.005;
/** Who is woken so soon after it fell asleep may have kept the other from working: they share a core. */
const SOON = 0.1;
/** So many times in a row it is no chance. */
const SURE = 3;
/** Milliseconds from then on to a trial of the longest time, and from that to the next. */
const PAUSE = 10;

/**
 * How long one rank looks for what it waits for before it sleeps.
 *
 * The operating system does not say whether two ranks share a core, be it because another program has taken one. It shows:
 * what a rank has looked for in vain comes as soon as the rank sleeps. Then it looks for the shortest time from now on, until
 * a trial of the longest succeeds.
 */
export class SpinTime {
  private failures = 0;
  private tried = 0;

  /** @param crowded whether there are more ranks than cores */
  constructor(private readonly crowded: boolean) {}

  /**
   * Milliseconds to look this time.
   *
   * @param now the time in milliseconds
   */
  next(now: number): number {
    if (this.crowded) return SHORTEST;
    if (this.failures < SURE) return LONGEST;
    if (now - this.tried < PAUSE) return SHORTEST;
    this.tried = now;
    return LONGEST;
  }

  /** Looking for up to `time` milliseconds has been enough. */
  succeeded(time: number): void {
    if (time === LONGEST) this.failures = 0;
  }

  /** It has not, and the rank was woken at `now` after `asleep` milliseconds. */
  slept(asleep: number, now: number): void {
    if (this.failures >= SURE || asleep >= SOON) return;
    this.failures++;
    this.tried = now;
  }
}
