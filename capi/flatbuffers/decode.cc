#include "capi/flatbuffers/decode.h"

#include <cstring>
#include <utility>

#include "capi/flatbuffers/decode_requests.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::Result;
using base::Status;
using engine::RequestBody;
namespace limits = base::limits;

// The schema needs 8 tables in one another; a filter has three for each of its levels.
constexpr uint32_t kDepthMax = 8 + 3 * limits::filter_depth_max;
constexpr size_t kSizeMin = 16;  // root offset, identifier, an empty table and its vtable

// What a message may gain by using one text in several places.
constexpr uint64_t kSharedTextMax = 16u << 20;

// A request that only names a collection.
template <typename Out, typename In>
Result<RequestBody> named(const In& in) {
    Out out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    return RequestBody(std::move(out));
}

// A change of points that is a request of its own.
template <typename In>
Result<RequestBody> change(Context& context, const In& in) {
    GRAPE_ASSIGN(engine::PointOperation operation, decode(context, in, ""));
    return std::visit([](auto&& body) { return RequestBody(std::move(body)); },
                      std::move(operation));
}

Result<RequestBody> missing() {
    return Status::make_invalid("request: body is missing");
}

// Runs `decoder` on the union's member of type T; a message may name the type and leave it out.
template <typename T, typename Decoder>
Result<RequestBody> with(const fb::Request& in, Decoder&& decoder) {
    const auto* body = static_cast<const T*>(in.body());
    return body == nullptr ? missing() : decoder(*body);
}

Result<RequestBody> decode_database_request(fb::RequestBody kind) {
    switch (kind) {
        case fb::RequestBody::GetCollections:
            return RequestBody(engine::GetCollections{});
        case fb::RequestBody::DatabaseInfo:
            return RequestBody(engine::DatabaseInfo{});
        case fb::RequestBody::Flush:
            return RequestBody(engine::Flush{});
        case fb::RequestBody::Optimize:
            return RequestBody(engine::Optimize{});
        case fb::RequestBody::PauseBackground:
            return RequestBody(engine::PauseBackground{});
        case fb::RequestBody::ResumeBackground:
            return RequestBody(engine::ResumeBackground{});
        case fb::RequestBody::VerifyDatabase:
            return RequestBody(engine::Verify{});
        default:
            return unknown_member(static_cast<uint32_t>(kind), "request: body");
    }
}

template <typename Out, typename In>
Result<RequestBody> savepoint(const In& in) {
    Out out{std::string(view(in.name()))};
    GRAPE_TRY(engine::check_savepoint_name(out.name));
    return RequestBody(std::move(out));
}

Result<RequestBody> begin_transaction(const fb::BeginTransaction& in) {
    engine::BeginTransaction out;
    if (in.timeout_ms().has_value()) {
        GRAPE_TRY(engine::check_timeout(*in.timeout_ms()));
        out.timeout_ms = *in.timeout_ms();
    }
    out.read_only = in.read_only();
    return RequestBody(out);
}

Result<RequestBody> decode_transaction_request(const fb::Request& in) {
    switch (in.body_type()) {
        case fb::RequestBody::BeginTransaction:
            return with<fb::BeginTransaction>(in, begin_transaction);
        case fb::RequestBody::CommitTransaction:
            return RequestBody(engine::CommitTransaction{});
        case fb::RequestBody::RollbackTransaction:
            return RequestBody(engine::RollbackTransaction{});
        case fb::RequestBody::SetSavepoint:
            return with<fb::SetSavepoint>(
                in, [](const auto& body) { return savepoint<engine::SetSavepoint>(body); });
        case fb::RequestBody::RollbackToSavepoint:
            return with<fb::RollbackToSavepoint>(
                in, [](const auto& body) { return savepoint<engine::RollbackToSavepoint>(body); });
        default:
            return decode_database_request(in.body_type());
    }
}

