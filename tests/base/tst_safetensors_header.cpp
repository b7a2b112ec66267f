// Malformed safetensors files are refused with BadFile, naming file and tensor; sound ones are read.
#include "engine/weights/safetensors_header.h"
#include "tests/support/safetensors_builder.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <functional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace timeripple::engine;
using namespace timeripple::test;

namespace {

using Random = std::mt19937_64;

// A malformed file: `rule` must stand in the message, and so must `tensor` where it is not empty.
struct Malformed {
    std::string bytes;
    std::string rule;
    std::string tensor;
};

struct Kind {
    const char* name;
    std::function<Malformed(Random&)> make;
};

struct Draft {
    std::uint64_t payload = 0;
    std::vector<RawTensor> tensors;
    std::size_t victim = 0;

    explicit Draft(Random& random) : tensors(random_tensors(random, payload)), victim(random() % tensors.size()) {}
    RawTensor& bad() { return tensors[victim]; }
    std::string file(const std::string& metadata = {}) const {
        return safetensors_file(header_json(tensors, metadata), std::string(payload, '\1'));
    }
};

std::string pick(Random& random, std::vector<std::string> choices) {
    return choices[random() % choices.size()];
}

// Kinds that change one tensor's entry of an otherwise sound file.
Kind entry_kind(const char* name, const char* rule, std::function<void(Draft&, Random&)> spoil) {
    return {name, [=](Random& random) {
                Draft draft(random);
                spoil(draft, random);
                return Malformed{draft.file(), rule, draft.bad().name};
            }};
}

// Kinds that change the header's text or the bytes around it.
Kind file_kind(const char* name, const char* rule, std::function<std::string(const Draft&, Random&)> build) {
    return {name, [=](Random& random) {
                const Draft draft(random);
                return Malformed{build(draft, random), rule, {}};
            }};
}

std::string with_json(const Draft& draft, const std::string& json) {
    return safetensors_file(json, std::string(draft.payload, '\1'));
}

// Some more bytes behind a magic, so that the file is not just short.
Kind foreign_kind(const char* name, const char* rule, std::vector<std::string> beginnings) {
    return {name, [=](Random& random) {
                std::string bytes = pick(random, beginnings);
                for (std::size_t i = 64 + random() % 400; i > 0; --i) {
                    bytes += static_cast<char>(random() & 0xFF);
                }
                return Malformed{bytes, rule, {}};
            }};
}

std::vector<Kind> file_kinds() {
    return {
        file_kind("empty file", "empty", [](const Draft&, Random&) { return std::string(); }),
        file_kind("shorter than any header", "bytes long",
                  [](const Draft& draft, Random& random) { return draft.file().substr(0, 1 + random() % 7); }),
        file_kind("header length above the cap", "100 MB",
                  [](const Draft& draft, Random& random) {
                      const std::string json = header_json(draft.tensors);
                      return length_bytes(kMaxHeaderBytes + 1 + random() % 1000000000) + json +
                             std::string(draft.payload, '\1');
                  }),
        file_kind("header length that wraps", "100 MB",
                  [](const Draft& draft, Random& random) {
                      return length_bytes(~std::uint64_t(0) - random() % 16) + header_json(draft.tensors);
                  }),
        file_kind("header length behind the end", "file ends before",
                  [](const Draft& draft, Random& random) {
                      const std::string json = header_json(draft.tensors);
                      return length_bytes(json.size() + draft.payload + 1 + random() % 1000) + json +
                             std::string(draft.payload, '\1');
                  }),
        file_kind(
            "header of 0 or 1 bytes", "header is",
            [](const Draft& draft, Random& random) { return length_bytes(random() % 2) + header_json(draft.tensors); }),
        file_kind("white space before the brace", "begin with '{'",
                  [](const Draft& draft, Random& random) {
                      return with_json(draft, pick(random, {" ", "\n", "\t", "\r\n "}) + header_json(draft.tensors));
                  }),
        file_kind(
            "byte order mark before the brace", "begin with '{'",
            [](const Draft& draft, Random&) { return with_json(draft, "\xEF\xBB\xBF" + header_json(draft.tensors)); }),
        file_kind("list or text instead of an object", "begin with '{'",
                  [](const Draft& draft, Random& random) {
                      return with_json(
                          draft, pick(random, {"[" + header_json(draft.tensors) + "]", "\"tensors\"", "12345678"}));
                  }),
        file_kind("NUL padding", "not valid JSON",
                  [](const Draft& draft, Random& random) {
                      return with_json(draft, header_json(draft.tensors) + std::string(1 + random() % 64, '\0'));
                  }),
        file_kind("JSON cut short", "not valid JSON",
                  [](const Draft& draft, Random& random) {
                      const std::string json = header_json(draft.tensors);
                      return with_json(draft, json.substr(0, json.size() - 1 - random() % 3));
                  }),
        file_kind(
            "rest behind the JSON", "not valid JSON",
            [](const Draft& draft, Random& random) {
                return with_json(draft, header_json(draft.tensors) + pick(random, {"x", "{}", ",", "}", "\"a\"", "0"}));
            }),
        file_kind("JSON with extensions", "not valid JSON",
                  [](const Draft& draft, Random& random) {
                      const std::string json = header_json(draft.tensors);
                      const std::string body = json.substr(1, json.size() - 2);
                      return with_json(draft,
                                       pick(random, {"{" + body + ",}", "{/*c*/" + body + "}", "{//c\n" + body + "}",
                                                     "{'a':1," + body + "}", "{a:1," + body + "}"}));
                  }),
        file_kind(
            "broken UTF-8", "not valid JSON",
            [](const Draft& draft, Random& random) {
                Draft copy = draft;
                copy.bad().name += pick(random, {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF5\x80\x80\x80"});
                return copy.file();
            }),
        file_kind("half a surrogate pair", "not valid JSON",
                  [](const Draft& draft, Random& random) {
                      Draft copy = draft;
                      copy.bad().name += pick(random, {"\\ud800", "\\udfff", "\\ud83dx"});
                      return copy.file();
                  }),
        file_kind("NaN and infinity", "not valid JSON",
                  [](const Draft& draft, Random& random) {
                      Draft copy = draft;
                      copy.bad().shape = pick(random, {"[NaN]", "[Infinity]", "[-Infinity]"});
                      return copy.file();
                  }),
        file_kind(
            "metadata twice", "__metadata__ twice",
            [](const Draft& draft, Random&) { return draft.file("{\"a\":\"b\"},\"__metadata__\":{\"c\":\"d\"}"); }),
        file_kind("metadata key twice", "metadata key",
                  [](const Draft& draft, Random&) { return draft.file("{\"format\":\"pt\",\"format\":\"np\"}"); }),
        file_kind("metadata value that is no text", "__metadata__",
                  [](const Draft& draft, Random& random) {
                      return draft.file("{\"a\":" + pick(random, {"1", "-1", "1.5", "null", "true", "{}", "[]"}) + "}");
                  }),
        file_kind("metadata that is no object", "__metadata__",
                  [](const Draft& draft, Random& random) {
                      return draft.file(pick(random, {"[]", "\"text\"", "3", "null", "false"}));
                  }),
        file_kind("nested deep", "__metadata__",
                  [](const Draft& draft, Random& random) {
                      const std::size_t depth = random() % 2 ? 200000 : 9 + random() % 20;
                      return with_json(draft,
                                       "{\"__metadata__\":" + std::string(depth, '[') + std::string(depth, ']') + "}");
                  }),
        file_kind(
            "bytes behind the last tensor", "belong to none",
            [](const Draft& draft, Random& random) { return draft.file() + std::string(1 + random() % 100, 'P'); }),
        foreign_kind("ZIP archive", "ZIP archive", {"PK\x03\x04", "PK\x05\x06"}),
        foreign_kind(
            "pickle", "pickle",
            {std::string("\x80\x02}q", 4), std::string("\x80\x03]q", 4), std::string("\x80\x04\x95\xFF", 4),
             std::string("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9", 9), "cposix\nsystem\n", "(dp0\n", "cos\nsystem\n"}),
        foreign_kind("GGUF", "GGUF", {"GGUF", "lmgg", "tjgg"}),
        foreign_kind("program", "program",
                     {"\x7f"
                      "ELF",
                      "MZ\x90", "#!/bin/sh\n"}),
        foreign_kind("web page", "web page",
                     {"<!DOCTYPE html><html>", "\n\n<html lang=en>", "<?xml version=\"1.0\"?><Error>"}),
        foreign_kind("Git LFS pointer", "git lfs pull", {"version https://git-lfs.github.com/spec/v1\noid sha256:"}),
        foreign_kind("JSON text", "JSON text", {"{\"weight_map\": {}}", "  [1, 2, 3]  \n\n"}),
        foreign_kind("HDF5", "HDF5", {"\x89HDF\r\n\x1a\n"}),
        foreign_kind("NumPy array", "NumPy", {"\x93NUMPY\x01"}),
        foreign_kind("archive", "archive",
                     {"\x1f\x8b\x08", "BZh91AY",
                      "\xfd"
                      "7zXZ",
                      "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c"}),
        file_kind("zeros", "zeros",
                  [](const Draft&, Random& random) { return std::string(600 + random() % 600, '\0'); }),
    };
}

std::vector<Kind> entry_kinds() {
    return {
        {"data cut short",
         [](Random& random) {
             Draft draft(random);
             draft.victim = draft.tensors.size() - 1;
             std::string file = draft.file();
             return Malformed{file.substr(0, file.size() - 1 - random() % 7), "holds only", draft.bad().name};
         }},
        entry_kind("name twice, same bytes", "appears twice",
                   [](Draft& draft, Random&) { draft.tensors.push_back(draft.bad()); }),
        entry_kind("name twice, other bytes", "appears twice",
                   [](Draft& draft, Random&) {
                       RawTensor again = draft.bad();
                       again.offsets = offsets_text(draft.payload, draft.payload + (again.end - again.begin));
                       draft.payload += again.end - again.begin;
                       draft.tensors.push_back(again);
                   }),
        {"name twice, once escaped",
         [](Random& random) {
             Draft draft(random);
             RawTensor again = draft.bad();
             again.name = "\\u0062" + again.name.substr(1);
             draft.tensors.push_back(again);
             return Malformed{draft.file(), "appears twice", draft.bad().name};
         }},
        entry_kind(
            "unknown dtype", "unknown dtype",
            [](Draft& draft, Random& random) {
                draft.bad().dtype = pick(random, {"\"F128\"", "\"\"", "\"f32\"", "\"float32\"", "\"I4\"", "\"F32 \""});
            }),
        entry_kind("dtype that is no text", "in its dtype",
                   [](Draft& draft, Random& random) {
                       draft.bad().dtype = pick(random, {"32", "null", "true", "[]", "{}"});
                   }),
        {"field missing",
         [](Random& random) {
             Draft draft(random);
             const std::size_t which = random() % 3;
             const RawTensor& bad = draft.bad();
             const std::string fields[3] = {"\"dtype\":" + bad.dtype, "\"shape\":" + bad.shape,
                                            "\"data_offsets\":" + bad.offsets};
             const std::string kept = fields[(which + 1) % 3] + "," + fields[(which + 2) % 3];
             return Malformed{with_json(draft, "{\"" + bad.name + "\":{" + kept + "}}"),
                              std::string("has no ") + (which == 0   ? "dtype"
                                                        : which == 1 ? "shape"
                                                                     : "data_offsets"),
                              bad.name};
         }},
        entry_kind("dtype twice", "dtype twice",
                   [](Draft& draft, Random&) { draft.bad().extra = ",\"dtype\":\"U8\""; }),
        entry_kind("shape twice", "shape twice", [](Draft& draft, Random&) { draft.bad().extra = ",\"shape\":[1]"; }),
        entry_kind("offsets twice", "data_offsets twice",
                   [](Draft& draft, Random&) { draft.bad().extra = ",\"data_offsets\":[0,1]"; }),
        entry_kind("unknown field", "unknown field",
                   [](Draft& draft, Random& random) {
                       draft.bad().extra = pick(random, {",\"stride\":[1]", ",\"\":1", ",\"Shape\":[1]"});
                   }),
        entry_kind("negative dimension", "negative number in its shape",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"[-1]", "[8,-8]", "[-0]"});
                   }),
        entry_kind("fractional dimension", "in its shape",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"[1.9]", "[8.0]", "[1e2]", "[8,0.0]"});
                   }),
        entry_kind("dimension of 2^64", "in its shape",
                   [](Draft& draft, Random&) { draft.bad().shape = "[18446744073709551616]"; }),
        entry_kind("dimension of 2^63", "too large",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"[9223372036854775808]", "[18446744073709551615]"});
                   }),
        entry_kind("dimension that is no number", "in its shape",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"[\"8\"]", "[null]", "[[8]]", "[{}]"});
                   }),
        entry_kind("shape that is no list", "in its shape",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"8", "\"8\"", "null", "{}"});
                   }),
        entry_kind("nine dimensions", "more than 8 dimensions",
                   [](Draft& draft, Random&) { draft.bad().shape = "[1,1,1,1,1,1,1,1,8]"; }),
        entry_kind("product that wraps to 0", "too large",
                   [](Draft& draft, Random&) {
                       draft.bad().shape = "[4294967296,4294967296]";
                       draft.bad().offsets = offsets_text(draft.bad().begin, draft.bad().begin);
                   }),
        entry_kind("product that wraps to the right size", "too large",
                   [](Draft& draft, Random&) {
                       draft.bad().dtype = "\"U8\"";
                       draft.bad().shape = "[6148914691236517206,3]";
                   }),
        entry_kind("bit count that wraps", "too large",
                   [](Draft& draft, Random&) { draft.bad().shape = "[2305843009213693952]"; }),
        entry_kind("shape larger than its bytes", "its shape and dtype need",
                   [](Draft& draft, Random&) { draft.bad().shape = draft.bad().shape.substr(0, 2) + "00]"; }),
        entry_kind("shape smaller than its bytes", "its shape and dtype need",
                   [](Draft& draft, Random& random) {
                       draft.bad().shape = pick(random, {"[1]", "[]", "[0]"});
                   }),
        entry_kind("dtype of another size", "its shape and dtype need",
                   [](Draft& draft, Random&) { draft.bad().dtype = "\"C64\"", draft.bad().shape = "[7777]"; }),
        entry_kind("negative offset", "in its data_offsets",
                   [](Draft& draft, Random& random) {
                       draft.bad().offsets = pick(random, {"[-1,4]", "[0,-4]", "[-8,-4]"});
                   }),
        entry_kind("fractional offset", "in its data_offsets",
                   [](Draft& draft, Random& random) {
                       draft.bad().offsets = pick(random, {"[0.0,4]", "[0,4.5]", "[0,1e1]"});
                   }),
        entry_kind("offset of 2^64", "in its data_offsets",
                   [](Draft& draft, Random&) { draft.bad().offsets = "[0,18446744073709551616]"; }),
        entry_kind("offset that is no number", "in its data_offsets",
                   [](Draft& draft, Random& random) {
                       draft.bad().offsets = pick(random, {"[\"0\",4]", "[0,null]", "[[0],4]"});
                   }),
        entry_kind("no offset or one", "has not two",
                   [](Draft& draft, Random& random) {
                       draft.bad().offsets = pick(random, {"[]", "[0]"});
                   }),
        entry_kind("three offsets", "more than two", [](Draft& draft, Random&) { draft.bad().offsets = "[0,4,8]"; }),
        entry_kind("offsets that are no list", "in its data_offsets",
                   [](Draft& draft, Random& random) {
                       draft.bad().offsets = pick(random, {"4", "null", "{}", "\"0,4\""});
                   }),
        entry_kind(
            "end before begin", "ends before it begins",
            [](Draft& draft, Random&) { draft.bad().offsets = offsets_text(draft.bad().end, draft.bad().begin); }),
        entry_kind("right length, behind the end", "holds only",
                   [](Draft& draft, Random& random) {
                       const std::uint64_t shift = draft.payload + 1 + random() % 1000;
                       draft.bad().offsets = offsets_text(draft.bad().begin + shift, draft.bad().end + shift);
                   }),
        entry_kind("right length, at the end of the numbers", "holds only",
                   [](Draft& draft, Random&) {
                       const std::uint64_t end = ~std::uint64_t(0);
                       draft.bad().offsets = offsets_text(end - (draft.bad().end - draft.bad().begin), end);
                   }),
        {"two tensors on the same bytes",
         [](Random& random) {
             Draft draft(random);
             RawTensor alias = draft.bad();
             alias.name += "_zz";  // sorts behind the first
             draft.tensors.push_back(alias);
             return Malformed{draft.file(), "overlaps", alias.name};
         }},
        {"partial overlap",
         [](Random& random) {
             Draft draft(random);
             draft.victim = 1 + random() % (draft.tensors.size() - 1);
             RawTensor& bad = draft.bad();
             bad.begin -= 1 + random() % 4;
             bad.dtype = "\"U8\"";
             bad.shape = "[" + std::to_string(bad.end - bad.begin) + "]";
             bad.offsets = offsets_text(bad.begin, bad.end);
             return Malformed{draft.file(), "overlaps", bad.name};
         }},
        {"hole between tensors",
         [](Random& random) {
             Draft draft(random);
             const std::size_t gap = 1 + random() % 16;
             draft.victim = 1 + random() % (draft.tensors.size() - 1);
             for (std::size_t i = draft.victim; i < draft.tensors.size(); ++i) {
                 draft.tensors[i].offsets = offsets_text(draft.tensors[i].begin + gap, draft.tensors[i].end + gap);
             }
             draft.payload += gap;
             return Malformed{draft.file(), "leaves a hole", draft.bad().name};
         }},
        {"hole before the first tensor",
         [](Random& random) {
             Draft draft(random);
             draft.victim = 0;
             for (RawTensor& tensor : draft.tensors) {
                 tensor.offsets = offsets_text(tensor.begin + 8, tensor.end + 8);
             }
             draft.payload += 8;
             return Malformed{draft.file(), "leaves a hole", draft.bad().name};
         }},
        entry_kind("half a byte", "whole byte",
                   [](Draft& draft, Random& random) {
                       draft.bad().dtype = pick(random, {"\"F4\"", "\"F6_E2M3\"", "\"F6_E3M2\""});
                       draft.bad().shape = pick(random, {"[1]", "[3]", "[5,1]"});
                   }),
        {"empty name",
         [](Random& random) {
             Draft draft(random);
             draft.bad().name.clear();
             return Malformed{draft.file(), "without a name", {}};
         }},
        {"name too long",
         [](Random& random) {
             Draft draft(random);
             draft.bad().name = std::string(kMaxNameBytes + 1 + random() % 5000, 'n');
             return Malformed{draft.file(), "longer than 512", "nnnnnnnn..."};
         }},
        {"control character in a name",
         [](Random& random) {
             Draft draft(random);
             const std::string stem = draft.bad().name;
             draft.bad().name += pick(random, {"\\n", "\\u0000", "\\u001b[31m", "\\u007f", "\\u0085", "\\u009b"});
             return Malformed{draft.file(), "control character", stem};
         }},
        {"tensor that is no object",
         [](Random& random) {
             const Draft draft(random);
             const std::string name = draft.tensors[0].name;
             const std::string value = pick(random, {"1", "\"x\"", "null", "[0,4]", "true", "-1"});
             return Malformed{with_json(draft, "{\"" + name + "\":" + value + "}"), "in its description", name};
         }},
    };
}

