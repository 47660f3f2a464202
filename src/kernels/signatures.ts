import { KERNEL_TABLE, type KernelName } from "./table.js";

/** Result and parameters of one exported C function, as letters of {@link KERNEL_TABLE}. */
export interface KernelSignature {
  readonly name: KernelName;
  readonly result: string;
  readonly parameters: string;
}

/** Every exported function of the kernels, `_T` written out. */
export const KERNEL_SIGNATURES: readonly KernelSignature[] = Object.entries(KERNEL_TABLE).flatMap(
  ([stem, signature]) => {
    const [result, parameters] = signature.split(":");
    const names = stem.endsWith("_T") ? [`${stem.slice(0, -1)}f64`, `${stem.slice(0, -1)}f32`] : [stem];
    return names.map((name) => ({ name: name as KernelName, result, parameters }));
  },
);
