"""A stream of messages from one rank to another with mpi4py, as `tutti bench bandwidth`. To be run by mpirun -n 2."""

import numpy as np
from mpi4py_timing import MPI, arguments, report, time_each

WINDOW = 64


def main():
    args = arguments(__doc__, 1000, 100, 20)
    comm = MPI.COMM_WORLD
    messages = [np.ones(args.bytes, np.uint8), args.bytes, MPI.BYTE]
    answer = [np.ones(4, np.uint8), 4, MPI.BYTE]
    requests = [MPI.REQUEST_NULL] * WINDOW

    def send():
        for i in range(WINDOW):
            requests[i] = comm.Isend(messages, 1)
        MPI.Request.Waitall(requests)
        comm.Recv(answer, 1)

    def receive():
        for i in range(WINDOW):
            requests[i] = comm.Irecv(messages, 0)
        MPI.Request.Waitall(requests)
        comm.Send(answer, 0)

    comm.Barrier()
    report(comm, args, time_each(args, send if comm.rank == 0 else receive) / WINDOW)


if __name__ == "__main__":
    main()
