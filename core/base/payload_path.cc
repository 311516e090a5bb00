// JsonPath: the text form of paths. Threads: pure functions.
#include "core/base/limits.h"
#include "core/base/payload.h"

namespace grape::base {
namespace {

using Step = JsonPath::Step;

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

// Reads steps from the front of a text; at() is how far it came, also when a step is malformed.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    size_t at() const { return at_; }
    bool done() const { return at_ == text_.size(); }

    // key or "quoted key"
    std::optional<Step> key() {
        const bool quoted = take('"');
        const size_t from = at_;
        while (!done() && (quoted ? peek() != '"' && peek() != '\\' : is_bare(peek()))) ++at_;
        const std::string_view key = text_.substr(from, at_ - from);
        if (quoted ? !take('"') : key.empty()) return std::nullopt;
        return Step{Step::Kind::key, std::string(key)};
    }
    // .key, [] or [3]
    std::optional<Step> next() {
        if (take('.')) return key();
        if (!take('[')) return std::nullopt;
        if (take(']')) return Step{Step::Kind::every, {}};
        return index();
    }

  private:
    char peek() const { return text_[at_]; }
    bool take(char c) {
        if (done() || peek() != c) return false;
        ++at_;
        return true;
    }
    std::optional<Step> index() {
        Step step{Step::Kind::index, {}};
        const auto* from = text_.data() + at_;
        const auto read = std::from_chars(from, text_.data() + text_.size(), step.index);
        if (read.ec != std::errc()) return std::nullopt;
        at_ += static_cast<size_t>(read.ptr - from);
        if (!take(']')) return std::nullopt;
        return step;
    }

    std::string_view text_;
    size_t at_ = 0;
};

void append_key(std::string& out, const std::string& key) {
    bool bare = !key.empty();
    for (const char c : key) bare = bare && is_bare(c);
    cat_append(out, bare ? key : cat('"', key, '"'));
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text, std::string_view field) {
    Reader in(text);
    JsonPath path;
    std::optional<Step> step = in.key();
    while (step) {
        if (path.steps_.size() == limits::payload_depth_max) {
            return Status::make_limit(field, ": a JSON path of more than ",
                                      limits::payload_depth_max, " steps");
        }
        path.steps_.push_back(std::move(*step));
        if (in.done()) return path;
        step = in.next();
    }
    return Status::make_invalid(field, ": \"", text, "\" is not a JSON path (byte ", in.at(),
                                "); paths look like a.b, a[].b, a[3] and \"a b\".c");
}

std::string JsonPath::to_string() const {
    std::string out;
    for (const Step& step : steps_) {
        if (step.kind == Step::Kind::every) out.append("[]");
        if (step.kind == Step::Kind::index) cat_append(out, cat('[', step.index, ']'));
        if (step.kind != Step::Kind::key) continue;
        if (!out.empty()) out.push_back('.');
        append_key(out, step.key);
    }
    return out;
}

}  // namespace grape::base
