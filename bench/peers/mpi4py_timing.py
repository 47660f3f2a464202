"""What the mpi4py scripts share: options, repetitions and the median of batches, as in `tutti bench`."""

import argparse
import json
import statistics
from time import perf_counter

import mpi4py

mpi4py.rc.threads = False  # MPI without locks, its fastest mode

from mpi4py import MPI

BATCHES = 10


def arguments(description, small, large, huge):
    """Options --bytes and --iterations, with the number of warm-up calls added."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bytes", type=int, default=8)
    parser.add_argument("--iterations", type=int)
    args = parser.parse_args()
    if args.iterations is None:
        args.iterations = small if args.bytes <= 65536 else large if args.bytes <= 1048576 else huge
    args.warmup = args.iterations if args.bytes <= 1048576 else -(-args.iterations // 10)
    return args


def time_each(args, operation):
    """Microseconds that a call takes on this rank: the median over batches of calls."""
    for _ in range(args.warmup):
        operation()
    batches = min(BATCHES, args.iterations)
    ends = [batch * args.iterations // batches for batch in range(batches + 1)]
    times = []
    for begin, end in zip(ends, ends[1:]):
        start = perf_counter()
        for _ in range(begin, end):
            operation()
        times.append((perf_counter() - start) / (end - begin))
    return 1e6 * statistics.median(times)


def report(comm, args, us):
    """Prints rank 0's figures as one JSON object."""
    if comm.rank == 0:
        library = MPI.Get_library_version().split(",")[0].strip("\0\n")
        print(json.dumps({"bytes": args.bytes, "us": us, "mbPerSecond": args.bytes / us, "library": library}))
