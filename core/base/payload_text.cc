// From JSON text to the binary form of payloads: the reader's events become encoded values on one
// stack, and a container that ends takes its values from the top of it. Each level copies what is
// in it, so a text that gets too deep or too large is given up at once, and the way by a tree says
// what is wrong with it, or that a member with the same name takes the place of what was too large.
// Threads: pure functions.
#include <algorithm>
#include <vector>

#include "core/base/json_reader.h"
#include "core/base/payload.h"
#include "core/base/payload_append.h"

namespace grape::base {
namespace {

// What most payloads need, so that few of them make a buffer grow.
constexpr size_t kTextBytes = 512, kPieces = 32;

// Pieces of text one behind the other.
class TextStack {
  public:
    TextStack() {
        text_.reserve(kTextBytes);
        starts_.reserve(kPieces);
    }
    size_t count() const { return starts_.size(); }
    size_t bytes() const { return text_.size(); }
    // Of the piece with this number; the end when there is none.
    size_t start(size_t index) const {
        return index < starts_.size() ? starts_[index] : text_.size();
    }
    std::string_view piece(size_t index) const {
        return std::string_view(text_).substr(start(index), start(index + 1) - start(index));
    }
    std::string& push() {
        starts_.push_back(text_.size());
        return text_;
    }
    // One piece in place of those from `index` on.
    void replace(size_t index, std::string_view piece) {
        drop(index);
        push().append(piece);
    }
    void drop(size_t index) {
        text_.resize(start(index));
        starts_.resize(index);
    }

  private:
    std::string text_;
    std::vector<size_t> starts_;
};

class Encoder : public JsonHandler {
  public:
    explicit Encoder(const rapidjson::MemoryStream& stream) : JsonHandler(stream) {
        container_.reserve(kTextBytes);
    }

    bool Null() { return append_tag(values_.push(), kTagNull), true; }
    bool Bool(bool value) { return append_tag(values_.push(), value ? kTagTrue : kTagFalse), true; }
    bool Int(int value) { return Int64(value); }
    bool Uint(unsigned value) { return Int64(value); }
    bool Int64(int64_t value) { return append_integer(values_.push(), value), true; }
    bool Uint64(uint64_t value) { return append_unsigned(values_.push(), value), true; }
    bool Double(double rough) {
        double value = 0;
        too_big_ = !read_real(rough, &value);
        if (!too_big_) append_real(values_.push(), value);
        return !too_big_;
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        gave_up_ = size > limits::payload_bytes_max;
        if (gave_up_ || !is_sound(text, size)) return false;
        append_text(values_.push(), {text, size});
        return true;
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        if (!is_sound(text, size)) return false;
        keys_.push().append(text, size);
        return true;
    }
    bool StartObject() { return open(); }
    bool StartArray() { return open(); }
    bool EndObject(rapidjson::SizeType count);
    bool EndArray(rapidjson::SizeType count);

    // The reader was stopped because of a limit of payloads.
    bool gave_up() const { return gave_up_; }
    std::string_view value() const { return values_.piece(0); }

  private:
    bool open() {
        if (!enter()) return false;
        gave_up_ = depth_ > limits::payload_depth_max;
        return !gave_up_;
    }
    // The container in place of the values from `first` on.
    bool close(size_t first) {
        values_.replace(first, container_);
        gave_up_ = container_.size() > limits::payload_bytes_max;
        return !gave_up_;
    }
    void sort_members(size_t first_key);

    TextStack values_, keys_;
    std::string container_;       // that is being made
    std::vector<size_t> member_;  // of it, in the order of their keys
    bool gave_up_ = false;
};

// Of equal keys the last one stays.
void Encoder::sort_members(size_t first_key) {
    member_.resize(keys_.count() - first_key);
    for (size_t i = 0; i < member_.size(); ++i) member_[i] = i;
    const auto key = [&](size_t member) { return keys_.piece(first_key + member); };
    std::sort(member_.begin(), member_.end(), [&](size_t a, size_t b) {
        const int order = key(a).compare(key(b));
        return order != 0 ? order < 0 : a < b;
    });
    const auto begin = std::unique(member_.rbegin(), member_.rend(),
                                   [&](size_t a, size_t b) { return key(a) == key(b); });
    member_.erase(member_.begin(), begin.base());
}

bool Encoder::EndObject(rapidjson::SizeType count) {
    leave();
    const size_t first_value = values_.count() - count, first_key = keys_.count() - count;
    sort_members(first_key);
    size_t keys_size = 0, values_size = 0;
    for (const size_t member : member_) {
        keys_size += keys_.piece(first_key + member).size();
        values_size += values_.piece(first_value + member).size();
    }
    const uint8_t bits = offset_bits(std::max({member_.size(), keys_size, values_size}));
    container_.clear();
    append_head(container_, kTagObject, member_.size(), bits);
    for (const auto& [stack, first] : {std::pair(&keys_, first_key), {&values_, first_value}}) {
        size_t end = 0;
        for (const size_t member : member_) {
            append_offset(container_, end += stack->piece(first + member).size(), bits);
        }
    }
    for (const auto& [stack, first] : {std::pair(&keys_, first_key), {&values_, first_value}}) {
        for (const size_t member : member_) container_.append(stack->piece(first + member));
    }
    keys_.drop(first_key);
    return close(first_value);
}

bool Encoder::EndArray(rapidjson::SizeType count) {
    leave();
    const size_t first = values_.count() - count;
    const size_t size = values_.bytes() - values_.start(first);
    const uint8_t bits = offset_bits(std::max<size_t>(count, size));
    container_.clear();
    append_head(container_, kTagArray, count, bits);
    size_t end = 0;
    for (size_t i = first; i < values_.count(); ++i) {
        append_offset(container_, end += values_.piece(i).size(), bits);
    }
    for (size_t i = first; i < values_.count(); ++i) container_.append(values_.piece(i));
    return close(first);
}

}  // namespace

Result<std::string> encode_payload_text(std::string_view json, std::string_view field) {
    rapidjson::MemoryStream stream(json.data(), json.size());
    Encoder encoder(stream);
    const Status read = read_json(json, stream, encoder);
    if (encoder.gave_up()) {
        const Result<JsonValue> tree = parse_json(json);
        return tree.ok() ? encode_payload(*tree, field) : tree.status().with_context(field);
    }
    if (!read.ok()) return read.with_context(field);
    const PayloadView value(encoder.value());
    if (value.kind() == JsonKind::object) return std::string(value.encoded());
    return Status::make_invalid(field, ": expected an object, got ", name_of(value.kind()));
}

}  // namespace grape::base
