// The header of a .npy file: magic, version, the length of a text, and that text, a Python
// dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (15017, 100), }.
#include <cstring>
#include <optional>
#include <string_view>

#include "tools/grape/vector_file.h"

namespace grape::cli {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kHeaderBytesMax = 1u << 16;
constexpr uint64_t kDimMax = 65536;

// Reads the dictionary: three known keys in any order.
class Dictionary {
  public:
    Dictionary(const InputFile& file, std::string_view text) : file_(file), text_(text) {}

    void read() {
        expect('{');
        while (!take('}')) {
            const std::string_view key = string();
            expect(':');
            if (key == "descr") {
                descr = description();
            } else if (key == "fortran_order") {
                fortran = word() == "True";
            } else if (key == "shape") {
                read_shape();
            } else {
                throw file_.wrong("header: unknown key '" + std::string(key) + "'");
            }
            take(',');
        }
    }

    std::optional<std::string> descr;
    std::optional<bool> fortran;
    std::optional<std::vector<uint64_t>> shape;

  private:
    Failure wrong() const {
        return file_.wrong("header: cannot be read at character " + std::to_string(at_));
    }
    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool take(char c) {
        blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!take(c)) throw wrong();
    }
    std::string_view string() {
        blanks();
        const char mark = at_ < text_.size() ? text_[at_] : '\0';
        const size_t end = text_.find(mark, at_ + 1);
        if ((mark != '\'' && mark != '"') || end == std::string_view::npos) throw wrong();
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return inside;
    }
    // A structured type is a list; there is no use in reading it.
    std::string description() {
        blanks();
        if (at_ < text_.size() && text_[at_] == '[') {
            throw file_.wrong("dtype: a structured type; expected float32, float16 or uint8");
        }
        return std::string(string());
    }
    std::string_view word() {
        blanks();
        const size_t end = text_.find_first_of(",} ", at_);
        const std::string_view found = text_.substr(at_, end - at_);
        if (found != "True" && found != "False") throw wrong();
        at_ += found.size();
        return found;
    }
    void read_shape() {
        expect('(');
        shape.emplace();
        while (!take(')')) {
            shape->push_back(number());
            take(',');
        }
    }
    uint64_t number() {
        blanks();
        const size_t begin = at_;
        uint64_t value = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            const auto digit = static_cast<uint64_t>(text_[at_] - '0');
            if (value > (UINT64_MAX - digit) / 10) throw wrong();
            value = value * 10 + digit;
            ++at_;
        }
        if (at_ == begin) throw wrong();
        return value;
    }

    const InputFile& file_;
    std::string_view text_;
    size_t at_ = 0;
};

uint32_t type_of(const InputFile& file, const std::string& descr) {
    if (descr == "<f4") return GRAPE_F32;
    if (descr == "<f2") return GRAPE_F16;
    if (descr == "|u1" || descr == "<u1") return GRAPE_U8;
    std::string advice;
    if (descr == "<f8") advice = "; convert it with .astype('float32')";
    if (descr.starts_with(">")) advice = "; its bytes are in the order of another machine";
    throw file.wrong("dtype: '" + descr + "'; expected '<f4' (float32), '<f2' (float16) or '|u1' " +
                     "(uint8)" + advice);
}

void check_shape(const InputFile& file, const std::vector<uint64_t>& shape) {
    if (shape.size() != 2) {
        throw file.wrong("shape: " + std::to_string(shape.size()) +
                         " dimensions; expected two, (points, elements of a vector)");
    }
    if (shape[1] == 0 || shape[1] > kDimMax) {
        throw file.wrong("shape: vectors of " + std::to_string(shape[1]) +
                         " elements; expected 1 to 65536");
    }
}

void check_size(const InputFile& file, const NpyHeader& header) {
    const uint64_t row = header.dim * (header.type == GRAPE_F32   ? uint64_t{4}
                                       : header.type == GRAPE_F16 ? uint64_t{2}
                                                                  : uint64_t{1});
    const uint64_t data = file.size_bytes() - header.data_offset;
    if (data / row < header.rows) {
        throw file.wrong("is cut off in row " + std::to_string(data / row) + ": its header says " +
                         std::to_string(header.rows) + " rows of " + std::to_string(row) +
                         " bytes, and " + std::to_string(data) + " bytes are there");
    }
    if (data != header.rows * row) {
        throw file.wrong("has " + std::to_string(data - header.rows * row) +
                         " bytes more than its header says (" + std::to_string(header.rows) +
                         " rows of " + std::to_string(row) + " bytes)");
    }
}

// The text and where the data begins.
std::string read_text(const InputFile& file, uint64_t& data_offset) {
    unsigned char start[12] = {};
    const size_t there = file.size_bytes() < sizeof(start) ? file.size_bytes() : sizeof(start);
    file.read_at(0, start, there);
    if (there < 10 || std::memcmp(start, kMagic.data(), kMagic.size()) != 0) {
        throw file.wrong("not a .npy file: does not begin with \\x93NUMPY");
    }
    const bool long_form = start[6] >= 2;
    if (start[6] < 1 || start[6] > 3) {
        throw file.wrong("header: version " + std::to_string(start[6]) + ", expected 1, 2 or 3");
    }
    const size_t length_bytes = long_form ? 4 : 2;
    size_t length = 0;
    for (size_t i = 0; i < length_bytes; ++i) length |= size_t{start[8 + i]} << (8 * i);
    data_offset = 8 + length_bytes + length;
    if (length > kHeaderBytesMax || data_offset > file.size_bytes()) {
        throw file.wrong("header: is cut off, or too long (" + std::to_string(length) + " bytes)");
    }
    std::string text(length, '\0');
    file.read_at(8 + length_bytes, text.data(), length);
    return text;
}

}  // namespace

NpyHeader read_npy_header(const InputFile& file) {
    NpyHeader header;
    const std::string text = read_text(file, header.data_offset);
    Dictionary dictionary(file, text);
    dictionary.read();
    if (!dictionary.descr || !dictionary.fortran || !dictionary.shape) {
        throw file.wrong("header: descr, fortran_order and shape are required");
    }
    header.type = type_of(file, *dictionary.descr);
    check_shape(file, *dictionary.shape);
    if (*dictionary.fortran) {
        throw file.wrong("fortran_order: True; save numpy.ascontiguousarray() of it");
    }
    header.rows = (*dictionary.shape)[0];
    header.dim = static_cast<uint32_t>((*dictionary.shape)[1]);
    check_size(file, header);
    return header;
}

}  // namespace grape::cli
