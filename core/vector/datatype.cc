// The names of element types and distances.
#include "core/vector/datatype.h"

namespace grape::vector {

std::string_view datatype_name(Datatype type) {
    switch (type) {
        case Datatype::f32:
            return "float32";
        case Datatype::f16:
            return "float16";
        case Datatype::u8:
            return "uint8";
    }
    return "unknown";
}

std::string_view distance_name(Distance distance) {
    switch (distance) {
        case Distance::cosine:
            return "Cosine";
        case Distance::dot:
            return "Dot";
        case Distance::euclid:
            return "Euclid";
        case Distance::manhattan:
            return "Manhattan";
    }
    return "unknown";
}

}  // namespace grape::vector
