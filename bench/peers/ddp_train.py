"""One data-parallel training step with PyTorch DistributedDataParallel over gloo.

Prints one JSON line with the median milliseconds a step, on `--ranks` processes with one thread each.
The same network, loss, optimiser and batch as `tutti bench train`.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel


def build(layers, activation):
    modules = []
    for n_in, n_out in zip(layers, layers[1:]):
        modules += [torch.nn.Linear(n_in, n_out), activation()]
    return torch.nn.Sequential(*modules[:-1])


def worker(rank, args, results):
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(args.port)
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=args.ranks)
    dtype = getattr(torch, args.dtype)
    layers = [int(n) for n in args.layers.split("-")]
    torch.manual_seed(0)
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[args.activation]
    model = DistributedDataParallel(build(layers, activation).to(dtype))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=args.momentum)
    torch.manual_seed(1 + rank)
    x = torch.randn(args.batch_per_rank, layers[0], dtype=dtype)
    if layers[-1] == 1:
        y = torch.randint(0, 2, (args.batch_per_rank, 1)).to(dtype)
        criterion = torch.nn.BCEWithLogitsLoss()
    else:
        y = torch.randint(0, layers[-1], (args.batch_per_rank,))
        criterion = torch.nn.CrossEntropyLoss()
    times = []
    for step in range(args.warmup + args.steps):
        dist.barrier() if step == args.warmup else None
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        if step >= args.warmup:
            times.append(time.perf_counter() - start)
    if rank == 0:
        results.put({"msPerStep": statistics.median(times) * 1e3, "torch": torch.__version__})
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", default="784-256-128-10")
    parser.add_argument("--batch-per-rank", type=int, default=64)
    parser.add_argument("--dtype", default="float32", choices=["float32", "float64"])
    parser.add_argument("--activation", default="relu", choices=["relu", "tanh", "sigmoid"])
    parser.add_argument("--momentum", type=float, default=0.0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--warmup", type=int, default=20)
    parser.add_argument("--port", type=int, default=29500 + os.getpid() % 1000)
    args = parser.parse_args()
    queue = mp.get_context("spawn").SimpleQueue()
    mp.spawn(worker, args=(args, queue), nprocs=args.ranks)
    print(json.dumps(queue.get()))
