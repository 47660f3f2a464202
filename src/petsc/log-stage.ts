import { petsc } from "./runtime.js";

/** A part of a program that `-log_view` reports apart. */
export class LogStage {
  readonly #number: number;

  /** Makes a stage. Collective. */
  constructor(readonly name: string) {
    const { f, scratch } = petsc();
    f.PetscLogStageRegister(name, scratch.at);
    this.#number = scratch.ints[0];
  }

  /** Runs `work` as part of the stage; gives what it returns. */
  run<T>(work: () => T): T {
    const { f } = petsc();
    f.PetscLogStagePush(this.#number);
    try {
      return work();
    } finally {
      f.PetscLogStagePop();
    }
  }
}
