// LibTorch's threads (libgomp) wait for each other by spinning for about a millisecond before they sleep. Where the
// window or another program wants a core too, the spinning thread keeps it from the very thread it waits for: measured
// on two busy cores, a denoising step of Pond took 3.5 s with the default and 0.30 s with a short spin. libgomp reads
// the setting when it is loaded, so it is made when this library is, before any thread exists. A setting of the user's
// own wins.
#include <cstdlib>

namespace {

constexpr const char* kShortSpin = "1000";

__attribute__((constructor)) void wait_politely() {
    if (!std::getenv("OMP_WAIT_POLICY") && !std::getenv("GOMP_SPINCOUNT")) {
        setenv("GOMP_SPINCOUNT", kShortSpin, /*overwrite=*/0);
    }
}

// SVT-AV1 talks to the terminal by itself and can be quietened by nothing else: errors only.
__attribute__((constructor)) void quiet_svt_av1() {
    setenv("SVT_LOG", "1", /*overwrite=*/0);
}

}  // namespace