// Peak of the process so far.
long peak_kib() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with("VmHWM:")) {
            return std::stol(line.substr(6));
        }
    }
    return 0;
}

}  // namespace

class TestSafetensorsHeader : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void reads_sound_files();
    void reads_corner_cases();
    void refuses_malformed_data();
    void refuses_malformed();
    void memory_stays_small();
    void refuses_what_is_no_file();
    void refuses_unreadable();
    void survives_flipped_bytes();
    void refuses_a_million_and_one_tensors();

  private:
    std::string path(const std::string& name) const {
        return dir_.filePath(QString::fromStdString(name)).toStdString();
    }

    QTemporaryDir dir_;
    long start_kib_ = peak_kib();
    qint64 slowest_us_ = 0;
    int files_ = 0;
};

void TestSafetensorsHeader::reads_sound_files() {
    Random random(1);
    for (int i = 0; i < 50; ++i) {
        const Draft draft(random);
        write_file(path("sound.safetensors"), draft.file("{\"format\":\"pt\"}"));
        const Result<SafetensorsHeader> header = read_safetensors_header(path("sound.safetensors"));
        QVERIFY2(header.ok(), header.ok() ? "" : header.error().message.c_str());
        QCOMPARE(header->entries.size(), draft.tensors.size());
        QCOMPARE(header->metadata.at("format"), std::string("pt"));
        QCOMPARE(header->data_begin + draft.payload, header->file_bytes);
        for (const RawTensor& tensor : draft.tensors) {
            const SafetensorsEntry* entry = header->find(tensor.name);
            QVERIFY(entry);
            QCOMPARE(entry->offset, tensor.begin);
            QCOMPARE(entry->bytes, tensor.end - tensor.begin);
            QCOMPARE(std::uint64_t(entry->elements()) * std::uint64_t(element_bits(entry->type)) / 8, entry->bytes);
        }
        QVERIFY(!header->find("blocks"));
    }
}

