/* The 5-point Laplacian with 1,000,000 rows by COO assembly in C. Prints JSON: milliseconds to make the matrix from index
   arrays to assembled, and to give it new values, the median of several. */
#include <petscmat.h>

#include "petsc_timing.h"

#define WIDTH 1000
#define ROUNDS 5

int main(int argc, char **argv) {
  const int n = WIDTH, most = 5 * WIDTH * WIDTH;
  double times[2][ROUNDS];
  PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
  for (int round = 0; round < ROUNDS; round++) {
    double start = MPI_Wtime();
    PetscInt *rows, *columns;
    PetscScalar *values;
    PetscCall(PetscMalloc3(most, &rows, most, &columns, most, &values));
    int count = 0;
#define ENTRY(COLUMN, VALUE)      \
  {                               \
    rows[count] = row;            \
    columns[count] = COLUMN;      \
    values[count++] = VALUE;      \
  }
    for (int j = 0; j < n; j++)
      for (int i = 0; i < n; i++) {
        int row = j * n + i;
        if (j > 0) ENTRY(row - n, -1)
        if (i > 0) ENTRY(row - 1, -1)
        ENTRY(row, 4)
        if (i < n - 1) ENTRY(row + 1, -1)
        if (j < n - 1) ENTRY(row + n, -1)
      }
    Mat A;
    PetscCall(MatCreate(PETSC_COMM_WORLD, &A));
    PetscCall(MatSetSizes(A, n * n, n * n, n * n, n * n));
    PetscCall(MatSetType(A, MATAIJ));
    PetscCall(MatSetPreallocationCOO(A, count, rows, columns));
    PetscCall(MatSetValuesCOO(A, values, INSERT_VALUES));
    times[0][round] = MPI_Wtime() - start;
    start = MPI_Wtime();
    PetscCall(MatSetValuesCOO(A, values, INSERT_VALUES));
    times[1][round] = MPI_Wtime() - start;
    PetscCall(MatDestroy(&A));
    PetscCall(PetscFree3(rows, columns, values));
  }
  PetscCall(PetscPrintf(PETSC_COMM_WORLD, "{\"assembly\": %.4f, \"values\": %.4f}\n", 1e3 * median(times[0], ROUNDS),
                        1e3 * median(times[1], ROUNDS)));
  return PetscFinalize();
}
