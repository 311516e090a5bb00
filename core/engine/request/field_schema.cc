#include "core/engine/request/field_schema.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/engine/request/decode_common.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
using index::FieldKind;
using index::TextOptions;
using storage::Placement;

namespace {

struct KindName {
    FieldKind kind;
    std::string_view name;
};
constexpr KindName kKinds[] = {{FieldKind::keyword, "keyword"},   {FieldKind::integer, "integer"},
                               {FieldKind::floating, "float"},    {FieldKind::boolean, "bool"},
                               {FieldKind::datetime, "datetime"}, {FieldKind::uuid, "uuid"},
                               {FieldKind::geo, "geo"},           {FieldKind::text, "text"}};

constexpr Placement kPlacements[] = {Placement::cached, Placement::pinned, Placement::cold};
constexpr std::string_view kTokenizers[] = {"prefix", "whitespace", "word", "multilingual"};
static_assert(static_cast<size_t>(TextOptions::Kind::multilingual) == 3);

// Options that are true or false, in the order in which they are written.
struct Flag {
    std::string_view name;
    std::optional<bool> FieldSchema::*member;
    std::initializer_list<FieldKind> kinds;  // that have it; empty: all
};
constexpr FieldKind kKeyword = FieldKind::keyword;
constexpr FieldKind kInteger = FieldKind::integer;
const Flag kFlags[] = {
    {"is_tenant", &FieldSchema::is_tenant, {kKeyword, FieldKind::uuid}},
    {"is_principal",
     &FieldSchema::is_principal,
     {kInteger, FieldKind::floating, FieldKind::datetime}},
    {"on_disk", &FieldSchema::on_disk, {}},
    {"lookup", &FieldSchema::lookup, {kInteger}},
    {"range", &FieldSchema::range, {kInteger}},
    {"prefix", &FieldSchema::prefix, {kKeyword}},
    {"enable_hnsw", &FieldSchema::enable_hnsw, {}},
};

Result<FieldKind> read_kind(const JsonValue& value, const Place& at) {
    GRAPE_ASSIGN(const size_t index, read_word(value, at,
                                               {"keyword", "integer", "float", "bool", "datetime",
                                                "uuid", "geo", "text"}));
    return kKinds[index].kind;
}

Result<std::vector<std::string>> read_strings(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    GRAPE_TRY(check_count(value.items().size(), base::limits::stopwords_max, at.text()));
    std::vector<std::string> out;
    for (size_t i = 0; i < value.items().size(); ++i) {
        GRAPE_ASSIGN(std::string text, read_string(value.items()[i], Place(at, i)));
        out.push_back(std::move(text));
    }
    return out;
}

// "english" or {"languages": [...], "custom": [...]}
Status read_stopwords(const JsonValue& value, const Place& at, TextOptions& out) {
    if (value.is(JsonKind::string)) {
        out.stopword_languages = {value.as_string()};
        return {};
    }
    GRAPE_TRY(check_members(value, at, {"languages", "custom"}));
    if (const JsonValue* languages = find_member(value, "languages")) {
        GRAPE_ASSIGN(out.stopword_languages, read_strings(*languages, Place(at, "languages")));
    }
    if (const JsonValue* custom = find_member(value, "custom")) {
        GRAPE_ASSIGN(out.stopwords, read_strings(*custom, Place(at, "custom")));
    }
    return {};
}

// {"type": "snowball", "language": "english"} or {"type": "none"}
Status read_stemmer(const JsonValue& value, const Place& at, TextOptions& out) {
    GRAPE_TRY(check_members(value, at, {"type", "language"}));
    GRAPE_ASSIGN(const JsonValue* type, require_member(value, "type", at));
    GRAPE_ASSIGN(const size_t index, read_word(*type, Place(at, "type"), {"snowball", "none"}));
    if (index == 1) return {};
    GRAPE_ASSIGN(const JsonValue* language, require_member(value, "language", at));
    GRAPE_ASSIGN(out.stemmer, read_string(*language, Place(at, "language")));
    if (out.stemmer.empty()) return Status::make_invalid(at.say("language must not be empty"));
    return {};
}

Result<std::optional<uint32_t>> read_length(const JsonValue& value, std::string_view name,
                                            const Place& at) {
    using Out = std::optional<uint32_t>;
    const JsonValue* length = find_member(value, name);
    if (length == nullptr) return Out();
    GRAPE_ASSIGN(const uint64_t number, read_integer(*length, Place(at, name), 0, UINT32_MAX));
    return Out(static_cast<uint32_t>(number));
}

Status read_text_options(const JsonValue& value, const Place& at, TextOptions& out) {
    if (const JsonValue* tokenizer = find_member(value, "tokenizer")) {
        GRAPE_ASSIGN(const size_t index,
                     read_word(*tokenizer, Place(at, "tokenizer"),
                               {"prefix", "whitespace", "word", "multilingual"}));
        out.tokenizer = static_cast<TextOptions::Kind>(index);
    }
    GRAPE_ASSIGN(out.lowercase, read_bool_or(value, "lowercase", at, true));
    GRAPE_ASSIGN(out.ascii_folding, read_bool_or(value, "ascii_folding", at, false));
    GRAPE_ASSIGN(out.phrase_matching, read_bool_or(value, "phrase_matching", at, false));
    GRAPE_ASSIGN(out.min_token_len, read_length(value, "min_token_len", at));
    GRAPE_ASSIGN(out.max_token_len, read_length(value, "max_token_len", at));
    if (const JsonValue* stopwords = find_member(value, "stopwords")) {
        GRAPE_TRY(read_stopwords(*stopwords, Place(at, "stopwords"), out));
    }
    if (const JsonValue* stemmer = find_member(value, "stemmer")) {
        GRAPE_TRY(read_stemmer(*stemmer, Place(at, "stemmer"), out));
    }
    return {};
}

Status check_schema_members(const JsonValue& value, FieldKind kind, const Place& at) {
    if (kind != FieldKind::text) {
        return check_members(value, at,
                             {"type", "memory", "is_tenant", "is_principal", "on_disk", "lookup",
                              "range", "prefix", "enable_hnsw"});
    }
    return check_members(
        value, at,
        {"type", "memory", "on_disk", "enable_hnsw", "tokenizer", "lowercase", "ascii_folding",
         "phrase_matching", "min_token_len", "max_token_len", "stopwords", "stemmer"},
        {"scoring", "nested"});
}

JsonValue strings_json(const std::vector<std::string>& strings) {
    JsonValue out = JsonValue::make_array();
    for (const std::string& text : strings) out.items().push_back(JsonValue::of_string(text));
    return out;
}

void add_text_json(const TextOptions& text, JsonValue& out) {
    const auto add = [&out](std::string_view name, JsonValue value) {
        out.members().emplace_back(name, std::move(value));
    };
    add("tokenizer",
        JsonValue::of_string(std::string(kTokenizers[static_cast<size_t>(text.tokenizer)])));
    add("lowercase", JsonValue::of(text.lowercase));
    add("ascii_folding", JsonValue::of(text.ascii_folding));
    add("phrase_matching", JsonValue::of(text.phrase_matching));
    if (text.min_token_len) add("min_token_len", JsonValue::of_unsigned(*text.min_token_len));
    if (text.max_token_len) add("max_token_len", JsonValue::of_unsigned(*text.max_token_len));
    if (!text.stemmer.empty()) {
        JsonValue stemmer = JsonValue::make_object();
        stemmer.members().emplace_back("type", JsonValue::of_string("snowball"));
        stemmer.members().emplace_back("language", JsonValue::of_string(text.stemmer));
        add("stemmer", std::move(stemmer));
    }
    if (text.stopword_languages.empty() && text.stopwords.empty()) return;
    JsonValue stopwords = JsonValue::make_object();
    stopwords.members().emplace_back("languages", strings_json(text.stopword_languages));
    stopwords.members().emplace_back("custom", strings_json(text.stopwords));
    add("stopwords", std::move(stopwords));
}

}  // namespace

