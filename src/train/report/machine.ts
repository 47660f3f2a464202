import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import type { MachineSummary } from "./summary.js";

/** The part of a {@link MachineSummary} that this process knows without asking ranks or kernels. */
export function thisMachine(): Omit<MachineSummary, "ranks" | "engine" | "kernels" | "blas"> {
  return {
    tutti: tuttiVersion(),
    node: process.versions.node,
    platform: `${platform()} ${arch()} ${release()}`,
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** What multiplies matrices, in words: the BLAS library of {@link MachineSummary}, or the kernels themselves if it is null. */
export function matrixProduct(blas: string | null): string {
  return blas === null ? "own matrix product" : `matrix product by ${blas}`;
}

function tuttiVersion(): string {
  const file = new URL("../../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
