// RapidJSON's strict reader as ours needs it: its handlers share depth, soundness of strings and
// the words of errors. Only core/base/json*.cc and payload_text.cc include this. Threads: pure.
//
// RapidJSON checks its own logic with assert(); here those checks are compiled out, since a library
// in somebody else's process must not abort. What a caller can get wrong is reported by its parse
// codes and, for lone low surrogates and text after a NUL, by checks of ours. The reader is the
// iterative one, so that hostile nesting costs no stack; the handler stops at the depth limit.
// Reals are read again by std::from_chars: RapidJSON 1.1.0 with its flag for full precision reads
// 0.0e-183 as 2e-202.
#pragma once

#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "core/base/status.h"
#include "core/base/utf8.h"

#define RAPIDJSON_ASSERT(x) static_cast<void>(0)
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace grape::base {
struct StackOnVector {};  // chooses the stack below
}  // namespace grape::base

// RapidJSON's own stack adds to a null pointer, which is undefined, and writes to one when malloc
// fails. This one has the part of its interface that the reader uses, and throws bad_alloc.
template <>
class rapidjson::internal::Stack<grape::base::StackOnVector> {
  public:
    Stack(grape::base::StackOnVector*, size_t) {}

    void Clear() { size_ = 0; }
    template <typename T>
    T* Push(size_t count = 1) {
        const size_t bytes = sizeof(T) * count;
        if (memory_.size() - size_ < bytes) memory_.resize(2 * memory_.size() + bytes + 256);
        size_ += bytes;
        return reinterpret_cast<T*>(memory_.data() + size_ - bytes);
    }
    template <typename T>
    T* Pop(size_t count) {
        size_ -= sizeof(T) * count;
        return reinterpret_cast<T*>(memory_.data() + size_);
    }
    template <typename T>
    T* Top() {
        return reinterpret_cast<T*>(memory_.data() + size_ - sizeof(T));
    }

  private:
    std::vector<char> memory_;
    size_t size_ = 0;
};

namespace grape::base {

std::string_view describe(rapidjson::ParseErrorCode code);

// What every handler does; a member function that gives false stops the reader.
class JsonHandler {
  public:
    explicit JsonHandler(const rapidjson::MemoryStream& stream) : stream_(stream) {}

    bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
    bool too_deep() const { return too_deep_; }
    bool too_big() const { return too_big_; }

  protected:
    bool enter() {
        too_deep_ = depth_ == limits::json_depth_max;
        ++depth_;
        return !too_deep_;
    }
    void leave() { --depth_; }
    // RapidJSON lets an escaped lone low surrogate (\udc00) through as three bytes that are no
    // UTF-8; all such sequences begin with 0xED.
    static bool is_sound(const char* text, size_t size) {
        return std::memchr(text, 0xED, size) == nullptr || is_utf8({text, size});
    }

    // Reads the number that ends where the stream stands; `rough` is nearly its value. False when
    // a double cannot hold it.
    bool read_real(double rough, double* value) const {
        const char* begin = stream_.src_;
        while (begin != stream_.begin_ && is_number_part(begin[-1])) --begin;
        const auto read = std::from_chars(begin, stream_.src_, *value);
        if (read.ec == std::errc()) return true;
        *value = std::signbit(rough) ? -0.0 : 0.0;  // out of range: too small, or too big
        return std::abs(rough) < 1;
    }
    static bool is_number_part(char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    }

    const rapidjson::MemoryStream& stream_;
    size_t depth_ = 0;
    bool too_deep_ = false;
    bool too_big_ = false;  // a number that no double holds
};

// Reads all of `text`, which `stream` and `handler` were made on.
template <typename Handler>
Status read_json(std::string_view text, rapidjson::MemoryStream& stream, Handler& handler) {
    constexpr unsigned kFlags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, StackOnVector> reader;
    const rapidjson::ParseResult parsed = reader.template Parse<kFlags>(stream, handler);
    if (handler.too_deep()) {
        return Status::make_limit("JSON: byte ", parsed.Offset(), ": nested more than ",
                                  limits::json_depth_max, " levels deep");
    }
    if (parsed.IsError()) {
        const auto code = handler.too_big() ? rapidjson::kParseErrorNumberTooBig : parsed.Code();
        return Status::make_invalid("JSON: byte ", parsed.Offset(), ": ", describe(code));
    }
    // The stream stands for its end as a NUL, so a NUL in the text looks like the end.
    if (stream.Tell() != text.size()) {
        return Status::make_invalid("JSON: byte ", stream.Tell(), ": something follows the value");
    }
    return Status();
}

}  // namespace grape::base
