/* The Bratu problem on 256 x 256 points as examples/support/bratu.ts states it, in C on a DMDA. Prints JSON: milliseconds of
   the solve from zero, and of an evaluation of the function and of the Jacobian, the median of many at the solution. */
#include <petscdmda.h>
#include <petscsnes.h>

#include "petsc_timing.h"

#define POINTS 256
#define CALLS 50

static const double lambda = 6;

typedef struct {
  DM da;
  Vec local;
  double ax, ay, area;
  int nx, ny, xs, ys, xm, ym;
} Problem;

static PetscErrorCode residual(SNES snes, Vec X, Vec F, void *context) {
  Problem *p = context;
  const PetscScalar **x;
  PetscScalar **f;
  PetscFunctionBeginUser;
  PetscCall(DMGlobalToLocalBegin(p->da, X, INSERT_VALUES, p->local));
  PetscCall(DMGlobalToLocalEnd(p->da, X, INSERT_VALUES, p->local));
  PetscCall(DMDAVecGetArrayRead(p->da, p->local, &x));
  PetscCall(DMDAVecGetArray(p->da, F, &f));
  for (int j = p->ys; j < p->ys + p->ym; j++)
    for (int i = p->xs; i < p->xs + p->xm; i++) {
      double centre = x[j][i];
      if (i == 0 || j == 0 || i == p->nx - 1 || j == p->ny - 1) {
        f[j][i] = 2 * (p->ax + p->ay) * centre;
        continue;
      }
      double horizontal = (2 * centre - x[j][i - 1] - x[j][i + 1]) * p->ax;
      double vertical = (2 * centre - x[j - 1][i] - x[j + 1][i]) * p->ay;
      f[j][i] = horizontal + vertical - p->area * lambda * PetscExpScalar(centre);
    }
  PetscCall(DMDAVecRestoreArrayRead(p->da, p->local, &x));
  PetscCall(DMDAVecRestoreArray(p->da, F, &f));
  PetscFunctionReturn(0);
}

static PetscErrorCode jacobian(SNES snes, Vec X, Mat J, Mat P, void *context) {
  Problem *p = context;
  const PetscScalar **x;
  PetscFunctionBeginUser;
  PetscCall(DMDAVecGetArrayRead(p->da, X, &x));
  for (int j = p->ys; j < p->ys + p->ym; j++)
    for (int i = p->xs; i < p->xs + p->xm; i++) {
      MatStencil row = {.i = i, .j = j};
      if (i == 0 || j == 0 || i == p->nx - 1 || j == p->ny - 1) {
        double diagonal = 2 * (p->ax + p->ay);
        PetscCall(MatSetValuesStencil(P, 1, &row, 1, &row, &diagonal, INSERT_VALUES));
        continue;
      }
      MatStencil columns[5] = {
        {.i = i, .j = j - 1}, {.i = i - 1, .j = j}, row, {.i = i + 1, .j = j}, {.i = i, .j = j + 1}};
      double diagonal = 2 * (p->ax + p->ay) - p->area * lambda * PetscExpScalar(x[j][i]);
      double values[5] = {-p->ay, -p->ax, diagonal, -p->ax, -p->ay};
      PetscCall(MatSetValuesStencil(P, 1, &row, 5, columns, values, INSERT_VALUES));
    }
  PetscCall(DMDAVecRestoreArrayRead(p->da, X, &x));
  PetscCall(MatAssemblyBegin(P, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(P, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  Problem p;
  SNES snes;
  Vec x, f;
  Mat J;
  double times[2][CALLS];
  int iterations;
  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  PetscCall(DMDACreate2d(PETSC_COMM_WORLD, DM_BOUNDARY_NONE, DM_BOUNDARY_NONE, DMDA_STENCIL_STAR, POINTS, POINTS,
                         PETSC_DECIDE, PETSC_DECIDE, 1, 1, NULL, NULL, &p.da));
  PetscCall(DMSetFromOptions(p.da));
  PetscCall(DMSetUp(p.da));
  PetscCall(DMDAGetInfo(p.da, NULL, &p.nx, &p.ny, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
  PetscCall(DMDAGetCorners(p.da, &p.xs, &p.ys, NULL, &p.xm, &p.ym, NULL));
  double hx = 1.0 / (p.nx - 1), hy = 1.0 / (p.ny - 1);
  p.ax = hy / hx;
  p.ay = hx / hy;
  p.area = hx * hy;
  PetscCall(DMCreateGlobalVector(p.da, &x));
  PetscCall(DMCreateLocalVector(p.da, &p.local));
  PetscCall(DMCreateMatrix(p.da, &J));
  PetscCall(VecDuplicate(x, &f));
  PetscCall(SNESCreate(PETSC_COMM_WORLD, &snes));
  PetscCall(SNESSetDM(snes, p.da));
  PetscCall(SNESSetFunction(snes, NULL, residual, &p));
  PetscCall(SNESSetJacobian(snes, J, J, jacobian, &p));
  PetscCall(SNESSetFromOptions(snes));
  double start = MPI_Wtime();
  PetscCall(SNESSolve(snes, NULL, x));
  double solve = MPI_Wtime() - start;
  PetscCall(SNESGetIterationNumber(snes, &iterations));
  for (int call = 0; call < CALLS; call++) {
    start = MPI_Wtime();
    PetscCall(residual(snes, x, f, &p));
    times[0][call] = MPI_Wtime() - start;
    start = MPI_Wtime();
    PetscCall(jacobian(snes, x, J, J, &p));
    times[1][call] = MPI_Wtime() - start;
  }
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "{\"residual\": %.5f, \"jacobian\": %.5f, \"solve\": %.3f, \"iterations\": %d}\n",
                        1e3 * median(times[0], CALLS), 1e3 * median(times[1], CALLS), 1e3 * solve, iterations));
  PetscCall(MatDestroy(&J));
  PetscCall(VecDestroy(&x));
  PetscCall(VecDestroy(&f));
  PetscCall(VecDestroy(&p.local));
  PetscCall(SNESDestroy(&snes));
  PetscCall(DMDestroy(&p.da));
  return PetscFinalize();
}
