"""Waves on 200 x 120 points as loops over a DMDA in petsc4py, the way such programs are often written: local vectors made
in every step, entries by [i, j]. Prints JSON: microseconds of a step. To be run by mpirun."""

import json
import math
import sys
from time import perf_counter

import petsc4py

petsc4py.init(sys.argv)
from petsc4py import PETSc

NX, NY, LX, LY = 200, 120, 20000.0, 12000.0
SPEED, FREQUENCY, LAYER = 1500.0, 0.7, 15
STEPS = PETSc.Options().getInt("steps", 1100)

da = PETSc.DMDA().create([NX, NY], stencil_width=1)
(xs, xe), (ys, ye) = da.getRanges()
hx, hy = LX / (NX - 1), LY / (NY - 1)
dt = 0.6 / (SPEED * math.hypot(1 / hx, 1 / hy))
rx, ry = (SPEED * dt / hx) ** 2, (SPEED * dt / hy) ** 2
source = (round(0.25 * (NX - 1)), round(0.5 * (NY - 1)))
now, before, damping = da.createGlobalVec(), da.createGlobalVec(), da.createGlobalVec()

sigma = da.getVecArray(damping)
strongest = 3 * SPEED * math.log(1000) / (2 * LAYER * min(hx, hy))
for j in range(ys, ye):
    for i in range(xs, xe):
        depth = max(0, LAYER - min(i, j, NX - 1 - i, NY - 1 - j)) / LAYER
        sigma[i, j] = strongest * depth**2 * dt / 2


def ricker(time):
    a = (math.pi * FREQUENCY * (time - 1.2 / FREQUENCY)) ** 2
    return (1 - 2 * a) * math.exp(-a)


da.comm.barrier()
start = perf_counter()
for step in range(STEPS):
    field, past, layer = da.createLocalVec(), da.createLocalVec(), da.createLocalVec()
    da.globalToLocal(now, field)
    da.globalToLocal(before, past)
    da.globalToLocal(damping, layer)
    following = da.createGlobalVec()
    u, v, d, w = (da.getVecArray(vec) for vec in (field, past, layer, following))
    for j in range(max(1, ys), min(NY - 1, ye)):
        for i in range(max(1, xs), min(NX - 1, xe)):
            centre = u[i, j]
            laplacian = rx * (u[i - 1, j] - 2 * centre + u[i + 1, j]) + ry * (u[i, j - 1] - 2 * centre + u[i, j + 1])
            value = 2 * centre - (1 - d[i, j]) * v[i, j] + laplacian
            if (i, j) == source:
                value += dt**2 * 1e6 / (hx * hy) * ricker(step * dt)
            w[i, j] = value / (1 + d[i, j])
    for vec in (field, past, layer, before):
        vec.destroy()
    before, now = now, following
seconds = perf_counter() - start
norm = now.norm()
if da.comm.rank == 0:
    print(json.dumps({"step": 1e6 * seconds / STEPS, "norm": norm}))
