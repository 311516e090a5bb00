// Any bytes as a FlatBuffers request, with two blobs beside it: refused with a Status, or a request
// whose vectors lie inside of the message or the blobs.
#include <span>
#include <string_view>
#include <variant>

#include "capi/flatbuffers/decode.h"
#include "fuzz/target.h"

namespace {

using grape::engine::RequestBlob;

float touch(const grape::engine::VectorData& vector) {
    float sum = 0;
    const auto* bytes = static_cast<const uint8_t*>(vector.data);
    const size_t size = vector.dim * grape::vector::element_bytes(vector.type);
    for (size_t i = 0; i < size; i++) sum += bytes[i];
    return sum;
}

// Reads every vector from end to end.
struct Toucher {
    float operator()(const grape::engine::UpsertPoints& upsert) const {
        float sum = 0;
        for (const auto& point : upsert.points) {
            for (const auto& vector : point.vectors) sum += touch(vector.data);
        }
        return sum;
    }
    float operator()(const grape::engine::QueryPoints& query) const {
        const auto* vector = std::get_if<grape::engine::VectorData>(&query.query);
        return vector == nullptr ? 0 : touch(*vector);
    }
    template <typename Other>
    float operator()(const Other&) const {
        return 0;
    }
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const float vectors[6] = {1, 2, 3, 4, 5, 6};
    static const uint64_t ids[2] = {7, 8};
    const RequestBlob blobs[2] = {{ids, grape::engine::BlobType::u64, 2, 1, 8},
                                  {vectors, grape::engine::BlobType::f32, 2, 3, 12}};
    grape::capi::AlignedMessage message;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!message.set(bytes).ok()) return 0;
    const auto request = grape::capi::decode_request_flatbuffers(message.bytes(), blobs);
    if (!request.ok()) {
        fuzz_check(!request.status().message().empty());
        fuzz_check(request.status().code() != grape::base::Code::internal);
        return 0;
    }
    const float sum = std::visit(Toucher{}, request->body);
    fuzz_check(sum >= 0);
    return 0;
}
