"""Logistic regression by mini-batches: numpy computes each rank's gradient, mpi4py adds them up, PETSc holds the weights.

Has the shape of the seeds' script 13: each rank shuffles its own samples every epoch and goes through them in mini-batches,
and the weights are a sequential PETSc vector on every rank.
"""

import argparse

import numpy as np
from mpi4py import MPI
from petsc4py import PETSc


def main():
    parser = argparse.ArgumentParser()
    for name, value in [("samples", 200000), ("features", 64), ("epochs", 15), ("batch", 2048), ("seed", 13)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--lr", type=float, default=0.05)
    args = parser.parse_args()
    comm = MPI.COMM_WORLD
    count = args.samples // comm.size + (comm.rank < args.samples % comm.size)
    truth = np.random.default_rng(args.seed).normal(size=args.features)
    rng = np.random.default_rng(args.seed + 1 + comm.rank)
    x = rng.normal(size=(count, args.features))
    y = (rng.random(count) < 1 / (1 + np.exp(-(x @ truth)))).astype(float)

    w = PETSc.Vec().createSeq(args.features, comm=PETSc.COMM_SELF)
    g = w.duplicate()
    batch = args.batch // comm.size
    for epoch in range(args.epochs):
        order = rng.permutation(count)
        x, y = x[order], y[order]
        total = 0.0
        for begin in range(0, count, batch):
            part, target = x[begin : begin + batch], y[begin : begin + batch]
            z = part @ w.getArray(readonly=True)
            p = 1 / (1 + np.exp(-z))
            q = np.clip(p, 1e-12, 1 - 1e-12)
            total -= np.sum(target * np.log(q) + (1 - target) * np.log(1 - q))
            mean = np.empty(args.features)
            comm.Allreduce(part.T @ (p - target), mean)
            g.setArray(mean / (comm.size * len(target)))
            w.axpy(-args.lr, g)
        loss = comm.allreduce(total) / args.samples
        if comm.rank == 0:
            print(f"epoch {epoch + 1:2d}  loss {loss:.6f}")
    found = w.getArray(readonly=True)
    if comm.rank == 0:
        cosine = found @ truth / (np.linalg.norm(found) * np.linalg.norm(truth))
        print(f"cosine similarity {cosine:.6f}")


main()
