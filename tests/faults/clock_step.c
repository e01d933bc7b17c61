// Preloaded into litezoo, sets the wall clock LITEZOO_CLOCK_STEP seconds forward or back,
// LITEZOO_CLOCK_AFTER milliseconds after a program first asked for a time. The steady clock is left
// alone, as by `date -s`.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int (*ClockGettime)(clockid_t, struct timespec*);

static long long nanoseconds(const struct timespec* time) {
  return (long long)time->tv_sec * 1000000000 + time->tv_nsec;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  static ClockGettime real;
  static long long first;
  if (real == NULL) real = (ClockGettime)dlsym(RTLD_NEXT, "clock_gettime");
  struct timespec steady;
  if (real(CLOCK_MONOTONIC, &steady) == 0 && first == 0) first = nanoseconds(&steady);
  const int result = real(clock, time);
  const char* step = getenv("LITEZOO_CLOCK_STEP");
  const char* after = getenv("LITEZOO_CLOCK_AFTER");
  if (clock == CLOCK_REALTIME && step != NULL && after != NULL &&
      nanoseconds(&steady) - first >= atoll(after) * 1000000) {
    time->tv_sec += atoll(step);
  }
  return result;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}
