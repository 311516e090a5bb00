#include "core/engine/request/decode_common.h"

#include <algorithm>

#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;

namespace {

constexpr size_t kQuotedBytesMax = 64;

using NameList = std::span<const std::string_view>;

constexpr std::string_view kOptionNames[] = {"timeout", "consistency", "wait", "ordering"};

NameList option_names(Options options) {
    const NameList all(kOptionNames);
    switch (options) {
        case Options::none:
            return {};
        case Options::catalogue:
            return all.first(1);
        case Options::read:
            return all.first(2);
        case Options::write:
            return all;
    }
    return {};
}

NameList list_of(Names names) {
    return {names.begin(), names.size()};
}

bool contains(NameList names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool says_nothing(const JsonValue& value) {
    return value.is(JsonKind::null) || (value.is(JsonKind::object) && value.members().empty()) ||
           (value.is(JsonKind::array) && value.items().empty());
}

Status check_option(std::string_view name, const JsonValue& value, const Place& at) {
    if (name == "timeout") return read_integer(value, at, 1).status();
    if (name == "wait") return read_bool(value, at).status();
    if (name == "ordering") return read_word(value, at, {"weak", "medium", "strong"}).status();
    if (value.is_integer()) return read_integer(value, at, 1).status();
    return read_word(value, at, {"majority", "quorum", "all"}).status();
}

// A number as the user wrote it, and the kind of everything else.
std::string describe(const JsonValue& value) {
    if (!value.is_number()) return std::string(value.kind_name());
    std::string out;
    base::JsonWriter(out).value(value);
    return out;
}

Status unknown_member(std::string_view name, const Place& at, NameList allowed, NameList options) {
    std::string list;
    for (const NameList names : {allowed, options}) {
        for (const std::string_view known : names) base::cat_append(list, base::cat(", ", known));
    }
    return Status::make_invalid(at.say("unknown member ", quoted(name),
                                       list.empty() ? "; there are none here" : "; known are ",
                                       list.empty() ? "" : std::string_view(list).substr(2)));
}

}  // namespace

std::string Place::text() const {
    if (parent_ == nullptr) return {};
    std::string out = parent_->text();
    if (is_item_) {
        base::cat_append(out, base::cat('[', index_, ']'));
    } else {
        base::cat_append(out, base::cat(out.empty() ? "" : ".", key_));
    }
    return out;
}

std::string quoted(std::string_view name) {
    if (name.size() <= kQuotedBytesMax) return base::cat('"', name, '"');
    size_t size = kQuotedBytesMax;
    while (size > 0 && (name[size] & 0xC0) == 0x80) --size;  // not inside of a character
    return base::cat('"', name.substr(0, size), "...\"");
}

Status check_members(const JsonValue& object, const Place& at, Names allowed, Names later,
                     Options options) {
    GRAPE_TRY(expect_kind(object, JsonKind::object, at));
    const NameList general = option_names(options);
    for (const auto& [name, value] : object.members()) {
        if (contains(list_of(allowed), name)) continue;
        const Place member(at, name);
        if (contains(general, name)) {
            if (!value.is(JsonKind::null)) GRAPE_TRY(check_option(name, value, member));
        } else if (!contains(list_of(later), name)) {
            return unknown_member(name, at, list_of(allowed), general);
        } else if (!says_nothing(value)) {
            return unsupported(member);
        }
    }
    return {};
}

const JsonValue* find_member(const JsonValue& object, std::string_view name) {
    const JsonValue* found = object.find(name);
    return found == nullptr || found->is(JsonKind::null) ? nullptr : found;
}

Result<const JsonValue*> require_member(const JsonValue& object, std::string_view name,
                                        const Place& at) {
    const JsonValue* found = find_member(object, name);
    if (found == nullptr) return Status::make_invalid(Place(at, name).say("is required"));
    return found;
}

Status wrong_kind(const JsonValue& value, std::string_view wanted, const Place& at) {
    return Status::make_invalid(at.say("expected ", wanted, ", got ", describe(value)));
}

Status expect_kind(const JsonValue& value, JsonKind kind, const Place& at) {
    if (value.is(kind)) return {};
    const std::string_view wanted = kind == JsonKind::object   ? "an object"
                                    : kind == JsonKind::array  ? "an array"
                                    : kind == JsonKind::string ? "a string"
                                                               : "a boolean";
    return wrong_kind(value, wanted, at);
}

Status unsupported(const Place& at, std::string_view what) {
    return Status::make_unsupported(at.say(what, what.empty() ? "" : ": ", "not supported"));
}

Result<bool> read_bool(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::boolean, at));
    return value.as_bool();
}

Result<uint64_t> read_integer(const JsonValue& value, const Place& at, uint64_t least,
                              uint64_t most) {
    const bool fits = value.is(JsonKind::unsigned_integer) ||
                      (value.is(JsonKind::integer) && value.as_integer() >= 0);
    if (fits && value.as_unsigned() >= least && value.as_unsigned() <= most) {
        return value.as_unsigned();
    }
    if (!value.is_number()) return wrong_kind(value, "an integer", at);
    return wrong_kind(value, base::cat("an integer from ", least, " to ", most), at);
}

Result<float> read_number(const JsonValue& value, const Place& at) {
    if (!value.is_number()) return wrong_kind(value, "a number", at);
    return static_cast<float>(value.as_real());
}

Result<std::string> read_string(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::string, at));
    return value.as_string();
}

Result<size_t> read_word(const JsonValue& value, const Place& at, Names words) {
    GRAPE_TRY(expect_kind(value, JsonKind::string, at));
    const auto* found = std::find(words.begin(), words.end(), value.as_string());
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
    std::string list;
    for (const std::string_view word : words) base::cat_append(list, base::cat(", ", word));
    return Status::make_invalid(at.say("expected one of ", std::string_view(list).substr(2),
                                       "; got ", quoted(value.as_string())));
}

Result<bool> read_bool_or(const JsonValue& object, std::string_view name, const Place& at,
                          bool otherwise) {
    const JsonValue* value = find_member(object, name);
    return value == nullptr ? otherwise : read_bool(*value, Place(at, name));
}

Result<uint64_t> read_integer_or(const JsonValue& object, std::string_view name, const Place& at,
                                 uint64_t otherwise, uint64_t least) {
    const JsonValue* value = find_member(object, name);
    return value == nullptr ? otherwise : read_integer(*value, Place(at, name), least);
}

Result<std::string> read_name(const JsonValue& object, std::string_view name, const Place& at) {
    const Place here(at, name);
    GRAPE_ASSIGN(const JsonValue* value, require_member(object, name, at));
    GRAPE_ASSIGN(std::string text, read_string(*value, here));
    GRAPE_TRY(check_collection_name(text, here.text()));
    return text;
}

Result<std::string> read_using(const JsonValue& body, const Place& at) {
    const JsonValue* name = find_member(body, "using");
    if (name == nullptr) return std::string();
    const Place here(at, "using");
    GRAPE_ASSIGN(std::string out, read_string(*name, here));
    GRAPE_TRY(check_vector_name(out, here.text()));
    return out;
}

Result<std::string> read_collection(const JsonValue& body, const Place& at,
                                    const Context& context) {
    const bool inherits = find_member(body, "collection_name") == nullptr;
    if (inherits && context.batch_collection != nullptr) return *context.batch_collection;
    return read_name(body, "collection_name", at);
}

}  // namespace grape::engine
