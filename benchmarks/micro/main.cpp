#include <benchmark/benchmark.h>

BENCHMARK_MAIN(); // here, as the tests' helpers have a main() in their archive
