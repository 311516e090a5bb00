#include "core/base/point_id.h"

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"

namespace grape::base {
namespace {

constexpr std::string_view kUrnPrefix = "urn:uuid:";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hyphen_before_digit(size_t digit) {
    return digit == 8 || digit == 12 || digit == 16 || digit == 20;
}

}  // namespace

std::optional<UuidBytes> parse_uuid(std::string_view text) {
    if (text.size() == kUrnPrefix.size() + 36 && text.starts_with(kUrnPrefix)) {
        text.remove_prefix(kUrnPrefix.size());
    } else if (text.size() == 38 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, 36);
    }
    const bool hyphens = text.size() == 36;
    if (!hyphens && text.size() != 32) return std::nullopt;
    UuidBytes out{};
    size_t at = 0;
    for (size_t digit = 0; digit < 32; ++digit) {
        if (hyphens && hyphen_before_digit(digit) && text[at++] != '-') return std::nullopt;
        const int value = hex_value(text[at++]);
        if (value < 0) return std::nullopt;
        out[digit / 2] = static_cast<uint8_t>(out[digit / 2] << 4 | value);
    }
    return out;
}

std::string format_uuid(const UuidBytes& uuid) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (size_t digit = 0; digit < 32; ++digit) {
        if (hyphen_before_digit(digit)) out.push_back('-');
        const uint8_t byte = uuid[digit / 2];
        out.push_back(digits[digit % 2 == 0 ? byte >> 4 : byte & 15]);
    }
    return out;
}

PointId PointId::number(uint64_t value) {
    PointId id;
    id.kind_ = IdKind::number;
    id.high_ = value;
    return id;
}

PointId PointId::uuid(const UuidBytes& bytes) {
    PointId id;
    id.kind_ = IdKind::uuid;
    id.high_ = load_be<uint64_t>(bytes.data());
    id.low_ = load_be<uint64_t>(bytes.data() + 8);
    return id;
}

Result<PointId> PointId::from_text(std::string_view text, std::string_view field) {
    if (const auto bytes = parse_uuid(text)) return uuid(*bytes);
    if (text.empty()) return Status::make_invalid(field, ": a string id must not be empty");
    if (text.size() > limits::string_id_bytes_max) {
        return Status::make_limit(field, ": a string id of ", text.size(), " bytes; the limit is ",
                                  limits::string_id_bytes_max);
    }
    if (!is_utf8(text)) return Status::make_invalid(field, ": a string id must be UTF-8");
    PointId id;
    id.kind_ = IdKind::string;
    id.text_ = std::make_shared<const std::string>(text);
    return id;
}

UuidBytes PointId::as_uuid() const {
    std::string raw;
    append_be(raw, high_);
    append_be(raw, low_);
    UuidBytes out;
    std::memcpy(out.data(), raw.data(), out.size());
    return out;
}

std::string PointId::to_string() const {
    switch (kind_) {
        case IdKind::none:
            return "(none)";
        case IdKind::number:
            return cat(high_);
        case IdKind::uuid:
            return format_uuid(as_uuid());
        case IdKind::string:
            return *text_;
    }
    return {};
}

uint64_t PointId::hash() const {
    if (kind_ == IdKind::string) return checksum(*text_, 3);
    const uint64_t words[3] = {high_, low_, static_cast<uint64_t>(kind_)};
    return checksum(Bytes(reinterpret_cast<const uint8_t*>(words), sizeof(words)));
}

std::strong_ordering operator<=>(const PointId& a, const PointId& b) {
    if (a.kind_ != b.kind_) return a.kind_ <=> b.kind_;
    if (a.kind_ == IdKind::string) return a.text_->compare(*b.text_) <=> 0;
    if (a.high_ != b.high_) return a.high_ <=> b.high_;
    return a.low_ <=> b.low_;
}

void PointId::append_key(std::string& out) const {
    GRAPE_DCHECK(kind_ != IdKind::none);
    out.push_back(static_cast<char>(kind_));
    if (kind_ == IdKind::string) {
        out.append(*text_);
        return;
    }
    append_be(out, high_);
    if (kind_ == IdKind::uuid) append_be(out, low_);
}

bool PointId::is_stored_text(std::string_view text) {
    return !text.empty() && text.size() <= limits::string_id_bytes_max && is_utf8(text) &&
           !parse_uuid(text);
}

Result<PointId> PointId::from_key(std::string_view key) {
    ByteReader in(key);
    PointId id;
    id.kind_ = static_cast<IdKind>(in.le<uint8_t>());
    if (id.kind_ == IdKind::string) {
        const std::string_view text = in.rest();
        // The same rules as at the door, so that no two keys stand for one id.
        if (!is_stored_text(text)) in.fail();
        id.text_ = std::make_shared<const std::string>(text);
    } else if (id.kind_ == IdKind::number || id.kind_ == IdKind::uuid) {
        id.high_ = in.be<uint64_t>();
        if (id.kind_ == IdKind::uuid) id.low_ = in.be<uint64_t>();
    } else {
        in.fail();
    }
    if (!in.done()) return Status::make_corrupt("point id in a key is malformed");
    return id;
}

}  // namespace grape::base
