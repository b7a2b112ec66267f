#pragma once
// A function marked TR_CPU_CLONES is compiled for several instruction sets; the loader picks the best one that the
// processor has. Without GCC on x86-64, or under sanitizers (their runtime is not up when the loader picks), there is
// one version.

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TR_CPU_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define TR_CPU_CLONES
#endif
