#include "engine/ops/token_ops.h"

#include "engine/core/device.h"
#include "kernels/api/token_rows.h"
#include "kernels/api/token_rows_gpu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace timeripple::engine {
namespace {

// Rows that one thread takes at least: about 64 KB of fp32.
std::int64_t grain(std::int64_t dim) {
    return std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, dim));
}

bool on_host(const at::Tensor& tensor) {
    return tensor.device().is_cpu() && (tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16);
}

const float* data_or_null(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

kernels::Bf16* bf16(const at::Tensor& tensor) {
    return reinterpret_cast<kernels::Bf16*>(tensor.data_ptr<at::BFloat16>());
}

const float* gpu_floats(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

void check_launch(kernels::GpuError error, const char* what) {
    TORCH_CHECK(error == kernels::kGpuSuccess, "CUDA error: ", what, ": ", kernels::gpu_error_text(error));
}

bool bf16_on_gpu(const at::Tensor& tensor) {
    return tensor.is_cuda() && tensor.scalar_type() == at::kBFloat16 && compute_capability(tensor.device()) >= 80;
}

// False where our kernel does not serve; then nothing was launched.
bool norm_rows_on_gpu(kernels::NormRowsParams params, const at::Tensor& out, const at::Tensor& weight,
                      const at::Tensor& bias, double eps) {
    params.out = bf16(out);
    params.weight = gpu_floats(weight);
    params.bias = gpu_floats(bias);
    params.rows = out.size(0);
    params.dim = out.size(1);
    params.eps = float(eps);
    if (!out.is_contiguous() || !kernels::supports_norm_rows(params)) {
        return false;
    }
    check_launch(kernels::launch_norm_rows(params, current_stream(out.device())), "norm_rows");
    return true;
}

bool rms_rope_on_gpu(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& cosine, const at::Tensor& sine,
                     int heads, double eps) {
    kernels::RmsRopeRowsParams params;
    params.data = bf16(rows);
    params.stride = rows.stride(0);
    params.weight = gpu_floats(weight);
    params.cosine = gpu_floats(cosine);
    params.sine = gpu_floats(sine);
    params.rows = rows.size(0);
    params.heads = heads;
    params.head_dim = int(rows.size(1) / heads);
    params.eps = float(eps);
    if (rows.stride(1) != 1 || !kernels::supports_rms_rope_rows(params)) {
        return false;
    }
    check_launch(kernels::launch_rms_rope_rows(params, current_stream(rows.device())), "rms_rope_rows");
    return true;
}

at::Tensor layer_norm_fp32(const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias, double eps) {
    const std::int64_t dim = in.size(-1);
    return at::layer_norm(in.to(at::kFloat), {dim}, weight, bias, eps);
}

}  // namespace

void layer_norm_into(at::Tensor& out, const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias,
                     double eps) {
    if (bf16_on_gpu(in) && in.is_contiguous()) {
        kernels::NormRowsParams params;
        params.in = bf16(in);
        if (norm_rows_on_gpu(params, out, weight, bias, eps)) {
            return;
        }
    }
    if (!on_host(in)) {
        out.copy_(layer_norm_fp32(in, weight, bias, eps));
        return;
    }
    const std::int64_t dim = in.size(1);
    const float* w = data_or_null(weight);
    const float* b = data_or_null(bias);
    at::parallel_for(0, in.size(0), grain(dim), [&](std::int64_t begin, std::int64_t end) {
        if (in.scalar_type() == at::kFloat) {
            kernels::layer_norm_rows(in.const_data_ptr<float>() + begin * dim, out.data_ptr<float>() + begin * dim, w,
                                     b, end - begin, dim, float(eps));
        } else {
            kernels::layer_norm_rows(bf16(in) + begin * dim, bf16(out) + begin * dim, w, b, end - begin, dim,
                                     float(eps));
        }
    });
}

void residual_norm_(at::Tensor& residual, at::Tensor& branch, const at::Tensor& gate, const at::Tensor& weight,
                    const at::Tensor& bias, double eps) {
    if (bf16_on_gpu(residual) && residual.is_contiguous()) {
        kernels::NormRowsParams params;
        params.residual = bf16(residual);
        params.branch = bf16(branch);
        params.gate = gpu_floats(gate);
        if (norm_rows_on_gpu(params, branch, weight, bias, eps)) {
            return;
        }
    }
    if (!on_host(residual)) {
        gated_add_(residual, branch, gate);
        branch.copy_(layer_norm_fp32(residual, weight, bias, eps));
        return;
    }
    const std::int64_t dim = residual.size(1);
    const float* g = data_or_null(gate);
    const float* w = data_or_null(weight);
    const float* b = data_or_null(bias);
    at::parallel_for(0, residual.size(0), grain(dim), [&](std::int64_t begin, std::int64_t end) {
        if (residual.scalar_type() == at::kFloat) {
            kernels::residual_norm_rows(residual.data_ptr<float>() + begin * dim,
                                        branch.data_ptr<float>() + begin * dim, g, w, b, end - begin, dim, float(eps));
        } else {
            kernels::residual_norm_rows(bf16(residual) + begin * dim, bf16(branch) + begin * dim, g, w, b, end - begin,
                                        dim, float(eps));
        }
    });
}

void gated_add_(at::Tensor& residual, const at::Tensor& branch, const at::Tensor& gate) {
    if (residual.scalar_type() == at::kFloat) {
        gate.defined() ? residual.addcmul_(branch, gate) : residual.add_(branch);
        return;
    }
    const at::Tensor step = gate.defined() ? branch.to(at::kFloat).mul_(gate) : branch.to(at::kFloat);
    residual.copy_(residual.to(at::kFloat).add_(step));
}

void rms_norm_rope_(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& cosine, const at::Tensor& sine,
                    int heads, double eps) {
    const int head_dim = int(rows.size(1) / heads);
    if (bf16_on_gpu(rows) && rms_rope_on_gpu(rows, weight, cosine, sine, heads, eps)) {
        return;
    }
    if (!on_host(rows)) {
        at::Tensor normed = at::rms_norm(rows.to(at::kFloat), {rows.size(1)}, weight, eps);
        if (cosine.defined()) {
            const at::Tensor pairs = normed.view({rows.size(0), heads, head_dim / 2, 2});
            const at::Tensor even = pairs.select(3, 0), odd = pairs.select(3, 1);
            const at::Tensor c = cosine.unsqueeze(1), s = sine.unsqueeze(1);
            normed = at::stack({even * c - odd * s, even * s + odd * c}, 3).view(rows.sizes());
        }
        const_cast<at::Tensor&>(rows).copy_(normed);
        return;
    }
    const std::int64_t stride = rows.stride(0);
    const float* w = weight.const_data_ptr<float>();
    const float* c = data_or_null(cosine);
    const float* s = data_or_null(sine);
    at::parallel_for(0, rows.size(0), grain(rows.size(1)), [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t angle = begin * (head_dim / 2);
        if (rows.scalar_type() == at::kFloat) {
            kernels::rms_norm_rope_rows(rows.data_ptr<float>() + begin * stride, stride, w, c ? c + angle : nullptr,
                                        s ? s + angle : nullptr, end - begin, heads, head_dim, float(eps));
        } else {
            kernels::rms_norm_rope_rows(bf16(rows) + begin * stride, stride, w, c ? c + angle : nullptr,
                                        s ? s + angle : nullptr, end - begin, heads, head_dim, float(eps));
        }
    });
}

at::Tensor channel_norm(const at::Tensor& in, const at::Tensor& weight) {
    if (!in.device().is_cpu() || in.scalar_type() != at::kFloat || !in.is_contiguous()) {
        std::vector<std::int64_t> broadcast(in.dim(), 1);
        broadcast[0] = in.size(0);
        const at::Tensor norm =
            at::linalg_vector_norm(in.to(at::kFloat), 2, at::IntArrayRef{0}, /*keepdim=*/true).clamp_min_(1e-12);
        return (in.to(at::kFloat) / norm).mul_(weight.view(broadcast)).to(in.scalar_type());
    }
    at::Tensor out = at::empty_like(in);
    const std::int64_t plane = in.numel() / std::max<std::int64_t>(1, in.size(0));
    const float* w = weight.const_data_ptr<float>();
    at::parallel_for(0, plane, 1024, [&](std::int64_t begin, std::int64_t end) {
        kernels::channel_norm_planes(in.const_data_ptr<float>(), out.data_ptr<float>(), w, int(in.size(0)), plane,
                                     begin, end);
    });
    return out;
}

}  // namespace timeripple::engine
