#include "engine/text/clean_prompt.h"
#include "engine/text/text_encoder.h"
#include "engine/text/unigram_json.h"
#include "engine/weights/input_file.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace timeripple::engine {
namespace {

constexpr std::int32_t kEos = 1;
constexpr std::uint64_t kMaxModelBytes = 100'000'000;

class SentencePieceTokenizer : public Tokenizer {
  public:
    SentencePieceTokenizer(const std::string& model, const std::string& path) {
        const auto status = processor_.LoadFromSerializedProto(model);
        if (!status.ok() || processor_.GetPieceSize() <= kEos) {
            throw EngineFailure({ErrorCode::BadFile,
                                 path + ": this is not a SentencePiece model. Download the tokenizer folder again.",
                                 status.ToString()});
        }
        for (int id = 0; id < processor_.GetPieceSize(); ++id) {
            const std::string& piece = processor_.IdToPiece(id);
            if (processor_.IsControl(id) || processor_.IsUnknown(id) || piece.starts_with("<extra_id_")) {
                special_.emplace_back(piece, id);
            }
        }
    }

    std::vector<std::int32_t> encode(const std::string& text, int max_tokens) const override {
        const std::string cleaned = clean_prompt(text);
        std::vector<std::int32_t> ids;
        std::string_view rest = cleaned;
        // Special tokens that are written out in the text stand for themselves, as in transformers.
        while (!rest.empty()) {
            const auto [at, token] = next_special(rest);
            append(rest.substr(0, at), ids);
            if (!token) {
                break;
            }
            ids.push_back(token->second);
            rest.remove_prefix(at + token->first.size());
        }
        const auto kept = static_cast<std::size_t>(std::max(max_tokens, 1) - 1);
        if (ids.size() > kept) {
            ids.resize(kept);
        }
        ids.push_back(kEos);
        return ids;
    }

  private:
    using Special = std::pair<std::string, std::int32_t>;

    // Earliest special token, the longest of those that begin there.
    std::pair<std::size_t, const Special*> next_special(std::string_view text) const {
        for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at + 1)) {
            const Special* longest = nullptr;
            for (const Special& token : special_) {
                if (text.substr(at).starts_with(token.first) &&
                    (!longest || token.first.size() > longest->first.size())) {
                    longest = &token;
                }
            }
            if (longest) {
                return {at, longest};
            }
        }
        return {text.size(), nullptr};
    }

    void append(std::string_view text, std::vector<std::int32_t>& ids) const {
        std::vector<int> part;
        const auto status = processor_.Encode({text.data(), text.size()}, &part);
        if (!status.ok()) {
            throw EngineFailure({ErrorCode::Internal, "The prompt could not be split into tokens.", status.ToString()});
        }
        ids.insert(ids.end(), part.begin(), part.end());
    }

    sentencepiece::SentencePieceProcessor processor_;
    std::vector<Special> special_;
};

std::string read_model(const std::string& path) {
    Result<std::string> model = read_whole_file(path, kMaxModelBytes);
    if (!model) {
        throw EngineFailure(model.error());
    }
    return std::move(model).value();
}

}  // namespace

std::unique_ptr<Tokenizer> open_tokenizer(const std::string& folder) {
    const std::string spiece = folder + "/spiece.model";
    struct stat info {};
    if (::stat(spiece.c_str(), &info) == 0) {
        return std::make_unique<SentencePieceTokenizer>(read_model(spiece), spiece);
    }
    const std::string json = folder + "/tokenizer.json";
    if (::stat(json.c_str(), &info) != 0) {
        throw EngineFailure(
            {ErrorCode::BadFile,
             folder + ": there is neither spiece.model nor tokenizer.json. Download the tokenizer folder of the "
                      "model again.",
             {}});
    }
    return std::make_unique<SentencePieceTokenizer>(sentencepiece_model_from_json(json), json);
}

}  // namespace timeripple::engine
