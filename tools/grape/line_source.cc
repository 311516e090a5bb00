// Points from JSON lines: either points as upsert_points spells them, or any objects of which one
// field is the vector.
#include "tools/grape/json.h"
#include "tools/grape/point_source.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

bool blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

class LineSource final : public PointSource {
  public:
    explicit LineSource(const Arguments& arguments)
        : lines_(arguments.text("FILE")),
          id_field_(arguments.text("id-field")),
          vector_field_(arguments.text("vector-field")),
          using_(arguments.text("using")),
          numbered_(arguments.has("first-id")),
          next_id_(arguments.number("first-id").value_or(0)),
          left_(arguments.number("limit").value_or(UINT64_MAX)) {
        if (arguments.has("payloads")) {
            throw arguments.wrong("--payloads: is for files of vectors; lines have their own");
        }
        if (!id_field_.empty() && numbered_) {
            throw arguments.wrong("--id-field and --first-id: only one of them");
        }
        if (id_field_.empty() && !vector_field_.empty()) numbered_ = true;
        if (id_field_.empty()) id_field_ = "id";
        const uint64_t skip = arguments.number("skip").value_or(0);
        std::string_view line;
        for (uint64_t i = 0; i < skip && next_line(line); ++i) ++next_id_;
    }

    uint64_t total() const override { return 0; }
    double part_read() const override {
        if (!lines_.file().is_regular() || lines_.file().size_bytes() == 0) return -1;
        return static_cast<double>(lines_.bytes_read()) /
               static_cast<double>(lines_.file().size_bytes());
    }

    bool next(uint64_t count_max, PointBatch& batch) override {
        batch = PointBatch();
        places_.clear();
        batch.body = "\"points\":[";
        std::string_view line;
        while (batch.count < count_max && left_ > 0 && batch.body.size() < kBatchBytesMax &&
               next_line(line)) {
            if (batch.count > 0) batch.body += ',';
            places_.push_back(lines_.line_number());
            batch.starts.push_back(batch.body.size());
            append_point(lines_.object(line), batch.body);
            ++batch.count;
            ++next_id_;
            --left_;
        }
        batch.body += "]";
        return batch.count > 0;
    }

    std::string place(size_t index, std::string_view) const override {
        const uint64_t line = index < places_.size() ? places_[index] : 0;
        return lines_.path() + ": line " + std::to_string(line);
    }

  private:
    // Lines without anything are passed over.
    bool next_line(std::string_view& line) {
        while (lines_.next(line)) {
            if (!blank(line)) return true;
        }
        return false;
    }

    void append_point(const base::JsonParts& object, std::string& out) {
        if (vector_field_.empty()) {
            append_spelled(object, out);
        } else {
            append_made(object, out);
        }
    }

    // A point as it is, but for what a reply has and a request has not.
    void append_spelled(const base::JsonParts& object, std::string& out) {
        out += '{';
        bool has_id = false;
        if (numbered_) out += "\"id\":" + std::to_string(next_id_) + ",";
        for (const auto& [name, value] : object.parts) {
            if (name == "version") continue;
            const bool is_id = name == id_field_;
            if (is_id && numbered_) {
                throw lines_.wrong("id: stands there, and --first-id numbers the points");
            }
            has_id = has_id || is_id;
            append_member(is_id ? "id" : name, value, out);
        }
        if (!has_id && !numbered_) throw lines_.wrong(id_field_ + ": is required");
        end_object(out);
    }

    // A point from an object of any form.
    void append_made(const base::JsonParts& object, std::string& out) {
        std::string payload = "{";
        bool has_id = numbered_;
        bool has_vector = false;
        out += '{';
        if (numbered_) out += "\"id\":" + std::to_string(next_id_) + ",";
        for (const auto& [name, value] : object.parts) {
            if (name == vector_field_) {
                has_vector = true;
                append_member("vector", value, out);
            } else if (!numbered_ && name == id_field_) {
                has_id = true;
                append_member("id", value, out);
            } else {
                payload += cat(quote(name), ":", value.text, ",");
            }
        }
        if (!has_id) throw lines_.wrong(id_field_ + ": is required, --id-field names it");
        if (!has_vector) {
            throw lines_.wrong(vector_field_ + ": is required, --vector-field names it");
        }
        end_object(payload);
        out += "\"payload\":" + payload + "}";
    }

    void append_member(std::string_view name, const base::JsonText& value, std::string& out) const {
        out += cat(quote(name), ":");
        if (name == "vector" && !using_.empty() && value.kind != base::JsonKind::object) {
            out += cat("{", quote(using_), ":");
            out += value.text;
            out += "},";
            return;
        }
        out += value.text;
        out += ',';
    }
    static void end_object(std::string& out) {
        if (out.back() == ',') out.pop_back();
        out += '}';
    }

    LineReader lines_;
    std::string id_field_, vector_field_, using_;
    bool numbered_ = false;
    uint64_t next_id_ = 0;
    uint64_t left_ = 0;
    std::vector<uint64_t> places_;  // line of each point of the batch
};

}  // namespace

std::unique_ptr<PointSource> make_line_source(const Arguments& arguments) {
    return std::make_unique<LineSource>(arguments);
}

}  // namespace grape::cli
