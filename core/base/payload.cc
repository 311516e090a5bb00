#include "core/base/payload.h"

#include "core/base/limits.h"
#include "core/base/payload_format.h"
#include "core/base/utf8.h"

namespace grape::base {

namespace {

Status damaged(std::string_view what) {
    return Status::make_corrupt("payload: ", what);
}

Status validate_value(std::string_view data, size_t depth);

// What holds for arrays and objects alike: the tables fit the bytes exactly, with the smallest
// width that can hold them (equal values must have equal bytes).
Status validate_container(std::string_view data, const PayloadContainer& container,
                          bool is_object) {
    if (!container.complete()) return damaged("a table is cut short");
    if (container.total_size() != data.size()) return damaged("a table does not fit its size");
    if (!container.ascending(0) || (is_object && !container.ascending(1))) {
        return damaged("offsets fall");
    }
    const size_t largest =
        std::max({container.count(), container.keys_size(), container.values_size()});
    if (size_t{1} << offset_bits(largest) != container.width()) {
        return damaged("offsets have the wrong width");
    }
    return {};
}

Status validate_items(std::string_view data, bool is_object, size_t depth) {
    if (depth == limits::payload_depth_max) return damaged("nested too deep");
    const PayloadContainer container(data);
    GRAPE_TRY(validate_container(data, container, is_object));
    for (size_t i = 0; i < container.count(); ++i) {
        if (is_object) {
            if (!is_utf8(container.key(i))) return damaged("a key is not UTF-8");
            if (i > 0 && container.key(i - 1) >= container.key(i)) return damaged("unsorted keys");
        }
        GRAPE_TRY(validate_value(container.value(i), depth + 1));
    }
    return {};
}

Status validate_number(PayloadView view, uint8_t tag, size_t body) {
    if (family_of(tag) == kTagInteger) {
        if (body != width_of(tag)) return damaged("an integer has the wrong size");
        if (integer_bits(view.as_integer()) != (tag & kWidthBits)) {
            return damaged("an integer has the wrong width");
        }
        return {};
    }
    if (body != 8) return damaged("a number has the wrong size");
    if (tag == kTagUnsigned && view.as_unsigned() >> 63 == 0) {
        return damaged("an unsigned number fits a signed one");
    }
    // Infinity and NaN have all bits of the exponent set.
    constexpr uint64_t exponent = 0x7FF0'0000'0000'0000;
    if (tag == kTagReal && (load_le<uint64_t>(view.encoded().data() + 1) & exponent) == exponent) {
        return damaged("a number is not finite");
    }
    return {};
}

Status validate_value(std::string_view data, size_t depth) {
    if (data.empty()) return damaged("a value is missing");
    const uint8_t tag = tag_of(data);
    if (!is_known(tag)) return damaged(cat("unknown tag ", static_cast<unsigned>(tag)));
    switch (family_of(tag)) {
        case kTagArray:
            return validate_items(data, false, depth);
        case kTagObject:
            return validate_items(data, true, depth);
        case kTagString:
            return is_utf8(data.substr(1)) ? Status() : damaged("a string is not UTF-8");
        case kTagInteger:
        case kTagUnsigned:
        case kTagReal:
            return validate_number(PayloadView(data), tag, data.size() - 1);
        default:
            return data.size() == 1 ? Status() : damaged("bytes behind a value");
    }
}

}  // namespace

JsonKind PayloadView::kind() const {
    switch (family_of(tag_of(data_))) {
        case kTagFalse:
        case kTagTrue:
            return JsonKind::boolean;
        case kTagString:
            return JsonKind::string;
        case kTagReal:
            return JsonKind::real;
        case kTagUnsigned:
            return JsonKind::unsigned_integer;
        case kTagInteger:
            return JsonKind::integer;
        case kTagArray:
            return JsonKind::array;
        case kTagObject:
            return JsonKind::object;
        default:
            return JsonKind::null;
    }
}

bool PayloadView::as_bool() const {
    return tag_of(data_) == kTagTrue;
}

int64_t PayloadView::as_integer() const {
    const uint8_t tag = tag_of(data_);
    if (tag == kTagUnsigned) return static_cast<int64_t>(as_unsigned());
    if (family_of(tag) != kTagInteger || data_.size() < 1 + width_of(tag)) return 0;
    const char* from = data_.data() + 1;
    switch (width_of(tag)) {
        case 1:
            return static_cast<int8_t>(load_le<uint8_t>(from));
        case 2:
            return static_cast<int16_t>(load_le<uint16_t>(from));
        case 4:
            return static_cast<int32_t>(load_le<uint32_t>(from));
        default:
            return static_cast<int64_t>(load_le<uint64_t>(from));
    }
}

uint64_t PayloadView::as_unsigned() const {
    if (tag_of(data_) != kTagUnsigned) return static_cast<uint64_t>(as_integer());
    return data_.size() < 9 ? 0 : load_le<uint64_t>(data_.data() + 1);
}

double PayloadView::as_real() const {
    const uint8_t tag = tag_of(data_);
    if (tag == kTagUnsigned) return static_cast<double>(as_unsigned());
    if (tag != kTagReal) return static_cast<double>(as_integer());
    return data_.size() < 9 ? 0 : std::bit_cast<double>(load_le<uint64_t>(data_.data() + 1));
}

std::string_view PayloadView::as_string() const {
    return tag_of(data_) == kTagString ? slice(data_, 1, data_.size()) : std::string_view{};
}

size_t PayloadView::size() const {
    return PayloadContainer(data_).count();
}

PayloadView PayloadView::item(size_t index) const {
    return PayloadView(PayloadContainer(data_).value(index));
}

std::string_view PayloadView::key(size_t index) const {
    return kind() == JsonKind::object ? PayloadContainer(data_).key(index) : std::string_view{};
}

PayloadView PayloadView::member(size_t index) const {
    return item(index);
}

std::optional<PayloadView> PayloadView::find(std::string_view key) const {
    if (kind() != JsonKind::object) return std::nullopt;
    const PayloadContainer container(data_);
    size_t low = 0;
    size_t high = container.count();
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = container.key(middle).compare(key);
        if (order == 0) return PayloadView(container.value(middle));
        (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return std::nullopt;
}

Status validate_payload(std::string_view encoded) {
    if (family_of(tag_of(encoded)) != kTagObject) return damaged("it is no object");
    return validate_value(encoded, 0);
}

}  // namespace grape::base
