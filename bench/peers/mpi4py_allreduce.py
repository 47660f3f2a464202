"""Sum of float32 numbers on all ranks with mpi4py, as `tutti bench allreduce`. To be run by mpirun."""

import numpy as np
from mpi4py_timing import MPI, arguments, report, time_each


def main():
    args = arguments(__doc__, 10_000, 1000, 100)
    comm = MPI.COMM_WORLD
    count = args.bytes // 4
    buf = [np.ones(count, np.float32), count, MPI.FLOAT]
    out = [np.ones(count, np.float32), count, MPI.FLOAT]
    comm.Barrier()
    us = time_each(args, lambda: comm.Allreduce(buf, out))
    report(comm, args, comm.allreduce(us) / comm.size)


if __name__ == "__main__":
    main()