// Legal, though rare: scalars, empty tensors (also several at one place), entries out of order, padding with spaces, no
// tensors.
void TestSafetensorsHeader::reads_corner_cases() {
    const std::string json =
        R"({"z":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"empty_b":{"dtype":"F16","shape":[0,5],"data_offsets":[8,8]},)"
        R"("a":{"shape":[2,2],"data_offsets":[0,8],"dtype":"BF16"},"empty_a":{"dtype":"I64","shape":[3,0],"data_offsets":[8,8]},)"
        R"("Wörter \"x\"":{"dtype":"F4","shape":[2,1],"data_offsets":[12,13]}}      )";
    write_file(path("corner.safetensors"), safetensors_file(json, std::string(13, '\0')));
    const Result<SafetensorsHeader> header = read_safetensors_header(path("corner.safetensors"));
    QVERIFY2(header.ok(), header.ok() ? "" : header.error().message.c_str());
    QCOMPARE(header->entries.size(), std::size_t(5));
    QCOMPARE(header->entries.front().name, std::string("a"));
    QVERIFY(header->find("z")->shape.empty());
    QCOMPARE(header->find("z")->elements(), std::int64_t(1));
    QCOMPARE(header->find("empty_b")->bytes, std::uint64_t(0));
    QVERIFY(header->find("Wörter \"x\""));

    write_file(path("none.safetensors"), safetensors_file("{}", {}));
    QVERIFY(read_safetensors_header(path("none.safetensors")).ok());
}

