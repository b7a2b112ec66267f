#include "engine/text/unigram_json.h"

#include "engine/base/text.h"
#include "engine/weights/input_file.h"
#include "engine/weights/weight_source.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_set>
#include <utility>

namespace timeripple::engine {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxFileBytes = 100'000'000;

[[noreturn]] void fail(ErrorCode code, const std::string& path, const std::string& problem) {
    throw EngineFailure({code, path + ": " + problem, {}});
}

[[noreturn]] void unsupported(const std::string& path, const std::string& what) {
    fail(ErrorCode::WrongModel, path,
         "holds " + what +
             ". Text encoders of the T5 family need a Unigram tokenizer; put the model's spiece.model beside it.");
}

// Protocol Buffers' wire format, as much of it as a model needs: varints, 4-byte floats, length-delimited fields.
class ProtoWriter {
  public:
    void number(int field, std::uint64_t value) {
        varint(static_cast<std::uint64_t>(field) << 3);
        varint(value);
    }
    void real(int field, float value) {
        varint(static_cast<std::uint64_t>(field) << 3 | 5);
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes_ += static_cast<char>(bits >> shift & 0xFF);
        }
    }
    void text(int field, const std::string& value) {
        varint(static_cast<std::uint64_t>(field) << 3 | 2);
        varint(value.size());
        bytes_ += value;
    }
    std::string take() { return std::move(bytes_); }

  private:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) {
            bytes_ += static_cast<char>((value & 0x7F) | 0x80);
        }
        bytes_ += static_cast<char>(value);
    }
    std::string bytes_;
};

// Field numbers and values of sentencepiece_model.proto.
enum class PieceType { Normal = 1, Unknown = 2, Control = 3, Byte = 6 };
constexpr int kModelPieces = 1, kModelTrainer = 2, kModelNormalizer = 3;
constexpr int kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr int kTrainerModelType = 3, kTrainerByteFallback = 35, kTrainerUnkId = 40, kTrainerBosId = 41,
              kTrainerEosId = 42, kTrainerPadId = 43, kTrainerUnkPiece = 45;
constexpr int kModelTypeUnigram = 1;
constexpr int kNormalizerCharsmap = 2, kNormalizerDummyPrefix = 3, kNormalizerRemoveSpaces = 4,
              kNormalizerEscapeSpaces = 5;

// Empty if the text is not base64.
std::string decode_base64(const std::string& text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        int value = 0;
        if (c >= 'A' && c <= 'Z') {
            value = c - 'A';
        } else if (c >= 'a' && c <= 'z') {
            value = c - 'a' + 26;
        } else if (c >= '0' && c <= '9') {
            value = c - '0' + 52;
        } else if (c == '+' || c == '/') {
            value = c == '+' ? 62 : 63;
        } else if (c == '=') {
            break;
        } else {
            return {};
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (++count % 4 != 1) {
            bytes += static_cast<char>(bits >> (6 - 2 * ((count - 1) % 4)) & 0xFF);
        }
    }
    return bytes;
}

bool is_byte_piece(const std::string& piece) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    return piece.size() == 6 && piece.starts_with("<0x") && hex(piece[3]) && hex(piece[4]) && piece[5] == '>';
}

std::string type_of(const json& part) {
    return part.is_object() ? part.value("type", std::string()) : std::string();
}

// The parts of a "Sequence", or the one part itself; none for null.
std::vector<json> parts_of(const json& config, const char* list) {
    if (config.is_null()) {
        return {};
    }
    if (type_of(config) == "Sequence" && config.contains(list) && config[list].is_array()) {
        return config[list].get<std::vector<json>>();
    }
    return {config};
}

// Runs of spaces are replaced: SentencePiece does that by itself (remove_extra_whitespaces).
bool collapses_spaces(const json& part) {
    return type_of(part) == "Replace" && part.contains("pattern") && part["pattern"] == json{{"Regex", " {2,}"}};
}

// The normalizer's rule blob (SentencePiece's own, base64); empty: text is taken as it is.
std::string read_charsmap(const json& tokenizer, const std::string& path) {
    std::string charsmap;
    for (const json& part : parts_of(tokenizer.value("normalizer", json()), "normalizers")) {
        if (type_of(part) == "Precompiled" && charsmap.empty()) {
            const json blob = part.value("precompiled_charsmap", json());
            charsmap = blob.is_string() ? decode_base64(blob.get<std::string>()) : std::string();
            if (charsmap.empty()) {
                fail(ErrorCode::BadFile, path, "the normalizer's rules are damaged. Download the tokenizer again.");
            }
        } else if (!collapses_spaces(part) && type_of(part) != "Strip") {
            unsupported(path, "the normalizer '" + detail::for_sentence(type_of(part), 40) + "'");
        }
    }
    return charsmap;
}

