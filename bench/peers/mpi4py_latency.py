"""Ping-pong of two ranks with mpi4py: microseconds one way, as `tutti bench latency`. To be run by mpirun -n 2."""

import numpy as np
from mpi4py_timing import MPI, arguments, report, time_each


def main():
    args = arguments(__doc__, 10_000, 1000, 100)
    comm = MPI.COMM_WORLD
    send = np.ones(args.bytes, np.uint8)
    recv = np.ones(args.bytes, np.uint8)
    # Buffers described once: without this every call would look them up again.
    outgoing, incoming = [send, args.bytes, MPI.BYTE], [recv, args.bytes, MPI.BYTE]

    def ping():
        comm.Send(outgoing, 1)
        comm.Recv(incoming, 1)

    def pong():
        comm.Recv(incoming, 0)
        comm.Send(outgoing, 0)

    comm.Barrier()
    report(comm, args, time_each(args, ping if comm.rank == 0 else pong) / 2)


if __name__ == "__main__":
    main()
