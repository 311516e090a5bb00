// Requests about indexes of payload fields, and facets.
#include <utility>

#include "capi/flatbuffers/decode_filter.h"
#include "capi/flatbuffers/decode_requests.h"
#include "core/base/utf8.h"
#include "core/engine/request/field_schema.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::RequestBody;
namespace limits = base::limits;

Result<std::string> decode_word(Context& context, const Text* text, std::string_view field) {
    if (!base::is_utf8(view(text))) return Status::make_invalid(field, ": not UTF-8");
    return copy_text(context, text, field);
}

Result<std::vector<std::string>> decode_words(Context& context, const Texts* in,
                                              const std::string& field) {
    std::vector<std::string> out;
    if (in == nullptr) return out;
    GRAPE_TRY(engine::check_count(in->size(), limits::stopwords_max, field));
    for (uint32_t i = 0; i < in->size(); i++) {
        GRAPE_ASSIGN(std::string word,
                     decode_word(context, in->Get(i)->text(), cat(field, "[", i, "]")));
        out.push_back(std::move(word));
    }
    return out;
}

template <typename T>
std::optional<T> optional_of(const flatbuffers::Optional<T>& in) {
    return in.has_value() ? std::optional<T>(*in) : std::nullopt;
}

Status decode_text_options(Context& context, const fb::TextOptions& in, const std::string& field,
                           index::TextOptions& out) {
    using Kind = index::TextOptions::Kind;
    if (in.tokenizer() > fb::TokenizerKind::MULTILINGUAL) {
        return unknown_member(static_cast<uint32_t>(in.tokenizer()), cat(field, ".tokenizer"));
    }
    if (in.tokenizer() != fb::TokenizerKind::UNSET) {
        out.tokenizer = static_cast<Kind>(static_cast<int>(in.tokenizer()) - 1);
    }
    out.lowercase = !in.keep_case();
    out.ascii_folding = in.ascii_folding();
    out.phrase_matching = in.phrase_matching();
    out.min_token_len = optional_of(in.min_token_len());
    out.max_token_len = optional_of(in.max_token_len());
    GRAPE_ASSIGN(out.stemmer, decode_word(context, in.stemmer(), cat(field, ".stemmer")));
    GRAPE_ASSIGN(out.stopword_languages, decode_words(context, in.stopword_languages(),
                                                      cat(field, ".stopwords.languages")));
    GRAPE_ASSIGN(out.stopwords,
                 decode_words(context, in.stopwords(), cat(field, ".stopwords.custom")));
    return {};
}

Result<engine::FieldSchema> decode_schema(Context& context, const fb::FieldSchema* in,
                                          const std::string& field) {
    if (in == nullptr) return Status::make_invalid(field, ": is missing");
    engine::FieldSchema out;
    if (in->kind() == fb::FieldKind::UNSET || in->kind() > fb::FieldKind::TEXT) {
        return unknown_member(static_cast<uint32_t>(in->kind()), cat(field, ".kind"));
    }
    out.kind = static_cast<index::FieldKind>(in->kind());
    GRAPE_ASSIGN(out.memory, decode_placement(in->memory(), cat(field, ".memory")));
    out.is_tenant = optional_of(in->is_tenant());
    out.is_principal = optional_of(in->is_principal());
    out.on_disk = optional_of(in->on_disk());
    out.lookup = optional_of(in->lookup());
    out.range = optional_of(in->range());
    out.prefix = optional_of(in->prefix());
    out.enable_hnsw = optional_of(in->enable_hnsw());
    if (in->text() != nullptr) {
        if (out.kind != index::FieldKind::text) {
            return Status::make_invalid(field, ".text: only an index of type text has options");
        }
        GRAPE_TRY(decode_text_options(context, *in->text(), field, out.text));
    }
    GRAPE_TRY(engine::check_field_schema(out, field));
    return out;
}

Result<base::JsonPath> decode_field(Context& context, const Text* text) {
    GRAPE_ASSIGN(base::JsonPath path, decode_path(context, text, "field_name"));
    GRAPE_TRY(engine::check_field_path(path, "field_name"));
    return path;
}

}  // namespace

Result<RequestBody> decode(Context& context, const fb::CreateFieldIndex& in) {
    engine::CreateFieldIndex out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.field, decode_field(context, in.field()));
    GRAPE_ASSIGN(out.schema, decode_schema(context, in.schema(), "field_schema"));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::DeleteFieldIndex& in) {
    engine::DeleteFieldIndex out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.field, decode_field(context, in.field()));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::FacetPoints& in) {
    engine::FacetPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.key, decode_path(context, in.key(), "key"));
    if (in.limit() == 0) return Status::make_invalid("limit: must be at least 1");
    GRAPE_TRY(engine::check_count(in.limit(), limits::facet_limit_max, "limit"));
    out.limit = in.limit();
    GRAPE_ASSIGN(out.filter, decode_filter(context, in.filter(), "filter"));
    out.exact = in.exact();
    return RequestBody(std::move(out));
}

}  // namespace grape::capi
