/* What the C peers share: the median time of calls, in milliseconds. */
#include <petscsys.h>
#include <stdlib.h>

#define MOST_CALLS 1000

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static double median(double *times, int count) {
  qsort(times, count, sizeof(double), ascending);
  return count % 2 ? times[count / 2] : (times[count / 2 - 1] + times[count / 2]) / 2;
}
