import type { Mpi } from "../mpi.js";
import { MpiRequest } from "../requests.js";

/**
 * Exchanges of a few bytes between all ranks of a communicator, in the same order on each: what they compare before a
 * collective. None waits; whoever needs the result does.
 */
export class Exchanges {
  /** How many have begun. */
  begun = 0;

  /** A duplicate of the communicator on which nothing else happens. */
  private readonly comm: number;

  /** Collective. */
  constructor(
    private readonly mpi: Mpi,
    comm: number,
    private readonly size: number,
  ) {
    const made = new Int32Array(2);
    mpi.f.Comm_dup(comm, mpi.address(made));
    this.comm = mpi.handleAt(made, 0);
  }

  free(): void {
    this.mpi.f.Comm_free(this.mpi.address(this.mpi.handles([this.comm])));
  }

  /** Shows `mine`, of the same length on all ranks, to all of them. */
  begin(mine: Uint8Array): Exchange {
    const { mpi, comm, size } = this;
    const { length } = mine;
    const all = new Uint8Array(size * length);
    const request = new MpiRequest<void>(mpi, all, (code) => {
      if (code !== 0) throw mpi.error(0, code, "while ranks were being checked");
    });
    const [from, to] = [mpi.address(mine), mpi.address(all)];
    const { uint8_t } = mpi.abi.types;
    request.started(mpi.f.Iallgather(from, length, uint8_t, to, length, uint8_t, comm, request.slot));
    this.begun++;
    return new Exchange(request, mine, all);
  }
}

/** An exchange under way. */
export class Exchange {
  constructor(
    private readonly request: MpiRequest<void>,
    private readonly mine: Uint8Array,
    private readonly all: Uint8Array,
  ) {}

  ready(): boolean {
    return this.request.test();
  }

  /** Waits for it without looking at anything else: all ranks are sure to come. */
  wait(): this {
    this.request.wait();
    return this;
  }

  /** What a rank has shown. */
  of(rank: number): Uint8Array {
    const { length } = this.mine;
    return this.all.subarray(rank * length, (rank + 1) * length);
  }
}
