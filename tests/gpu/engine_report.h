#pragma once
// What the checks of the whole engine print: a line for each, and how many failed.

#include <cstdio>
#include <string>

inline int failures = 0;

inline void report(bool good, const std::string& text) {
    failures += good ? 0 : 1;
    std::printf("%s %s\n", good ? "  ok" : "FAIL", text.c_str());
    std::fflush(stdout);
}
