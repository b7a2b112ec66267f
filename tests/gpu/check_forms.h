#pragma once
// Checks of everything around the main path: residual, near field, fused norm and detection, statistics, graphs.

#include "tests/gpu/gpu_case.h"

namespace timeripple::test {

// A case whose detect, scan and compact have run.
struct FormCase {
    const Shape& shape;
    const Options& options;
    const Tensor& q;
    const Tensor& k;
    const Tensor& v;
    const ReuseMaskParams& mask;
    const Lists& lists;
};

void check_residual(const FormCase& form, AttentionKernel kernel);
void check_near_field(const FormCase& form, AttentionKernel kernel);
void check_norm_rope_detect(const FormCase& form, unsigned seed);
// Norm with detection, scan and compaction, as the engine launches them, against the single pass.
void check_fused_chain(const FormCase& form, unsigned seed);
void check_statistics(const FormCase& form);
// Delta per token and its bytes, out of the Deltas that detection left, against the host.
void check_token_deltas(const FormCase& form);
// The whole chain captured in a graph and launched again gives the bits of plain launches.
void check_graph(const FormCase& form, AttentionKernel kernel);

}  // namespace timeripple::test
