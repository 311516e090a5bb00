#include "bench/search_message.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>

#include "schema/reply_generated.h"
#include "schema/request_generated.h"

namespace fb = grape::fb;

struct bench_search {
    std::string message;
    size_t k;
};

namespace {

using Builder = flatbuffers::FlatBufferBuilder;

flatbuffers::Offset<fb::Filter> make_filter(Builder& builder, const bench_condition& wanted) {
    flatbuffers::Offset<void> check;
    if (wanted.text != nullptr) {
        const auto text = builder.CreateString(wanted.text);
        const auto value = fb::CreateScalar(builder, fb::ScalarKind::TEXT, text);
        check = fb::CreateMatchValue(builder, value).Union();
    } else {
        fb::RangeBuilder range(builder);
        range.add_gte(wanted.gte);
        check = range.Finish().Union();
    }
    const auto key = builder.CreateString(wanted.key);
    const auto kind = wanted.text != nullptr ? fb::Check::MatchValue : fb::Check::Range;
    const auto field = fb::CreateFieldCondition(builder, key, kind, check);
    const auto condition =
        fb::CreateCondition(builder, fb::ConditionBody::FieldCondition, field.Union());
    const auto must = builder.CreateVector(&condition, 1);
    return fb::CreateFilter(builder, must);
}

bench_search* make(const char* collection, size_t k, uint32_t effort,
                   const bench_condition* condition) {
    Builder builder;
    flatbuffers::Offset<fb::Filter> filter;
    if (condition != nullptr) filter = make_filter(builder, *condition);
    const auto name = builder.CreateString(collection);
    const auto vector = fb::CreateDenseVector(builder, fb::CreateBlobRow(builder));
    const auto params = fb::CreateSearchParams(builder, false, effort);
    fb::QueryPointsBuilder query(builder);
    query.add_collection(name);
    query.add_query_type(fb::Query::DenseVector);
    query.add_query(vector.Union());
    query.add_limit(k);
    query.add_params(params);
    if (condition != nullptr) query.add_filter(filter);
    const auto body = query.Finish();
    fb::FinishRequestBuffer(builder,
                            fb::CreateRequest(builder, fb::RequestBody::QueryPoints, body.Union()));
    const auto* bytes = reinterpret_cast<const char*>(builder.GetBufferPointer());
    return new bench_search{std::string(bytes, builder.GetSize()), k};
}

// The library made the reply, so it is not verified.
void read_ids(const grape_buffer& reply, size_t k, uint64_t* ids) {
    const auto* query = fb::GetReply(reply.data)->body_as_QueryReply();
    const auto* numbers = query == nullptr ? nullptr : query->points()->numbers();
    const size_t count = numbers == nullptr ? 0 : std::min<size_t>(numbers->size(), k);
    if (count > 0) std::copy_n(numbers->data(), count, ids);
    std::fill(ids + count, ids + k, UINT64_MAX);
}

}  // namespace

bench_search* bench_search_make(const char* collection, size_t k, uint32_t effort,
                                const bench_condition* condition) {
    try {
        return make(collection, k, effort, condition);
    } catch (const std::exception&) {
        return nullptr;
    }
}

void bench_search_free(bench_search* search) {
    delete search;
}

int32_t bench_search_run(grape_db* db, const bench_search* search, const float* query, uint32_t dim,
                         uint64_t* ids) {
    grape_buffer reply = GRAPE_BUFFER_INIT;
    const grape_blob blob = {query, 1, 0, GRAPE_F32, dim};
    const std::string& message = search->message;
    const grape_status status = grape_search(db, GRAPE_FLATBUFFERS, message.data(), message.size(),
                                             &blob, 1, &reply, nullptr);
    if (status == GRAPE_OK) read_ids(reply, search->k, ids);
    grape_buffer_release(&reply);
    return status;
}
