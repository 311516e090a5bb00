// Element types of stored vectors and the distances between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace grape::vector {

enum class Datatype : uint8_t { f32 = 1, f16 = 2, u8 = 3 };                        // stored
enum class Distance : uint8_t { cosine = 1, dot = 2, euclid = 3, manhattan = 4 };  // stored

constexpr size_t element_bytes(Datatype type) {
    return type == Datatype::f32 ? 4 : type == Datatype::f16 ? 2 : 1;
}
// Cosine and dot: a higher score is nearer. Euclid and Manhattan: a lower one is.
constexpr bool higher_is_better(Distance distance) {
    return distance == Distance::cosine || distance == Distance::dot;
}
// Names as Qdrant's REST bodies spell them: "float32", "Cosine".
std::string_view datatype_name(Datatype type);
std::string_view distance_name(Distance distance);

}  // namespace grape::vector
