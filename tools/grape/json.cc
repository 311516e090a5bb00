#include "tools/grape/json.h"

#include <utility>

#include "core/base/utf8.h"
#include "tools/grape/failure.h"

namespace grape::cli {
namespace {

using Parts = std::vector<base::JsonParts::Part>;

// The last one of that name.
std::optional<Json> named(const Parts& parts, std::string_view name) {
    std::optional<Json> found;
    for (const auto& part : parts) {
        if (part.name == name) found = Json(part.value);
    }
    return found;
}

Parts parts_of(const base::JsonText& value, base::JsonKind kind) {
    if (value.kind != kind) return {};
    base::Result<base::JsonParts> split = base::split_json(value.text);
    return split.ok() ? std::move(split->parts) : Parts();
}

}  // namespace

Json Json::result_of(std::string_view reply) {
    const base::Result<base::JsonParts> split = base::split_json(reply);
    if (!split.ok()) throw Failure(Exit::internal, "reply: " + split.status().message());
    return named(split->parts, "result").value_or(Json());
}

std::vector<Json> Json::elements() const {
    std::vector<Json> found;
    for (const auto& part : parts_of(value_, base::JsonKind::array)) found.emplace_back(part.value);
    return found;
}

std::vector<std::pair<std::string, Json>> Json::members() const {
    std::vector<std::pair<std::string, Json>> found;
    for (auto& part : parts_of(value_, base::JsonKind::object)) {
        found.emplace_back(std::move(part.name), Json(part.value));
    }
    return found;
}

std::optional<Json> Json::find(std::string_view name) const {
    return named(parts_of(value_, base::JsonKind::object), name);
}

std::string Json::text() const {
    if (!is(base::JsonKind::string)) return std::string(raw());
    const base::Result<base::JsonValue> value = base::parse_json(raw());
    return value.ok() ? value->as_string() : std::string();
}

uint64_t Json::number() const {
    const bool whole = is(base::JsonKind::integer) || is(base::JsonKind::unsigned_integer);
    const base::Result<base::JsonValue> value = base::parse_json(raw());
    return whole && value.ok() && !raw().starts_with('-') ? value->as_unsigned() : 0;
}

std::string quote(std::string_view text) {
    if (!base::is_utf8(text)) {
        throw Failure(Exit::invalid, quote_any(text) + ": is not UTF-8");
    }
    return quote_any(text);
}

std::string quote_any(std::string_view text) {
    std::string out;
    base::JsonWriter(out).value(text);
    return out;
}

}  // namespace grape::cli
