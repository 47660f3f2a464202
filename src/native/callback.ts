import { ffi } from "./ffi.js";
import { type Signature, signatureTypes } from "./signature.js";

/** A JavaScript function that C can call. */
export interface NativeCallback {
  /** Where C finds it. */
  readonly address: number;
  /** Gives it back; C must not call it any more. */
  free(): void;
}

type Prototype = ReturnType<ReturnType<typeof ffi>["proto"]>;

const prototypes = new Map<Signature, Prototype>();

/**
 * Makes `call` callable from C, on this thread only and only while a native function is being called.
 *
 * It must catch whatever it throws: C would get 0, which mostly means success.
 */
export function nativeCallback(
  signature: Signature,
  call: (...args: never[]) => number | undefined,
): NativeCallback {
  const { pointer, register, unregister } = ffi();
  const pointed = register(call, pointer(prototypeOf(signature)));
  return { address: Number(pointed), free: () => unregister(pointed) };
}

function prototypeOf(signature: Signature): Prototype {
  let prototype = prototypes.get(signature);
  if (prototype === undefined) {
    const { result, parameters } = signatureTypes(signature);
    prototype = ffi().proto(result, parameters);
    prototypes.set(signature, prototype);
  }
  return prototype;
}
