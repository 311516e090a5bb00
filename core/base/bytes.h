// Reading and writing fixed-width numbers in byte strings: little-endian in files, big-endian in
// keys (so that keys sort as numbers). ByteReader never reads past its end: a short read makes it
// fail for good, and the caller asks ok() once, at the end.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace grape::base {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
constexpr T byte_swap(T value) {
    static_assert(std::is_unsigned_v<T>);
    if constexpr (sizeof(T) == 1) return value;
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <typename T>
T load_le(const void* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) value = byte_swap(value);
    return value;
}
template <typename T>
void store_le(void* to, T value) {
    if constexpr (std::endian::native == std::endian::big) value = byte_swap(value);
    std::memcpy(to, &value, sizeof(T));
}
template <typename T>
T load_be(const void* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    if constexpr (std::endian::native == std::endian::little) value = byte_swap(value);
    return value;
}

template <typename T>
void append_le(std::string& out, T value) {
    char raw[sizeof(T)];
    store_le(raw, value);
    out.append(raw, sizeof(T));
}
template <typename T>
void append_be(std::string& out, T value) {
    if constexpr (std::endian::native == std::endian::little) value = byte_swap(value);
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out.append(raw, sizeof(T));
}
// LEB128: seven bits a byte, the low ones first; at most ten bytes.
void append_varint(std::string& out, uint64_t value);

class ByteReader {
  public:
    explicit ByteReader(std::string_view data) : data_(data) {}

    bool ok() const { return !failed_; }
    bool at_end() const { return position_ == data_.size(); }
    // True when everything was read and nothing was missing.
    bool done() const { return ok() && at_end(); }
    size_t remaining() const { return data_.size() - position_; }
    size_t position() const { return position_; }

    template <typename T>
    T le() {
        const char* from = take(sizeof(T));
        return from == nullptr ? T{} : load_le<T>(from);
    }
    template <typename T>
    T be() {
        const char* from = take(sizeof(T));
        return from == nullptr ? T{} : load_be<T>(from);
    }
    uint64_t varint();
    std::string_view bytes(size_t size) {
        const char* from = take(size);
        return from == nullptr ? std::string_view{} : std::string_view(from, size);
    }
    std::string_view rest() { return bytes(remaining()); }
    void fail() { failed_ = true; }

  private:
    const char* take(size_t size) {
        if (failed_ || size > remaining()) {
            failed_ = true;
            return nullptr;
        }
        const char* from = data_.data() + position_;
        position_ += size;
        return from;
    }

    std::string_view data_;
    size_t position_ = 0;
    bool failed_ = false;
};

}  // namespace grape::base
