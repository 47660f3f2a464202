import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { type NativeCallback, type Signature, textAt } from "../native/index.js";
import { collectiveCallback } from "./callback.js";
import { petsc } from "./runtime.js";

/** Whether destroying an object of PETSc's is this program's business. */
export type Ownership = "owned" | "borrowed";

/** Objects by address, so that what PETSc hands to a callback is the very object that the program knows. */
const known = new Map<number, WeakRef<PetscObject>>();

/** Tells of objects that were dropped without `destroy`. */
const dropped = new FinalizationRegistry<Dropped>(({ address, comm, alone }) => {
  known.delete(address);
  if (alone) giveUp(address);
  else lost.set(comm, [...(lost.get(comm) ?? []), address]);
});

/** An object by its address, and where it is. */
interface Dropped {
  readonly address: number;
  /** MPI's handle of its communicator. */
  readonly comm: number;
  /** Whether it is on a single rank, which needs no other one to destroy it. */
  readonly alone: boolean;
}

/**
 * Objects of several ranks that were dropped, by communicator. Destroying them needs all ranks, which a finaliser must not wait for; and PETSc
 * 3.18 hangs at its end where only some ranks have told it of such objects.
 */
const lost = new Map<number, readonly number[]>();

/** Destroys an object of a single rank at once, and one of several ranks when they all clean up. */
function giveUp(address: number): void {
  const { f, scratch } = petsc();
  f.PetscObjectDelayedDestroy(scratch.hold(address));
}

/**
 * What every object of PETSc has. End its life with `using` or {@link PetscObject.destroy}; one that is dropped instead
 * stays until {@link garbageCleanup} or the end of the program.
 */
export abstract class PetscObject implements Disposable {
  readonly comm: Comm;
  #address: number;
  #borrowed: Map<number, PetscObject> | undefined;
  #kept: Map<string, readonly (PetscObject | undefined)[]> | undefined;
  readonly #callbacks: NativeCallback[] = [];

  /** @param address what a create function has written */
  constructor(comm: Comm, address: number, ownership: Ownership = "owned") {
    this.comm = comm;
    this.#address = address;
    known.set(address, new WeakRef(this));
    if (ownership === "borrowed") petsc().f.PetscObjectReference(address);
    dropped.register(this, { address, comm: petsc().handleOf(comm), alone: comm.size === 1 }, this);
  }

  /** The object's address, for calls of C. @throws TuttiError `freed` after `destroy` */
  get handle(): number {
    if (this.#address === 0) {
      const name = this.constructor.name;
      throw new TuttiError("freed", `${name}: this ${name} has been destroyed`, { object: name });
    }
    return this.#address;
  }

  /** Whether `destroy` has been called. */
  get destroyed(): boolean {
    return this.#address === 0;
  }

  /** Gives the object back. Collective; a second call does nothing. */
  destroy(): void {
    if (this.#address === 0) return;
    const { f, scratch } = petsc();
    const address = this.#address;
    this.#address = 0;
    known.delete(address);
    dropped.unregister(this);
    for (const object of this.#borrowed?.values() ?? []) object.destroy();
    this.#kept = undefined;
    const heir = this.callbackHeir;
    if (heir === undefined || heir.destroyed) for (const callback of this.#callbacks) callback.free();
    else heir.#callbacks.push(...this.#callbacks);
    f.PetscObjectDestroy(scratch.hold(address));
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** What PETSc calls the object in its output. */
  get name(): string {
    return this.text("PetscObjectGetName");
  }

  set name(name: string) {
    petsc().f.PetscObjectSetName(this.handle, name);
  }

  /** The name of its implementation, such as `"seqaij"`; undefined while it has none. */
  get type(): string | undefined {
    return this.text("PetscObjectGetType") || undefined;
  }

  /** What the names of its options begin with: `-abc_ksp_type` for the prefix `"abc_"`. */
  get optionsPrefix(): string {
    return this.text("PetscObjectGetOptionsPrefix");
  }

  set optionsPrefix(prefix: string) {
    this.setPrefix(prefix);
  }

  /** Sets the prefix of the object's own options, and where it has parts with options, of theirs. */
  protected setPrefix(prefix: string): void {
    petsc().f.PetscObjectSetOptionsPrefix(this.handle, prefix);
  }

  /** The object at an address that PETSc has handed over: the program's own, or a new one that lives as long as this. */
  protected borrow<T extends PetscObject>(kind: Borrowable<T>, address: number): T {
    const found = this.#borrowed?.get(address) ?? knownObject(address);
    if (found instanceof kind) return found;
    const made = new kind(this.comm, address, "borrowed");
    this.#borrowed ??= new Map();
    this.#borrowed.set(address, made);
    return made;
  }

  /** The address of an object that works with this one. @throws TuttiError `argument` for one on another communicator */
  protected peer(object: PetscObject): number {
    const [found, wanted] = [object.comm.size, this.comm.size];
    if (found === wanted) return object.handle;
    const [one, other] = [object.constructor.name, this.constructor.name];
    const message = `${other}: the ${one} is on another communicator, of size ${found}, than this ${other}, of size ${wanted}`;
    throw new TuttiError("argument", message, { found, wanted });
  }

  /** Keeps objects that PETSc uses from being dropped, until others are set in the same role or this is destroyed. */
  protected keep(role: string, ...objects: readonly (PetscObject | undefined)[]): void {
    this.#kept ??= new Map();
    this.#kept.set(role, objects);
  }

  /** The address of a function of the program that PETSc calls on all ranks while this object lives. Collective. */
  protected callback(signature: Signature, call: (...args: never[]) => void): number {
    const callback = collectiveCallback(this.comm, signature, call);
    this.#callbacks.push(callback);
    return callback.address;
  }

  /** The object in which PETSc remembers the callbacks beyond the end of this one. */
  protected get callbackHeir(): PetscObject | undefined {
    return undefined;
  }

  private text(call: "PetscObjectGetName" | "PetscObjectGetType" | "PetscObjectGetOptionsPrefix"): string {
    const { f, scratch } = petsc();
    f[call](this.handle, scratch.at);
    return textAt(scratch.pointer());
  }
}

/** A class whose objects PETSc may hand over. */
type Borrowable<T extends PetscObject> = new (comm: Comm, address: number, ownership: Ownership) => T;

/** The object that this program has made at an address, if it has. */
function knownObject(address: number): PetscObject | undefined {
  return known.get(address)?.deref();
}

/** The addresses of objects, as a list that C can read. */
export function handlesOf(objects: readonly PetscObject[]): BigUint64Array {
  return BigUint64Array.from(objects, (object) => BigInt(object.handle));
}

/** Number of objects of PETSc that this process has made or borrowed and not given back. */
export function liveObjects(): number {
  let live = 0;
  for (const reference of known.values()) if (reference.deref() !== undefined) live++;
  return live;
}

/** Destroys what was dropped without `destroy` on all ranks. Collective over `comm`. */
export function garbageCleanup(comm: Comm): void {
  const { f, handleOf } = petsc();
  const handle = handleOf(comm);
  for (const address of lost.get(handle) ?? []) giveUp(address);
  lost.delete(handle);
  f.PetscGarbageCleanup(handle);
}