Result<RequestBody> decode_collection_request(Context& context, const fb::Request& in) {
    const auto plain = [&](const auto& body) { return decode(context, body); };
    switch (in.body_type()) {
        case fb::RequestBody::CreateCollection:
            return with<fb::CreateCollection>(in, plain);
        case fb::RequestBody::UpdateCollection:
            return with<fb::UpdateCollection>(in, plain);
        case fb::RequestBody::DeleteCollection:
            return with<fb::DeleteCollection>(
                in, [](const auto& body) { return named<engine::DeleteCollection>(body); });
        case fb::RequestBody::GetCollection:
            return with<fb::GetCollection>(
                in, [](const auto& body) { return named<engine::GetCollection>(body); });
        case fb::RequestBody::CollectionExists:
            return with<fb::CollectionExists>(
                in, [](const auto& body) { return named<engine::CollectionExists>(body); });
        case fb::RequestBody::UpdateAliases:
            return with<fb::UpdateAliases>(in, plain);
        case fb::RequestBody::GetAliases:
            return with<fb::GetAliases>(in, plain);
        case fb::RequestBody::CreateFieldIndex:
            return with<fb::CreateFieldIndex>(in, plain);
        case fb::RequestBody::DeleteFieldIndex:
            return with<fb::DeleteFieldIndex>(in, plain);
        default:
            return decode_transaction_request(in);
    }
}

Result<RequestBody> decode_read_request(Context& context, const fb::Request& in) {
    const auto plain = [&](const auto& body) { return decode(context, body); };
    switch (in.body_type()) {
        case fb::RequestBody::BatchUpdate:
            return with<fb::BatchUpdate>(in, plain);
        case fb::RequestBody::GetPoints:
            return with<fb::GetPoints>(in, plain);
        case fb::RequestBody::ScrollPoints:
            return with<fb::ScrollPoints>(in, plain);
        case fb::RequestBody::CountPoints:
            return with<fb::CountPoints>(in, plain);
        case fb::RequestBody::QueryPoints:
            return with<fb::QueryPoints>(in, plain);
        case fb::RequestBody::QueryBatch:
            return with<fb::QueryBatch>(in, plain);
        case fb::RequestBody::FacetPoints:
            return with<fb::FacetPoints>(in, plain);
        default:
            return decode_collection_request(context, in);
    }
}

Result<RequestBody> decode_body(Context& context, const fb::Request& in) {
    const auto points = [&](const auto& body) { return change(context, body); };
    switch (in.body_type()) {
        case fb::RequestBody::UpsertPoints:
            return with<fb::UpsertPoints>(in, points);
        case fb::RequestBody::DeletePoints:
            return with<fb::DeletePoints>(in, points);
        case fb::RequestBody::UpdateVectors:
            return with<fb::UpdateVectors>(in, points);
        case fb::RequestBody::DeleteVectors:
            return with<fb::DeleteVectors>(in, points);
        case fb::RequestBody::SetPayload:
            return with<fb::SetPayload>(in, points);
        case fb::RequestBody::OverwritePayload:
            return with<fb::OverwritePayload>(in, points);
        case fb::RequestBody::DeletePayload:
            return with<fb::DeletePayload>(in, points);
        case fb::RequestBody::ClearPayload:
            return with<fb::ClearPayload>(in, points);
        default:
            return decode_read_request(context, in);
    }
}

Result<engine::WriteOptions> decode_write_options(const fb::WriteOptions* in) {
    engine::WriteOptions out;
    if (in == nullptr) return out;
    switch (in->durability()) {
        case fb::Durability::UNSET:
            break;
        case fb::Durability::FULL:
            out.durability = engine::Durability::full;
            break;
        case fb::Durability::GROUP:
            out.durability = engine::Durability::group;
            break;
        case fb::Durability::NONE:
            out.durability = engine::Durability::none;
            break;
        default:
            return unknown_member(static_cast<uint32_t>(in->durability()), "durability");
    }
    out.group_delay_ms = in->group_delay_ms();
    if (in->idempotency_key() != nullptr && in->idempotency_key()->size() == 0) {
        return Status::make_invalid("idempotency_key: must not be empty");
    }
    out.idempotency_key = view(in->idempotency_key());
    GRAPE_TRY(engine::check_write_options(out));
    return out;
}

