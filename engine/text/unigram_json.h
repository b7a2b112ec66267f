#pragma once
// Where a folder has no spiece.model: the Unigram model in tokenizer.json as a SentencePiece model. No Torch.

#include <string>

namespace timeripple::engine {

// The serialized sentencepiece ModelProto that encodes to the same ids as the file's tokenizer. Throws EngineFailure
// (BadFile, WrongModel) naming the file and what it holds that SentencePiece cannot do.
std::string sentencepiece_model_from_json(const std::string& path);

}  // namespace timeripple::engine
