// The parts of a JSON text as they stand in it: no tree is made, nothing is copied but names.
// Threads: pure.
#include "core/base/json.h"
#include "core/base/json_reader.h"

namespace grape::base {
namespace {

// RapidJSON's handler. It is called when the reader stands behind a scalar or a name, and at the
// bracket that opens or closes.
class Splitter : public JsonHandler {
  public:
    Splitter(const rapidjson::MemoryStream& stream, std::string_view text)
        : JsonHandler(stream), text_(text) {}

    bool Null() { return scalar(JsonKind::null); }
    bool Bool(bool) { return scalar(JsonKind::boolean); }
    bool Int(int) { return scalar(JsonKind::integer); }
    bool Uint(unsigned) { return scalar(JsonKind::integer); }
    bool Int64(int64_t) { return scalar(JsonKind::integer); }
    bool Uint64(uint64_t value) {
        return scalar(value > INT64_MAX ? JsonKind::unsigned_integer : JsonKind::integer);
    }
    bool Double(double) { return scalar(JsonKind::real); }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return is_sound(text, size) && scalar(JsonKind::string);
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        if (!is_sound(text, size)) return false;
        if (depth_ == 1) {
            name_.assign(text, size);
            behind_ = stream_.Tell();
        }
        return true;
    }
    bool StartObject() { return open(); }
    bool StartArray() { return open(); }
    bool EndObject(rapidjson::SizeType) { return close(JsonKind::object); }
    bool EndArray(rapidjson::SizeType) { return close(JsonKind::array); }

    JsonParts take() { return std::move(split_); }

  private:
    bool scalar(JsonKind kind) {
        if (depth_ <= 1) add(kind, next_begin(), stream_.Tell());
        return true;
    }
    bool open() {
        if (depth_ <= 1) begins_[depth_] = next_begin();
        if (depth_ == 0) behind_ = begins_[0] + 1;
        return enter();
    }
    bool close(JsonKind kind) {
        leave();
        if (depth_ <= 1) add(kind, begins_[depth_], stream_.Tell() + 1);
        return true;
    }
    // Only blanks, and a comma or a colon, lie between what was read last and the next value.
    size_t next_begin() const { return text_.find_first_not_of(" \t\r\n,:", behind_); }
    void add(JsonKind kind, size_t begin, size_t end) {
        const JsonText value{kind, text_.substr(begin, end - begin)};
        if (depth_ == 0) {
            split_.value = value;
        } else {
            split_.parts.push_back({std::move(name_), value});
        }
        behind_ = end;
    }

    std::string_view text_;
    JsonParts split_;
    std::string name_;       // of the member whose value comes next
    size_t behind_ = 0;      // where that value is looked for
    size_t begins_[2] = {};  // of the open value of depth 0 and of depth 1
};

}  // namespace

Result<JsonParts> split_json(std::string_view text) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    Splitter splitter(stream, text);
    GRAPE_TRY(read_json(text, stream, splitter));
    return splitter.take();
}

}  // namespace grape::base
