import { addressOf, detach, viewMemory } from "../../native/index.js";
import type { TypedArray } from "../elements.js";
import type { WindowSpec } from "../window/transport.js";
import type { Group } from "./prepared.js";

/** A window of the MPI library with the memory behind it. */
export interface WindowMemory {
  readonly win: number;
  /** The memory of each rank, where the library has allocated it so that all ranks see it. */
  readonly views?: readonly TypedArray[];
  /** Frees the window; collective. Memory that the library has allocated is gone after that. */
  free(call: number): void;
}

/** Opens a window onto memory of this rank. Collective. */
export function createWindow(group: Group, call: number, local: TypedArray): WindowMemory {
  const { mpi, comm } = group;
  const handle = new Int32Array(2);
  const address = local.length === 0 ? 0 : addressOf(local);
  const [bytes, unit] = [local.byteLength, local.BYTES_PER_ELEMENT];
  group.must(call, mpi.f.Win_create(address, bytes, unit, mpi.abi.infoNull, comm, addressOf(handle)));
  return opened(group, handle, local);
}

/** Opens a window onto memory that the library allocates on the one machine of all ranks. Collective. */
export function allocateShared(group: Group, call: number, { type, lengths }: WindowSpec): WindowMemory {
  const { mpi, comm, rank } = group;
  const handle = new Int32Array(2);
  const results = new BigUint64Array(2);
  const [sizeAt, baseAt] = [addressOf(results), addressOf(results) + 8];
  const bytes = lengths[rank] * type.bytes;
  const { infoNull } = mpi.abi;
  group.must(call, mpi.f.Win_allocate_shared(bytes, type.bytes, infoNull, comm, baseAt, addressOf(handle)));
  const window = opened(group, handle, undefined);
  const views = lengths.map((length, r) => {
    group.must(call, mpi.f.Win_shared_query(window.win, r, sizeAt, mpi.intsAddress, baseAt));
    return new type.Array(viewMemory(Number(results[1]), length * type.bytes)) as TypedArray;
  });
  const free = (freeCall: number) => {
    for (const { buffer } of views) if (buffer.byteLength > 0) detach(buffer as ArrayBuffer);
    window.free(freeCall);
  };
  return { win: window.win, views, free };
}

/** @param kept what must live as long as the window */
function opened(group: Group, handle: Int32Array, kept: TypedArray | undefined): WindowMemory {
  const { mpi } = group;
  const win = mpi.handleAt(handle, 0);
  mpi.f.Win_set_errhandler(win, mpi.abi.errorsReturn);
  const memory = {
    win,
    free: (call: number) => {
      held.delete(memory);
      group.must(call, mpi.f.Win_free(addressOf(handle)));
    },
    kept,
  };
  held.add(memory);
  return memory;
}

/** Memory of windows that have not been freed, which other ranks may still reach when this rank has dropped them. */
const held = new Set<WindowMemory>();
