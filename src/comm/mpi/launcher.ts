/** MPI libraries by whose launchers they belong to. */
export type Family = "Open MPI" | "MPICH";

/** Who has started this process as one of several, as far as its environment tells. */
export interface Launcher {
  /** What errors call it. */
  readonly title: string;
  /** Whose library it speaks to; undefined for launchers that serve more than one. */
  readonly family?: Family;
  /** The family whose library is tried first where `family` is undefined. */
  readonly likely?: Family;
  /** What to do if the library that was found does not speak to it. */
  readonly advice?: string;
  /** Rank and number of ranks, where the environment says them. */
  readonly rank?: number;
  readonly size?: number;
}

const SRUN = "start it with srun --mpi=pmix for Open MPI, with srun --mpi=pmi2 for MPICH";

type Environment = Readonly<Record<string, string | undefined>>;

/** The launcher that the environment shows; undefined if this process was started alone. */
export function findLauncher(env: Environment): Launcher | undefined {
  const number = (name: string) => (env[name] === undefined ? undefined : Number(env[name]));
  if (env.OMPI_COMM_WORLD_SIZE !== undefined) {
    const [rank, size] = [number("OMPI_COMM_WORLD_RANK"), number("OMPI_COMM_WORLD_SIZE")];
    return { title: "Open MPI's mpiexec", family: "Open MPI", rank, size };
  }
  // "mpiexec -pmi-port" says where it listens and gives each process a number, but not how many there are
  if (env.PMI_SIZE !== undefined || env.PMI_PORT !== undefined) {
    const [rank, size] = [number("PMI_RANK") ?? number("PMI_ID"), number("PMI_SIZE")];
    // Libraries of both families may be built to speak to Slurm. In a Slurm job, MPICH's mpiexec starts its helpers by
    // srun, whose variables its ranks then have beside those of its own.
    if (env.SLURM_STEP_ID !== undefined && env.MPI_LOCALNRANKS === undefined)
      return { title: "srun with PMI", likely: "MPICH", rank, size, advice: SRUN };
    return { title: "MPICH's mpiexec", family: "MPICH", rank, size };
  }
  const step = number("SLURM_STEP_NUM_TASKS");
  if (env.PMIX_RANK !== undefined) {
    const advice = step === undefined ? undefined : SRUN;
    return {
      title: "a launcher that speaks PMIx",
      likely: "Open MPI",
      rank: number("PMIX_RANK"),
      size: step,
      advice,
    };
  }
  if (step !== undefined && step > 1)
    return {
      title: "srun without PMI",
      likely: "MPICH",
      rank: number("SLURM_PROCID"),
      size: step,
      advice: SRUN,
    };
  return undefined;
}