void TestSafetensorsHeader::refuses_malformed_data() {
    QTest::addColumn<int>("kind");
    std::vector<Kind> kinds = file_kinds();
    const std::vector<Kind> more = entry_kinds();
    kinds.insert(kinds.end(), more.begin(), more.end());
    QVERIFY(kinds.size() >= 70);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        QTest::newRow(kinds[i].name) << int(i);
    }
}

void TestSafetensorsHeader::refuses_malformed() {
    QFETCH(int, kind);
    std::vector<Kind> kinds = file_kinds();
    const std::vector<Kind> more = entry_kinds();
    kinds.insert(kinds.end(), more.begin(), more.end());
    Random random(1000 + std::uint64_t(kind));
    for (int repeat = 0; repeat < 8; ++repeat) {
        const Malformed bad = kinds[std::size_t(kind)].make(random);
        const std::string file = path("bad_" + std::to_string(kind) + ".safetensors");
        write_file(file, bad.bytes);
        QElapsedTimer timer;
        timer.start();
        const Result<SafetensorsHeader> header = read_safetensors_header(file);
        slowest_us_ = std::max(slowest_us_, timer.nsecsElapsed() / 1000);
        ++files_;
        QVERIFY2(!header.ok(), "accepted");
        QCOMPARE(int(header.error().code), int(ErrorCode::BadFile));
        const std::string& message = header.error().message;
        QVERIFY2(message.starts_with(file), message.c_str());
        QVERIFY2(message.find(bad.rule) != std::string::npos, (bad.rule + " not in: " + message).c_str());
        QVERIFY2(message.find(bad.tensor) != std::string::npos, (bad.tensor + " not in: " + message).c_str());
        QVERIFY2(message.size() < 600 + file.size(), message.c_str());
        for (const char c : message) {
            QVERIFY2(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "control character in the message");
        }
    }
}

