#pragma once
// What a step has to tell, copied to the host beside the work on the device: on a stream of its own, which waits for
// what was launched before and not for what is launched after. Engine thread only. On the CPU nothing is copied.

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <optional>
#include <vector>

namespace timeripple::engine {

class HostCopies {
  public:
    explicit HostCopies(at::Device device) : device_(device) {}
    HostCopies(HostCopies&&) = default;
    HostCopies& operator=(HostCopies&&) = delete;
    // What take() gave is not to be read any more: its memory serves later copies.
    ~HostCopies();

    // `tensor` behind all work launched so far, contiguous, in pinned memory of the host; to be read once arrived().
    at::Tensor take(const at::Tensor& tensor);
    // Never waits. Throws c10::Error where the device is lost.
    bool arrived() const { return !arrived_ || arrived_->query(); }
    void wait() const;

  private:
    at::Device device_;
    std::optional<c10::Event> arrived_;  // behind the last copy
    std::vector<at::Tensor> sources_;    // alive until they are copied
    std::vector<at::Tensor> buffers_;    // pinned bytes
};

}  // namespace timeripple::engine
