#include "core/engine/vector_input.h"

#include <cstring>

namespace grape::engine {

std::span<const float> VectorReader::floats(const VectorData& data) {
    const bool aligned = reinterpret_cast<uintptr_t>(data.data) % alignof(float) == 0;
    if (data.type == vector::Datatype::f32 && aligned) {
        return {static_cast<const float*>(data.data), data.dim};
    }
    buffer_.resize(data.dim);
    if (data.type == vector::Datatype::f32) {
        std::memcpy(buffer_.data(), data.data, data.dim * sizeof(float));
    } else {
        vector::decode(data.data, data.type, buffer_);
    }
    return buffer_;
}

base::Status check_vector(const Collection& collection, uint32_t number,
                          std::span<const float> values, const std::string& path) {
    using base::Status;
    const storage::VectorRecord& record = collection.vector(number);
    if (values.size() != record.size) {
        return Status::make_invalid(path, ": vector '", record.name, "' of collection '",
                                    collection.name(), "' has ", record.size, " dimensions, got ",
                                    values.size());
    }
    size_t position = 0;
    switch (vector::check(values, record.datatype, record.distance, &position)) {
        case vector::Check::ok:
            return {};
        case vector::Check::not_finite:
            return Status::make_invalid(path, "[", position, "]: NaN or infinity in a vector");
        case vector::Check::out_of_range:
            return Status::make_invalid(
                path, "[", position, "]: ", values[position],
                " does not fit the vector's datatype ", vector::datatype_name(record.datatype),
                record.datatype == vector::Datatype::u8 ? " (0 to 255)" : " (-65504 to 65504)");
        case vector::Check::zero_length:
            return Status::make_invalid(path, ": a vector of length zero has no direction, and '",
                                        record.name, "' is compared by cosine");
    }
    return Status::make_internal("unknown outcome of a vector check");
}

}  // namespace grape::engine
