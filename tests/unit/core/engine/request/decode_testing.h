// What the tests of the JSON decoder share: blobs beside a message, and short ways to decode.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "core/engine/request/request_json.h"

namespace grape::engine {

// Blob 0: three vectors of four f32. Blob 1: three ids. Blob 2: two vectors of two u8, apart.
class TestBlobs {
  public:
    TestBlobs() {
        blobs_.push_back({vectors_.data(), BlobType::f32, 3, 4, 16});
        blobs_.push_back({ids_.data(), BlobType::u64, 3, 1, 8});
        blobs_.push_back({bytes_.data(), BlobType::u8, 2, 2, 5});
    }
    std::span<const RequestBlob> get() const { return blobs_; }
    const float* vectors() const { return vectors_.data(); }
    std::vector<RequestBlob>& edit() { return blobs_; }

  private:
    std::array<float, 12> vectors_ = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    std::array<uint64_t, 3> ids_ = {100, 0, UINT64_MAX};
    std::array<uint8_t, 10> bytes_ = {1, 2, 0, 0, 0, 3, 4, 0, 0, 0};
    std::vector<RequestBlob> blobs_;
};

// The vectors of a request point into blobs, so those outlive all requests of the tests.
inline const TestBlobs& test_blobs() {
    static const TestBlobs blobs;
    return blobs;
}

inline base::Result<Request> decode(std::string_view json) {
    return decode_request_json(json, test_blobs().get());
}

// The decoded body; fails the test when the request is refused or is another operation.
template <typename Body>
Body body_of(std::string_view json) {
    base::Result<Request> request = decode(json);
    EXPECT_TRUE(request.ok()) << json << "\n" << request.status().to_string();
    if (!request.ok()) return Body{};
    EXPECT_TRUE(std::holds_alternative<Body>(request->body)) << json;
    return std::holds_alternative<Body>(request->body) ? std::get<Body>(request->body) : Body{};
}

// "GRAPE_E_INVALID: points[0].id: ..." or "ok".
inline std::string error_of(std::string_view json) {
    const base::Result<Request> request = decode(json);
    return request.ok() ? "ok" : request.status().to_string();
}

inline std::vector<float> floats(const VectorData& vector) {
    const auto* first = static_cast<const float*>(vector.data);
    return vector.type == vector::Datatype::f32 ? std::vector<float>(first, first + vector.dim)
                                                : std::vector<float>();
}

inline std::string json_of(std::string_view payload) {
    std::string out;
    base::JsonWriter writer(out);
    base::write_payload_json(base::PayloadView(payload), writer);
    return out;
}

inline std::string json_of(const base::JsonValue& value) {
    std::string out;
    base::JsonWriter(out).value(value);
    return out;
}

}  // namespace grape::engine