// Whether every text begins with a space (T5's do).
bool read_dummy_prefix(const json& tokenizer, const std::string& path) {
    bool metaspace = false, prefix = true;
    for (const json& part : parts_of(tokenizer.value("pre_tokenizer", json()), "pretokenizers")) {
        if (type_of(part) == "Metaspace" && part.value("replacement", std::string()) == "\xE2\x96\x81") {
            metaspace = true;
            prefix = part.contains("prepend_scheme") ? part["prepend_scheme"] != "never"
                                                     : part.value("add_prefix_space", true);
        } else if (type_of(part) != "WhitespaceSplit") {
            unsupported(path, "the pre-tokenizer '" + detail::for_sentence(type_of(part), 40) + "'");
        }
    }
    if (!metaspace) {
        unsupported(path, "no Metaspace pre-tokenizer");
    }
    return prefix;
}

// Contents of the special added tokens: they are never found in text by the model itself.
std::unordered_set<std::string> read_special_tokens(const json& tokenizer) {
    std::unordered_set<std::string> special;
    const json added = tokenizer.value("added_tokens", json::array());
    for (const json& token : added) {
        if (token.is_object() && token.value("special", false)) {
            special.insert(token.value("content", std::string()));
        }
    }
    return special;
}

std::string build(const json& tokenizer, const std::string& path) {
    const json model = tokenizer.value("model", json());
    // Early files leave the type out.
    if (!model.is_object() || (model.contains("type") && type_of(model) != "Unigram")) {
        unsupported(path, "a '" + detail::for_sentence(type_of(model), 40) + "' model");
    }
    const json vocabulary = model.value("vocab", json());
    const json unk = model.value("unk_id", json());
    if (!vocabulary.is_array() || vocabulary.empty() || !unk.is_number_unsigned() ||
        unk.get<std::size_t>() >= vocabulary.size()) {
        fail(ErrorCode::BadFile, path,
             "the Unigram model has no vocabulary or no unk_id. Download the tokenizer again.");
    }
    const auto unk_id = unk.get<std::size_t>();
    const bool byte_fallback = model.value("byte_fallback", false);
    const std::unordered_set<std::string> special = read_special_tokens(tokenizer);

    ProtoWriter proto;
    std::string unk_piece;
    for (std::size_t id = 0; id < vocabulary.size(); ++id) {
        const json& item = vocabulary[id];
        if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_number()) {
            fail(ErrorCode::BadFile, path,
                 "vocabulary item " + std::to_string(id) + " is damaged. Download the tokenizer again.");
        }
        const auto piece = item[0].get<std::string>();
        PieceType type = special.contains(piece) ? PieceType::Control : PieceType::Normal;
        if (id == unk_id) {
            type = PieceType::Unknown;
            unk_piece = piece;
        } else if (byte_fallback && is_byte_piece(piece)) {
            type = PieceType::Byte;
        }
        ProtoWriter entry;
        entry.text(kPieceText, piece);
        entry.real(kPieceScore, item[1].get<float>());
        entry.number(kPieceType, static_cast<std::uint64_t>(type));
        proto.text(kModelPieces, entry.take());
    }

    ProtoWriter trainer;
    trainer.number(kTrainerModelType, kModelTypeUnigram);
    trainer.number(kTrainerByteFallback, byte_fallback ? 1 : 0);
    trainer.number(kTrainerUnkId, unk_id);
    // T5's ids; the library only reports them, encoding does not use them.
    trainer.number(kTrainerBosId, ~std::uint64_t(0));  // -1: none
    trainer.number(kTrainerEosId, 1);
    trainer.number(kTrainerPadId, 0);
    trainer.text(kTrainerUnkPiece, unk_piece);
    proto.text(kModelTrainer, trainer.take());

    ProtoWriter normalizer;
    normalizer.text(kNormalizerCharsmap, read_charsmap(tokenizer, path));
    normalizer.number(kNormalizerDummyPrefix, read_dummy_prefix(tokenizer, path) ? 1 : 0);
    normalizer.number(kNormalizerRemoveSpaces, 1);
    normalizer.number(kNormalizerEscapeSpaces, 1);
    proto.text(kModelNormalizer, normalizer.take());
    return proto.take();
}

}  // namespace

std::string sentencepiece_model_from_json(const std::string& path) {
    const Result<std::string> text = read_whole_file(path, kMaxFileBytes);
    if (!text) {
        throw EngineFailure(text.error());
    }
    const json tokenizer = json::parse(*text, nullptr, false);
    if (!tokenizer.is_object()) {
        fail(ErrorCode::BadFile, path, "is not valid JSON. Download the tokenizer again.");
    }
    try {
        return build(tokenizer, path);
    } catch (const json::exception& error) {
        throw EngineFailure(
            {ErrorCode::BadFile, path + ": a setting has the wrong type. Download the tokenizer again.", error.what()});
    }
}

}  // namespace timeripple::engine
