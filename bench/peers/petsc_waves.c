/* The loop of examples/12-waves.ts in C on a DMDA: 200 x 120 points. Prints JSON: microseconds of a step, and of its halo.
   To be run by mpirun. */
#include <petscdmda.h>

static void leapfrog(PetscScalar **u, PetscScalar **damping, PetscScalar **next, int left, int right, int bottom, int top,
                     double rx, double ry) {
  for (int j = bottom; j < top; j++)
    for (int i = left; i < right; i++) {
      double centre = u[j][i], d = damping[j][i];
      double laplacian = rx * (u[j][i - 1] - 2 * centre + u[j][i + 1]) + ry * (u[j - 1][i] - 2 * centre + u[j + 1][i]);
      next[j][i] = (2 * centre - (1 - d) * next[j][i] + laplacian) / (1 + d);
    }
}

int main(int argc, char **argv) {
  enum { NX = 200, NY = 120, LAYER = 15 };
  const double c = 1500, frequency = 0.7, hx = 20000. / (NX - 1), hy = 12000. / (NY - 1);
  const double dt = 0.6 / (c * sqrt(1 / (hx * hx) + 1 / (hy * hy)));
  DM da;
  Vec now, before, damping, local;
  PetscScalar **u, **d, **next;
  int xs, ys, xm, ym, steps = 1100;
  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  PetscCall(PetscOptionsGetInt(NULL, NULL, "-steps", &steps, NULL));
  PetscCall(DMDACreate2d(PETSC_COMM_WORLD, DM_BOUNDARY_NONE, DM_BOUNDARY_NONE, DMDA_STENCIL_STAR, NX, NY, PETSC_DECIDE,
                         PETSC_DECIDE, 1, 1, NULL, NULL, &da));
  PetscCall(DMSetUp(da));
  PetscCall(DMDAGetCorners(da, &xs, &ys, NULL, &xm, &ym, NULL));
  PetscCall(DMCreateLocalVector(da, &local));
  PetscCall(DMCreateGlobalVector(da, &now));
  PetscCall(VecDuplicate(now, &before));
  PetscCall(VecDuplicate(now, &damping));
  PetscCall(DMDAVecGetArray(da, damping, &d));
  for (int j = ys; j < ys + ym; j++)
    for (int i = xs; i < xs + xm; i++) {
      int edge = PetscMin(PetscMin(i, j), PetscMin(NX - 1 - i, NY - 1 - j));
      double depth = edge < LAYER ? (double)(LAYER - edge) / LAYER : 0;
      d[j][i] = 3 * c * log(1000) / (2 * LAYER * PetscMin(hx, hy)) * depth * depth * dt / 2;
    }
  PetscCall(DMDAVecRestoreArray(da, damping, &d));
  const int si = 50, sj = 60;
  const int here = si >= xs && si < xs + xm && sj >= ys && sj < ys + ym;
  const double rx = c * dt / hx * (c * dt / hx), ry = c * dt / hy * (c * dt / hy);
  double halo = 0;
  MPI_Barrier(PETSC_COMM_WORLD);
  double start = MPI_Wtime();
  for (int step = 0; step < steps; step++) {
    double begin = MPI_Wtime();
    PetscCall(DMGlobalToLocalBegin(da, now, INSERT_VALUES, local));
    PetscCall(DMGlobalToLocalEnd(da, now, INSERT_VALUES, local));
    halo += MPI_Wtime() - begin;
    PetscCall(DMDAVecGetArrayRead(da, local, &u));
    PetscCall(DMDAVecGetArrayRead(da, damping, &d));
    PetscCall(DMDAVecGetArray(da, before, &next));
    leapfrog(u, d, next, PetscMax(1, xs), PetscMin(NX - 1, xs + xm), PetscMax(1, ys), PetscMin(NY - 1, ys + ym), rx, ry);
    if (here) {
      double a = PETSC_PI * frequency * (step * dt - 1.2 / frequency);
      next[sj][si] += dt * dt * 1e6 / (hx * hy) * (1 - 2 * a * a) * exp(-a * a) / (1 + d[sj][si]);
    }
    PetscCall(DMDAVecRestoreArrayRead(da, local, &u));
    PetscCall(DMDAVecRestoreArrayRead(da, damping, &d));
    PetscCall(DMDAVecRestoreArray(da, before, &next));
    Vec swap = now;
    now = before;
    before = swap;
  }
  double total = MPI_Wtime() - start, norm;
  PetscCall(VecNorm(now, NORM_2, &norm));
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "{\"step\": %.3f, \"halo\": %.3f, \"norm\": %.9e}\n", 1e6 * total / steps,
                        1e6 * halo / steps, norm));
  PetscCall(VecDestroy(&now));
  PetscCall(VecDestroy(&before));
  PetscCall(VecDestroy(&damping));
  PetscCall(VecDestroy(&local));
  PetscCall(DMDestroy(&da));
  return PetscFinalize();
}
