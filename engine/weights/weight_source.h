#pragma once
// Named tensors of one model component (transformer, text_encoder, vae), read from strict safetensors, single or
// sharded.

#include "engine/api/result.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace timeripple::engine {

// Inside the engine errors are exceptions; engine/pipeline/engine.cpp catches them once and makes a Result.
class EngineFailure : public std::exception {
  public:
    explicit EngineFailure(Error error) : error_(std::move(error)) {}
    const Error& error() const { return error_; }
    const char* what() const noexcept override { return error_.message.c_str(); }

  private:
    Error error_;
};

class WeightSource {
  public:
    virtual ~WeightSource() = default;
    // The folder or file, for messages.
    virtual std::string where() const { return "the weights"; }
    virtual bool has(const std::string& name) const = 0;
    virtual std::vector<std::int64_t> shape(const std::string& name) const = 0;
    virtual std::vector<std::string> names() const = 0;
    // Reads one tensor, cast on the way into `dtype` on `device`; pread into a reused buffer, nothing held twice.
    // Throws EngineFailure (BadFile, WrongModel) naming file, tensor and the way out where the name is missing or the
    // shape is another than `expected`.
    virtual at::Tensor load(const std::string& name, at::IntArrayRef expected, at::ScalarType dtype,
                            at::Device device) = 0;
    // Only these rows (places of the first dimension) of a tensor of shape `expected`: [rows, ...]. For embeddings, of
    // which a prompt needs a few hundred rows out of hundreds of thousands.
    virtual at::Tensor load_rows(const std::string& name, const std::vector<std::int64_t>& rows,
                                 at::IntArrayRef expected, at::ScalarType dtype, at::Device device);
};

// Opens `<folder>/<stem>.safetensors`, or the shards that `<folder>/<stem>.safetensors.index.json` names.
// Stems: "diffusion_pytorch_model" (transformer, vae), "model" (text_encoder). Throws EngineFailure.
std::unique_ptr<WeightSource> open_weights(const std::string& folder, const std::string& stem);

struct ExpectedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
};

// Before any weight is read: the source holds exactly the `expected` tensors, and perhaps some whose name ends with one
// of `tolerated` (unused leftovers of known checkpoints). Throws EngineFailure (WrongModel) with one sentence that
// lists up to 10 missing, extra or mis-shaped names. `component` is the word for it: "transformer".
void check_all(const WeightSource& source, const std::string& component, const std::vector<ExpectedTensor>& expected,
               const std::vector<std::string>& tolerated = {});

}  // namespace timeripple::engine
