// JSON as the command line needs it, over the reader of core/base: replies as views of their parts,
// so that values that only pass through stay the text that they were.
//
// Threads: values; a Json points into a text that must outlive it.
// What must stay true: a Json is only made of text that split_json() found right; so reading one
// cannot fail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace grape::cli {

class Json {
  public:
    Json() = default;  // null
    explicit Json(base::JsonText value) : value_(value) {}
    // The "result" of a reply of the library.
    static Json result_of(std::string_view reply);

    bool is(base::JsonKind wanted) const { return value_.kind == wanted; }
    // As it stands in the text.
    std::string_view raw() const { return value_.text; }

    std::vector<Json> elements() const;
    // Of equal names all are given.
    std::vector<std::pair<std::string, Json>> members() const;
    // The last member of that name; nothing when there is none, or when this is no object.
    std::optional<Json> find(std::string_view name) const;
    // As find(), and for a path of names; null when something is missing.
    Json operator[](std::string_view name) const { return find(name).value_or(Json()); }

    // A string without its quotes and escapes; of other values the raw text.
    std::string text() const;
    bool boolean() const { return raw() == "true"; }
    // A whole number; 0 when it is none.
    uint64_t number() const;

  private:
    base::JsonText value_;
};

// A JSON string. Text that is not UTF-8 is a Failure: it is what somebody typed.
std::string quote(std::string_view text);
// The same for any bytes: what is not UTF-8 becomes U+FFFD.
std::string quote_any(std::string_view text);

}  // namespace grape::cli
