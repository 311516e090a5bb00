// JSON as the command line needs it: a check of a whole text, then views of its parts. Replies of
// the library and lines of files are read without being copied; values that only pass through stay
// the text that they were.
//
// Threads: values; a Json points into a text that must outlive it.
// What must stay true: a Json is only made of text that check_json() found right, or that the
// library wrote; so reading one cannot fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grape::cli {

struct JsonError {
    size_t offset = 0;  // in the text
    const char* what = "";
};
// Whether all of the text is one JSON value, at most 64 levels deep.
std::optional<JsonError> check_json(std::string_view text);

class Json {
  public:
    enum class Kind { null, boolean, number, string, array, object };

    Json() : text_("null") {}
    // The value that begins at the first character of `text`; what is behind it is left out.
    static Json at(std::string_view text);

    Kind kind() const;
    bool is(Kind wanted) const { return kind() == wanted; }
    // As it stands in the text.
    std::string_view raw() const { return text_; }

    std::vector<Json> elements() const;
    // Names still have their escapes resolved; of equal ones all are given.
    std::vector<std::pair<std::string, Json>> members() const;
    // The last member of that name; nothing when there is none, or when this is no object.
    std::optional<Json> find(std::string_view name) const;
    // As find(), and for a path of names; null when something is missing.
    Json operator[](std::string_view name) const;

    // A string without its quotes and escapes; of other values the raw text.
    std::string text() const;
    bool boolean() const { return text_ == "true"; }
    // A whole number; 0 when it is none.
    uint64_t number() const;
    double real() const;

  private:
    explicit Json(std::string_view text) : text_(text) {}

    std::string_view text_;
};

bool is_utf8(std::string_view text);
// A JSON string. The text must be UTF-8.
std::string quote(std::string_view text);
// The same for any bytes: what is not UTF-8 becomes U+FFFD.
std::string quote_any(std::string_view text);

}  // namespace grape::cli
