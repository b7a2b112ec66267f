#include "engine/core/host_copies.h"

#include "engine/core/device.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/StreamGuard.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace timeripple::engine {
namespace {

// Pinned memory for later copies. It is never given back: LibTorch's allocator of pinned memory asks the device on
// release, and a lost device would answer with an exception out of a destructor. Engine thread only.
std::vector<at::Tensor>& free_buffers() {
    static auto* buffers = new std::vector<at::Tensor>;
    return *buffers;
}

at::Tensor pinned_bytes(std::size_t bytes) {
    std::vector<at::Tensor>& buffers = free_buffers();
    auto best = buffers.end();
    for (auto buffer = buffers.begin(); buffer != buffers.end(); ++buffer) {
        if (buffer->nbytes() >= bytes && (best == buffers.end() || buffer->nbytes() < best->nbytes())) {
            best = buffer;
        }
    }
    if (best != buffers.end()) {
        at::Tensor found = std::move(*best);
        buffers.erase(best);
        return found;
    }
    const auto size = static_cast<std::int64_t>(std::bit_ceil(std::max<std::size_t>(bytes, 4096)));
    return at::empty({size}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
}

}  // namespace

HostCopies::~HostCopies() {
    std::vector<at::Tensor>& buffers = free_buffers();
    std::move(buffers_.begin(), buffers_.end(), std::back_inserter(buffers));
}

at::Tensor HostCopies::take(const at::Tensor& tensor) {
    if (device_.is_cpu()) {
        return tensor.contiguous();
    }
    const c10::Stream side = *side_stream(device_, SideWork::Showing);
    c10::Event launched(device_.type());
    launched.record(at::accelerator::getCurrentStream(device_.index()));
    launched.block(side);
    const c10::StreamGuard beside(side);
    const at::Tensor source = tensor.contiguous();
    const at::Tensor buffer = buffers_.emplace_back(pinned_bytes(source.nbytes()));
    at::Tensor host = buffer.narrow(0, 0, std::int64_t(source.nbytes())).view(source.scalar_type());
    host = host.view(source.sizes());
    host.copy_(source, /*non_blocking=*/true);
    sources_.insert(sources_.end(), {tensor, source});
    if (!arrived_) {
        arrived_.emplace(device_.type());
    }
    arrived_->record(side);
    return host;
}

void HostCopies::wait() const {
    if (arrived_) {
        arrived_->synchronize();
    }
}

}  // namespace timeripple::engine