// The files above claim up to 2^64 bytes; nothing is allocated for claims.
void TestSafetensorsHeader::memory_stays_small() {
    const long growth_kib = peak_kib() - start_kib_;
    qInfo("%d malformed files, slowest %lld us, peak memory grew by %ld KiB", files_, slowest_us_, growth_kib);
    QVERIFY(files_ >= 300);
    QVERIFY(growth_kib < 64 * 1024);
}

void TestSafetensorsHeader::refuses_a_million_and_one_tensors() {
    std::string json = "{";
    for (std::size_t i = 0; i <= kMaxTensors; ++i) {
        json += (i ? ",\"" : "\"") + std::to_string(i) + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    }
    json += "}";
    write_file(path("many.safetensors"), safetensors_file(json, {}));
    const Result<SafetensorsHeader> header = read_safetensors_header(path("many.safetensors"));
    QVERIFY(!header.ok());
    QVERIFY2(header.error().message.find("more than 1000000 tensors") != std::string::npos,
             header.error().message.c_str());
}

void TestSafetensorsHeader::refuses_what_is_no_file() {
    const std::string fifo = path("pipe.safetensors");
    QCOMPARE(::mkfifo(fifo.c_str(), 0600), 0);
    const std::string loop = path("loop.safetensors");
    QCOMPARE(::symlink(loop.c_str(), loop.c_str()), 0);
    const std::string dangling = path("dangling.safetensors");
    QCOMPARE(::symlink("nowhere", dangling.c_str()), 0);
    // A short name: a socket's path is limited to 107 bytes.
    const int socket_fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string socket_path = path("s");
    QVERIFY(socket_path.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
    QCOMPARE(::bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    for (const std::string& file :
         {fifo, loop, dangling, socket_path, path("missing.safetensors"), path("corner.safetensors/x"),
          dir_.path().toStdString(), std::string("/dev/zero"), std::string("/dev/null")}) {
        const Result<SafetensorsHeader> header = read_safetensors_header(file);
        QVERIFY2(!header.ok(), file.c_str());
        QCOMPARE(int(header.error().code), int(ErrorCode::BadFile));
        QVERIFY2(header.error().message.starts_with(file), header.error().message.c_str());
    }
    ::close(socket_fd);
    QVERIFY(!read_safetensors_header("").ok());
    QVERIFY(!read_safetensors_header(std::string("a\0b", 3)).ok());

    // A link to a sound file is fine: hub caches consist of them.
    const std::string link = path("link.safetensors");
    write_file(path("blob"), safetensors_file("{}", {}));
    QCOMPARE(::symlink("blob", link.c_str()), 0);
    QVERIFY(read_safetensors_header(link).ok());
}

// Root reads everything, so the question is asked by a child that has become nobody.
void TestSafetensorsHeader::refuses_unreadable() {
    const std::string file = path("secret.safetensors");
    write_file(file, safetensors_file("{}", {}));
    QCOMPARE(::chmod(dir_.path().toLocal8Bit().constData(), 0755), 0);
    QCOMPARE(::chmod(file.c_str(), 0), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) {
            ::_exit(2);
        }
        const Result<SafetensorsHeader> header = read_safetensors_header(file);
        const bool refused = !header.ok() && header.error().message.find("no permission") != std::string::npos;
        ::_exit(refused ? 0 : 1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), 0);
}

// Whatever is flipped: an answer, and where it is yes, entries that cover the data exactly.
void TestSafetensorsHeader::survives_flipped_bytes() {
    Random random(7);
    int accepted = 0;
    for (int i = 0; i < 4000; ++i) {
        const Draft draft(random);
        std::string bytes = draft.file("{\"format\":\"pt\"}");
        const std::size_t header_end = bytes.size() - draft.payload;
        for (std::size_t flips = 1 + random() % 3; flips > 0; --flips) {
            const std::size_t at = random() % std::min(header_end, bytes.size());
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random() & 0xFF);
                    break;
                case 1:
                    bytes[at] = "{}[]\",:0123456789-.eE"[random() % 21];
                    break;
                default:
                    bytes.erase(at, 1 + random() % 4);
            }
        }
        write_file(path("flipped.safetensors"), bytes);
        const Result<SafetensorsHeader> header = read_safetensors_header(path("flipped.safetensors"));
        if (!header.ok()) {
            continue;
        }
        ++accepted;
        std::uint64_t covered = 0;
        for (const SafetensorsEntry& entry : header->entries) {
            QCOMPARE(entry.offset, covered);
            covered += entry.bytes;
        }
        QCOMPARE(header->data_begin + covered, header->file_bytes);
    }
    QVERIFY(accepted > 0);
}

QTEST_APPLESS_MAIN(TestSafetensorsHeader)
#include "tst_safetensors_header.moc"
