"""The loops of petsc_bratu.c in petsc4py. Prints JSON: milliseconds of a residual and of a Jacobian, medians over the solve."""

import json
import math
import statistics
import sys
from time import perf_counter

import petsc4py

petsc4py.init(sys.argv)
from petsc4py import PETSc

LAMBDA = 6.0
times = {"residual": [], "jacobian": []}
da = PETSc.DMDA().create([256, 256], stencil_width=1)
local = da.createLocalVec()
nx, ny = da.getSizes()
hx, hy = 1 / (nx - 1), 1 / (ny - 1)
ax, ay, area = hy / hx, hx / hy, hx * hy


def residual(snes, x, f):
    start = perf_counter()
    da.globalToLocal(x, local)
    u, r = da.getVecArray(local), da.getVecArray(f)
    (xs, xe), (ys, ye) = da.getRanges()
    for j in range(ys, ye):
        for i in range(xs, xe):
            c = u[i, j]
            if i == 0 or j == 0 or i == nx - 1 or j == ny - 1:
                r[i, j] = 2 * (ax + ay) * c
            else:
                r[i, j] = (
                    (2 * c - u[i - 1, j] - u[i + 1, j]) * ax
                    + (2 * c - u[i, j - 1] - u[i, j + 1]) * ay
                    - area * LAMBDA * math.exp(c)
                )
    times["residual"].append(perf_counter() - start)


def jacobian(snes, x, J, P):
    start = perf_counter()
    u = da.getVecArray(x)
    row, column = PETSc.Mat.Stencil(), PETSc.Mat.Stencil()
    (xs, xe), (ys, ye) = da.getRanges()
    for j in range(ys, ye):
        for i in range(xs, xe):
            row.index = (i, j)
            if i == 0 or j == 0 or i == nx - 1 or j == ny - 1:
                P.setValueStencil(row, row, 2 * (ax + ay))
            else:
                diagonal = 2 * (ax + ay) - area * LAMBDA * math.exp(u[i, j])
                entries = ((i, j - 1), -ay), ((i - 1, j), -ax), ((i, j), diagonal), ((i + 1, j), -ax), ((i, j + 1), -ay)
                for index, value in entries:
                    column.index = index
                    P.setValueStencil(row, column, value)
    P.assemble()
    times["jacobian"].append(perf_counter() - start)


snes = PETSc.SNES().create()
snes.setDM(da)
f = da.createGlobalVec()
snes.setFunction(residual, f)
J = da.createMat()
snes.setJacobian(jacobian, J)
snes.setFromOptions()
x = da.createGlobalVec()
start = perf_counter()
snes.solve(None, x)
solve = perf_counter() - start
medians = {name: 1e3 * statistics.median(values) for name, values in times.items()}
print(json.dumps({**medians, "solve": 1e3 * solve}))
