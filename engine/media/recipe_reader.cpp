// The recipe back out of a file: container comment, PNG text, or plain JSON. What a file is, its content says.
#include "engine/api/recipe.h"
#include "engine/base/strict_json.h"
#include "engine/media/av.h"
#include "engine/media/gif_writer.h"
#include "engine/media/part_file.h"
#include "engine/media/png.h"
#include "engine/media/webp.h"

#include <filesystem>
#include <fstream>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

Error no_recipe(const std::string& path) {
    return {ErrorCode::BadFile,
            "The file " + path +
                " holds no recipe: it was not made by TimeRipple Studio, was exported without one, or "
                "another program has written it anew.",
            ""};
}

Result<std::string> container_comment(const std::string& path) {
    auto input = media::open_input(path, false);
    if (!input) return input.error();
    // Matroska spells the key in capitals and may tell only the streams after a look at the clusters; keys match
    // without case.
    const AVDictionaryEntry* entry = av_dict_get((*input)->metadata, "comment", nullptr, 0);
    if (!entry && avformat_find_stream_info(input->get(), nullptr) >= 0) {
        entry = av_dict_get((*input)->metadata, "comment", nullptr, 0);
    }
    if (!entry || !entry->value) return no_recipe(path);
    return std::string(entry->value);
}

bool looks_like_json(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    char c = 0;
    while (stream.get(c)) {
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\xEF' && c != '\xBB' && c != '\xBF')
            return c == '{' || c == '"';
    }
    return false;
}

Result<std::string> recipe_text(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        const std::string first = path + "/" + media::frame_file_name(0);
        if (!fs::exists(first, error))
            return Error{ErrorCode::BadFile, "The folder " + path + " holds no frames with a recipe.", ""};
        return recipe_text(first);
    }
    if (media::is_png_file(path) || media::is_gif_file(path) || media::is_webp_file(path)) {
        auto comment = media::is_png_file(path)   ? media::read_png_comment(path)
                       : media::is_gif_file(path) ? media::read_gif_comment(path)
                                                  : media::read_webp_comment(path);
        if (!comment) return comment.error();
        if (!*comment) return no_recipe(path);
        return **comment;
    }
    if (looks_like_json(path)) return detail::read_text_file(path);
    return container_comment(path);
}

}  // namespace

Result<Recipe> read_recipe(const std::string& path) {
    try {
        auto text = recipe_text(path);
        if (!text) return text.error();
        auto recipe = recipe_from_json(*text);
        if (!recipe) {
            Error error = recipe.error();
            error.message = path + ": " + error.message;
            return error;
        }
        return recipe;
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    }
}

}  // namespace timeripple::engine