std::string_view field_kind_name(FieldKind kind) {
    for (const KindName& each : kKinds) {
        if (each.kind == kind) return each.name;
    }
    return "";
}

Result<FieldSchema> read_field_schema(const JsonValue& value, std::string_view field) {
    const Place root;
    const Place at(root, field);
    FieldSchema out;
    if (value.is(JsonKind::string)) {
        GRAPE_ASSIGN(out.kind, read_kind(value, at));
        return out;
    }
    if (!value.is(JsonKind::object)) return wrong_kind(value, "a type or an object", at);
    GRAPE_ASSIGN(const JsonValue* type, require_member(value, "type", at));
    GRAPE_ASSIGN(out.kind, read_kind(*type, Place(at, "type")));
    GRAPE_TRY(check_schema_members(value, out.kind, at));
    for (const Flag& flag : kFlags) {
        const JsonValue* given = find_member(value, flag.name);
        if (given == nullptr) continue;
        // prefix may hold options; they have no effect here.
        if (flag.name == "prefix" && given->is(JsonKind::object)) {
            out.prefix = true;
            continue;
        }
        GRAPE_ASSIGN(out.*flag.member, read_bool(*given, Place(at, flag.name)));
    }
    if (const JsonValue* memory = find_member(value, "memory")) {
        GRAPE_ASSIGN(const size_t index,
                     read_word(*memory, Place(at, "memory"), {"cached", "pinned", "cold"}));
        out.memory = kPlacements[index];
    }
    if (out.kind == FieldKind::text) GRAPE_TRY(read_text_options(value, at, out.text));
    GRAPE_TRY(check_field_schema(out, field));
    return out;
}