bool is_write(fb::RequestBody kind) {
    switch (kind) {
        case fb::RequestBody::CreateCollection:
        case fb::RequestBody::UpdateCollection:
        case fb::RequestBody::DeleteCollection:
        case fb::RequestBody::UpdateAliases:
        case fb::RequestBody::CreateFieldIndex:
        case fb::RequestBody::DeleteFieldIndex:
        case fb::RequestBody::UpsertPoints:
        case fb::RequestBody::DeletePoints:
        case fb::RequestBody::UpdateVectors:
        case fb::RequestBody::DeleteVectors:
        case fb::RequestBody::SetPayload:
        case fb::RequestBody::OverwritePayload:
        case fb::RequestBody::DeletePayload:
        case fb::RequestBody::ClearPayload:
        case fb::RequestBody::BatchUpdate:
        case fb::RequestBody::CommitTransaction:
            return true;
        default:
            return false;
    }
}

// A read that asks for durability, or to be done once, was meant to be something else.
Status check_write_options_fit(fb::RequestBody kind, const engine::WriteOptions& options) {
    if (is_write(kind)) return {};
    if (options.durability.has_value()) {
        return Status::make_invalid("durability: the request is not a write");
    }
    if (!options.idempotency_key.empty()) {
        return Status::make_invalid("idempotency_key: the request is not a write");
    }
    return {};
}

Result<const fb::Request*> verified(std::span<const uint8_t> message) {
    if (message.size() < kSizeMin || !fb::RequestBufferHasIdentifier(message.data())) {
        return Status::make_invalid("request: not a FlatBuffers message with identifier ",
                                    fb::RequestIdentifier());
    }
    flatbuffers::Verifier::Options options;
    options.max_depth = kDepthMax;
    options.max_tables = static_cast<flatbuffers::uoffset_t>(message.size() / 4 + 16);
    flatbuffers::Verifier verifier(message.data(), message.size(), options);
    if (!fb::VerifyRequestBuffer(verifier)) {
        return Status::make_invalid("request: the FlatBuffers message is malformed");
    }
    return fb::GetRequest(message.data());
}

}  // namespace

Status AlignedMessage::set(std::string_view message) {
    GRAPE_TRY(engine::check_count(message.size(), limits::message_bytes_max, "request_bytes"));
    const auto* first = reinterpret_cast<const uint8_t*>(message.data());
    if (reinterpret_cast<uintptr_t>(first) % alignof(uint64_t) != 0) {
        copy_.resize(message.size() / sizeof(uint64_t) + 1);
        std::memcpy(copy_.data(), first, message.size());
        first = reinterpret_cast<const uint8_t*>(copy_.data());
    }
    bytes_ = {first, message.size()};
    return {};
}

Result<engine::Request> decode_request_flatbuffers(std::span<const uint8_t> message,
                                                   std::span<const engine::RequestBlob> blobs) {
    GRAPE_ASSIGN(const fb::Request* in, verified(message));
    const uint64_t text_max = message.size() + kSharedTextMax;
    Context context{blobs, text_max, text_max, limits::points_per_request_max};
    engine::Request out;
    GRAPE_ASSIGN(out.write, decode_write_options(in->write()));
    GRAPE_ASSIGN(out.body, decode_body(context, *in));
    GRAPE_TRY(check_write_options_fit(in->body_type(), out.write));
    if (in->transaction() != nullptr) out.transaction = in->transaction()->id();
    GRAPE_TRY(engine::check_transaction(out, in->transaction() != nullptr));
    return out;
}

}  // namespace grape::capi
