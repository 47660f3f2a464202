"""A deep classifier by TAO: numpy computes loss and gradient of each rank's samples, mpi4py adds them up.

Has the shape of the seeds' script 14: a redundant vector of all weights on every rank, a solver for itself on each, mini-batches
of the local samples, back-propagation by hand, one allreduce of the loss and one of the gradient for each evaluation.
"""

import argparse

import numpy as np
from mpi4py import MPI
from petsc4py import PETSc


def main():
    parser = argparse.ArgumentParser()
    for name, value in [("samples", 10000), ("features", 16), ("hidden1", 32), ("hidden2", 16)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, value in [("epochs", 50), ("batch", 512), ("seed", 42)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--tao_type", default="lmvm")
    args = parser.parse_args()
    comm = MPI.COMM_WORLD
    d, h1, h2 = args.features, args.hidden1, args.hidden2
    count = args.samples // comm.size + (comm.rank < args.samples % comm.size)

    teacher = np.random.default_rng(args.seed)
    first = teacher.normal(0, 2 / np.sqrt(d), (d, 8))
    second = teacher.normal(0, 0.8, (8, 1))
    rng = np.random.default_rng(args.seed + 1 + comm.rank)
    x = rng.normal(size=(count, d))
    y = (rng.random((count, 1)) < 1 / (1 + np.exp(-np.tanh(x @ first) @ second))).astype(float)

    shapes = [(d, h1), (h1,), (h1, h2), (h2,), (h2, 1), (1,)]
    sizes = [int(np.prod(shape)) for shape in shapes]
    ends = np.cumsum(sizes)

    def unpack(theta):
        return [theta[end - size : end].reshape(shape) for size, end, shape in zip(sizes, ends, shapes)]

    start = np.random.default_rng(args.seed)
    theta = np.concatenate(
        [
            start.uniform(-1, 1, shape).ravel() * np.sqrt(6 / sum(shape)) if len(shape) == 2 else np.zeros(shape)
            for shape in shapes
        ]
    )

    def forward_backward(theta, x, y):
        w1, b1, w2, b2, w3, b3 = unpack(theta)
        a1 = np.tanh(x @ w1 + b1)
        a2 = np.tanh(a1 @ w2 + b2)
        p = 1 / (1 + np.exp(-(a2 @ w3 + b3)))
        q = np.clip(p, 1e-12, 1 - 1e-12)
        loss = -np.sum(y * np.log(q) + (1 - y) * np.log(1 - q))
        d3 = p - y
        d2 = (d3 @ w3.T) * (1 - a2**2)
        d1 = (d2 @ w2.T) * (1 - a1**2)
        parts = [x.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d3, d3.sum(0)]
        return loss, np.concatenate([part.ravel() for part in parts])

    def objective_gradient(tao, xvec, gvec):
        theta = xvec.getArray(readonly=True)
        loss, gradient = 0.0, np.zeros_like(theta)
        for begin in range(0, count, args.batch):
            part, slope = forward_backward(theta, x[begin : begin + args.batch], y[begin : begin + args.batch])
            loss += part
            gradient += slope
        loss = comm.allreduce(loss)
        total = np.empty_like(gradient)
        comm.Allreduce(gradient, total)
        gvec.setArray(total / args.samples)
        return loss / args.samples

    def monitor(tao):
        iteration, f, residual, _, _, _ = tao.getSolutionStatus()
        if comm.rank == 0:
            print(f"iter {iteration:3d}  loss {f:.6f}  |grad| {residual:.4e}")

    w = PETSc.Vec().createSeq(len(theta), comm=PETSc.COMM_SELF)
    w.setArray(theta)
    tao = PETSc.TAO().create(comm=PETSc.COMM_SELF)
    tao.setType(args.tao_type)
    tao.setObjectiveGradient(objective_gradient, w.duplicate())
    tao.setMonitor(monitor)
    tao.setMaximumIterations(args.epochs)
    tao.setFromOptions()
    tao.solve(w)

    w1, b1, w2, b2, w3, b3 = unpack(w.getArray(readonly=True))
    logits = np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3
    correct = comm.allreduce(int(np.sum((logits > 0) == (y > 0.5))))
    if comm.rank == 0:
        print(f"training accuracy {correct / args.samples:.4f}, reason {tao.getConvergedReason()}")


main()
