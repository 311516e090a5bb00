#include <cmath>
#include <utility>

#include "capi/flatbuffers/decode_filter.h"
#include "capi/flatbuffers/decode_requests.h"
#include "core/base/limits.h"
#include "core/engine/request/filter_rules.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::RequestBody;

Result<std::variant<engine::VectorData, base::PointId>> decode_query(Context& context,
                                                                     const fb::QueryPoints& in) {
    using Query = std::variant<engine::VectorData, base::PointId>;
    switch (in.query_type()) {
        case fb::Query::DenseVector: {
            GRAPE_ASSIGN(auto vector, decode_dense(context, in.query_as_DenseVector(), "query"));
            return Query(std::move(vector));
        }
        case fb::Query::PointVector: {
            const auto* point = in.query_as_PointVector();
            if (point == nullptr) return Status::make_invalid("query: is missing");
            GRAPE_ASSIGN(auto id, decode_id(context, point->id(), "query"));
            return Query(std::move(id));
        }
        case fb::Query::SparseVector:
            return Status::make_unsupported("query: sparse vectors are not supported yet");
        case fb::Query::MultiVector:
            return Status::make_unsupported("query: multi vectors are not supported yet");
        case fb::Query::TextVector:
            return Status::make_unsupported("query: text vectors are not supported yet");
        default:
            return unknown_member(static_cast<uint32_t>(in.query_type()), "query");
    }
}

Status decode_params(const fb::QueryPoints& in, engine::QueryPoints& out) {
    const fb::SearchParams* params = in.params();
    out.exact = in.exact() || (params != nullptr && params->exact());
    if (params == nullptr) return {};
    out.indexed_only = params->indexed_only();
    if (params->hnsw_ef() == 0) return {};
    GRAPE_TRY(engine::check_count(params->hnsw_ef(), base::limits::hnsw_ef_max, "params.hnsw_ef"));
    out.hnsw_ef = params->hnsw_ef();
    return {};
}

Result<engine::OrderBy> decode_order_by(Context& context, const fb::OrderBy& in) {
    engine::OrderBy out;
    GRAPE_ASSIGN(out.key, decode_path(context, in.key(), "order_by.key"));
    out.descending = in.descending();
    if (in.start_integer().has_value()) out.start_from = *in.start_integer();
    if (!in.start_real().has_value()) return out;
    if (out.start_from.has_value()) {
        return Status::make_invalid("order_by: start_integer or start_real, not both");
    }
    if (!std::isfinite(*in.start_real())) {
        return Status::make_invalid("order_by.start_real: must be finite");
    }
    out.start_from = *in.start_real();
    return out;
}

Result<engine::QueryPoints> decode_one(Context& context, const fb::QueryPoints& in,
                                       std::string_view batch) {
    engine::QueryPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.filter, decode_filter(context, in.filter(), "filter"));
    GRAPE_ASSIGN(out.query, decode_query(context, in));
    GRAPE_TRY(engine::check_vector_name(view(in.using_vector()), "using"));
    out.using_vector = view(in.using_vector());
    GRAPE_TRY(engine::check_window(in.offset(), in.limit()));
    out.limit = in.limit();
    out.offset = in.offset();
    if (in.score_threshold().has_value()) {
        if (!std::isfinite(*in.score_threshold())) {
            return Status::make_invalid("score_threshold: must be finite");
        }
        out.score_threshold = *in.score_threshold();
    }
    GRAPE_TRY(decode_with_payload(context, in.with_payload(), out.with_payload));
    GRAPE_TRY(decode_with_vectors(context, in.with_vectors(), out.with_vectors));
    GRAPE_TRY(decode_params(in, out));
    return out;
}

}  // namespace

Result<RequestBody> decode(Context& context, const fb::GetPoints& in) {
    engine::GetPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.ids, decode_ids(context, in.ids(), "ids"));
    GRAPE_TRY(decode_with_payload(context, in.with_payload(), out.with_payload));
    GRAPE_TRY(decode_with_vectors(context, in.with_vectors(), out.with_vectors));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::ScrollPoints& in) {
    engine::ScrollPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.filter, decode_filter(context, in.filter(), "filter"));
    if (in.offset() != nullptr) {
        GRAPE_ASSIGN(out.offset, decode_id(context, in.offset(), "offset"));
    }
    if (in.order_by() != nullptr) {
        GRAPE_ASSIGN(out.order_by, decode_order_by(context, *in.order_by()));
        GRAPE_TRY(engine::check_order(out, ""));
    }
    GRAPE_TRY(engine::check_window(0, in.limit()));
    out.limit = in.limit();
    GRAPE_TRY(decode_with_payload(context, in.with_payload(), out.with_payload));
    GRAPE_TRY(decode_with_vectors(context, in.with_vectors(), out.with_vectors));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::CountPoints& in) {
    engine::CountPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    GRAPE_ASSIGN(out.filter, decode_filter(context, in.filter(), "filter"));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::QueryPoints& in) {
    GRAPE_ASSIGN(auto out, decode_one(context, in, ""));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::QueryBatch& in) {
    engine::QueryBatch out;
    if (in.searches() == nullptr) return Status::make_invalid("searches: is missing");
    const uint32_t count = in.searches()->size();
    GRAPE_TRY(engine::check_count(count, base::limits::queries_per_batch_max, "searches"));
    out.searches.reserve(count);
    for (uint32_t i = 0; i < count; i++) {
        auto search = decode_one(context, *in.searches()->Get(i), view(in.collection()));
        if (!search.ok()) return search.status().with_context(cat("searches[", i, "]"));
        out.searches.push_back(std::move(search).value());
    }
    return RequestBody(std::move(out));
}

}  // namespace grape::capi