JsonValue field_schema_json(const FieldSchema& schema) {
    JsonValue out = JsonValue::make_object();
    const auto add = [&out](std::string_view name, JsonValue value) {
        out.members().emplace_back(name, std::move(value));
    };
    add("type", JsonValue::of_string(std::string(field_kind_name(schema.kind))));
    for (const Flag& flag : kFlags) {
        const std::optional<bool>& given = schema.*flag.member;
        if (given) add(flag.name, JsonValue::of(*given));
    }
    constexpr std::string_view names[] = {"cached", "pinned", "cold"};
    for (size_t i = 0; schema.memory && i < std::size(kPlacements); ++i) {
        if (kPlacements[i] == *schema.memory) {
            add("memory", JsonValue::of_string(std::string(names[i])));
        }
    }
    if (schema.kind == FieldKind::text) add_text_json(schema.text, out);
    return out;
}

Status check_field_schema(const FieldSchema& schema, std::string_view field) {
    if (field_kind_name(schema.kind).empty()) {
        return Status::make_unsupported(field, ".type: is not known to this version");
    }
    for (const Flag& flag : kFlags) {
        const bool fits = flag.kinds.size() == 0 || std::find(flag.kinds.begin(), flag.kinds.end(),
                                                              schema.kind) != flag.kinds.end();
        if (fits || !(schema.*flag.member)) continue;
        return Status::make_invalid(field, ".", flag.name, ": an index of type ",
                                    field_kind_name(schema.kind), " has no such option");
    }
    if (schema.kind != FieldKind::text) return {};
    const auto made = index::Tokenizer::make(schema.text);
    return made.ok() ? Status()
                     : Status(made.status().code(), base::cat(field, ".", made.status().message()));
}

Status check_field_path(const base::JsonPath& path, std::string_view field) {
    return check_count(path.to_string().size(), base::limits::field_path_bytes_max,
                       base::cat(field, " (bytes)"));
}

}  // namespace grape::engine
