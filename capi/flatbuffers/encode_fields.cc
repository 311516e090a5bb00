// Payload indexes and facets in replies.
#include "capi/flatbuffers/encode_fields.h"

#include <vector>

namespace grape::capi {
namespace {

using TextList = flatbuffers::Vector<Offset<fb::Text>>;

Offset<TextList> encode_texts(Builder& builder, const std::vector<std::string>& texts) {
    std::vector<Offset<fb::Text>> out;
    out.reserve(texts.size());
    for (const std::string& text : texts) {
        const auto string = builder.CreateString(text);
        out.push_back(fb::CreateText(builder, string));
    }
    return builder.CreateVector(out);
}

fb::FieldKind encode_kind(index::FieldKind kind) {
    static_assert(static_cast<int>(fb::FieldKind::KEYWORD) ==
                  static_cast<int>(index::FieldKind::keyword));
    static_assert(static_cast<int>(fb::FieldKind::TEXT) ==
                  static_cast<int>(index::FieldKind::text));
    return static_cast<fb::FieldKind>(kind);
}

Offset<fb::TextOptions> encode_text(Builder& builder, const index::TextOptions& in) {
    const auto stemmer = builder.CreateString(in.stemmer);
    const auto languages = encode_texts(builder, in.stopword_languages);
    const auto stopwords = encode_texts(builder, in.stopwords);
    fb::TextOptionsBuilder out(builder);
    out.add_tokenizer(static_cast<fb::TokenizerKind>(static_cast<int>(in.tokenizer) + 1));
    out.add_keep_case(!in.lowercase);
    out.add_ascii_folding(in.ascii_folding);
    out.add_phrase_matching(in.phrase_matching);
    if (in.min_token_len) out.add_min_token_len(*in.min_token_len);
    if (in.max_token_len) out.add_max_token_len(*in.max_token_len);
    out.add_stemmer(stemmer);
    out.add_stopword_languages(languages);
    out.add_stopwords(stopwords);
    return out.Finish();
}

fb::Placement encode_memory(storage::Placement placement) {
    switch (placement) {
        case storage::Placement::cached:
            return fb::Placement::CACHED;
        case storage::Placement::pinned:
            return fb::Placement::PINNED;
        case storage::Placement::cold:
            return fb::Placement::COLD;
    }
    return fb::Placement::UNSET;
}

Offset<fb::FieldSchema> encode_schema(Builder& builder, const engine::FieldSchema& in) {
    Offset<fb::TextOptions> text;
    if (in.kind == index::FieldKind::text) text = encode_text(builder, in.text);
    fb::FieldSchemaBuilder out(builder);
    out.add_kind(encode_kind(in.kind));
    if (!text.IsNull()) out.add_text(text);
    if (in.memory) out.add_memory(encode_memory(*in.memory));
    if (in.is_tenant) out.add_is_tenant(*in.is_tenant);
    if (in.is_principal) out.add_is_principal(*in.is_principal);
    if (in.on_disk) out.add_on_disk(*in.on_disk);
    if (in.lookup) out.add_lookup(*in.lookup);
    if (in.range) out.add_range(*in.range);
    if (in.prefix) out.add_prefix(*in.prefix);
    if (in.enable_hnsw) out.add_enable_hnsw(*in.enable_hnsw);
    return out.Finish();
}

Offset<fb::Scalar> encode_scalar(Builder& builder, const query::MatchScalar& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto string = builder.CreateString(*text);
        return fb::CreateScalar(builder, fb::ScalarKind::TEXT, string);
    }
    if (const auto* number = std::get_if<int64_t>(&value)) {
        return fb::CreateScalar(builder, fb::ScalarKind::INTEGER, 0, *number);
    }
    return fb::CreateScalar(builder, fb::ScalarKind::BOOLEAN, 0, 0, std::get<bool>(value));
}

}  // namespace

Offset<flatbuffers::Vector<Offset<fb::FieldInfo>>> encode_field_infos(
    Builder& builder, const std::vector<engine::CollectionInfo::FieldInfo>& fields) {
    std::vector<Offset<fb::FieldInfo>> out;
    for (const engine::CollectionInfo::FieldInfo& field : fields) {
        const auto path = builder.CreateString(field.path);
        const auto schema = encode_schema(builder, field.schema);
        out.push_back(fb::CreateFieldInfo(builder, path, schema, field.points, field.automatic));
    }
    return builder.CreateVector(out);
}

base::Result<Offset<fb::FacetReply>> encode_facet(Builder& builder, size_t bytes_max,
                                                  const engine::FacetReply& in) {
    std::vector<Offset<fb::FacetHit>> hits;
    hits.reserve(in.hits.size());
    for (const engine::FacetHit& hit : in.hits) {
        const auto value = encode_scalar(builder, hit.value);
        hits.push_back(fb::CreateFacetHit(builder, value, hit.count));
        GRAPE_TRY(check_size(builder, bytes_max));
    }
    const auto list = builder.CreateVector(hits);
    return fb::CreateFacetReply(builder, list, encode_optional(in.payload_reads));
}

}  // namespace grape::capi
