// Any bytes as a JSON request with three blobs beside it: refused with a Status that has a message,
// or decoded into a request whose vectors lie inside of the blobs or belong to it.
#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "core/engine/request/request_json.h"
#include "fuzz/target.h"

namespace {

using grape::engine::BlobType;
using grape::engine::NamedVector;
using grape::engine::PointInput;
using grape::engine::QueryPoints;
using grape::engine::RequestBlob;
using grape::engine::UpdateVectors;
using grape::engine::UpsertPoints;
using grape::engine::VectorData;

constexpr std::array<float, 12> kVectors = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::array<uint64_t, 3> kIds = {1, 2, 3};
constexpr std::array<uint8_t, 10> kBytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

// Reads the first and the last element, so that a sanitizer sees a vector that lies elsewhere.
void touch(const VectorData& vector) {
    const size_t bytes = size_t{vector.dim} * grape::vector::element_bytes(vector.type);
    fuzz_check(bytes > 0);
    const auto* first = static_cast<const volatile uint8_t*>(vector.data);
    fuzz_check(first[0] + first[bytes - 1] >= 0);
}

void touch(const std::vector<PointInput>& points) {
    for (const PointInput& point : points) {
        fuzz_check(point.id.kind() != grape::base::IdKind::none);
        for (const NamedVector& vector : point.vectors) touch(vector.data);
        if (!point.payload.empty()) {
            fuzz_check(grape::base::validate_payload(point.payload).ok());
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const RequestBlob blobs[] = {
        {kVectors.data(), BlobType::f32, 3, 4, 16},
        {kIds.data(), BlobType::u64, 3, 1, 8},
        {kBytes.data(), BlobType::u8, 2, 2, 5},
    };
    const auto request =
        grape::engine::decode_request_json({reinterpret_cast<const char*>(data), size}, blobs);
    if (!request.ok()) {
        fuzz_check(!request.status().message().empty());
        return 0;
    }
    if (const auto* upsert = std::get_if<UpsertPoints>(&request->body)) touch(upsert->points);
    if (const auto* update = std::get_if<UpdateVectors>(&request->body)) touch(update->points);
    if (const auto* query = std::get_if<QueryPoints>(&request->body)) {
        if (const auto* vector = std::get_if<VectorData>(&query->query)) touch(*vector);
    }
    return 0;
}
