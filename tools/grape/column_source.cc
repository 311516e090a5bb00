// Points whose vectors are rows of a file, and whose payloads, if any, are the lines of another.
// The vectors go beside the request as a blob and are never printed as text.
#include <algorithm>
#include <optional>

#include "tools/grape/json.h"
#include "tools/grape/point_source.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

class ColumnSource final : public PointSource {
  public:
    ColumnSource(std::unique_ptr<VectorFile> vectors, const Arguments& arguments)
        : vectors_(std::move(vectors)),
          id_field_(arguments.text("id-field")),
          using_(arguments.text("using")),
          first_id_(arguments.number("first-id").value_or(0)) {
        if (arguments.has("vector-field")) {
            throw arguments.wrong("--vector-field: is for JSON lines");
        }
        if (!id_field_.empty() && !arguments.has("payloads")) {
            throw arguments.wrong("--id-field: needs --payloads, which has the field");
        }
        if (!id_field_.empty() && arguments.has("first-id")) {
            throw arguments.wrong("--id-field and --first-id: only one of them");
        }
        if (vectors_->rows() > 0 && first_id_ > UINT64_MAX - (vectors_->rows() - 1)) {
            throw arguments.wrong("--first-id: the last id would be over 18446744073709551615");
        }
        row_ = std::min(arguments.number("skip").value_or(0), vectors_->rows());
        end_ = row_ +
               std::min(arguments.number("limit").value_or(UINT64_MAX), vectors_->rows() - row_);
        first_row_ = row_;
        if (arguments.has("payloads")) open_payloads(arguments.text("payloads"));
    }

    uint64_t total() const override { return end_ - first_row_; }
    double part_read() const override {
        return total() == 0 ? 1
                            : static_cast<double>(row_ - first_row_) / static_cast<double>(total());
    }

    bool next(uint64_t count_max, PointBatch& batch) override {
        if (row_ == end_) return false;
        batch_row_ = row_;
        uint64_t count = std::min(count_max, end_ - row_);
        std::string ids = "{\"blob\":1}";
        std::string payloads;
        batch = PointBatch();
        if (lines_) count = read_lines(count, ids, payloads, batch.starts);
        batch.count = count;
        batch.blobs = {vectors_->read(row_, count)};
        if (id_field_.empty()) batch.blobs.push_back(number_rows(count));
        batch.body = "\"batch\":{\"ids\":" + ids + ",\"vectors\":";
        batch.body += using_.empty() ? "{\"blob\":0}" : cat("{", quote(using_), ":{\"blob\":0}}");
        if (lines_) {
            batch.body += ",\"payloads\":[";
            for (size_t& start : batch.starts) start += batch.body.size();
            batch.body += payloads + "]";
        }
        batch.body += "}";
        row_ += count;
        return true;
    }

    std::string place(size_t index, std::string_view field) const override {
        const uint64_t row = batch_row_ + index;
        if (field == "points" || !lines_) {
            return vectors_->path() + ": " + vectors_->row_name(row);
        }
        const std::string name = field == "batch.ids" ? ": " + id_field_ : "";
        return lines_->path() + ": line " + std::to_string(row + 1) + name;
    }

  private:
    void open_payloads(const std::string& path) {
        lines_.emplace(path);
        if (lines_->file().is_regular()) {
            const uint64_t lines = count_lines(path);
            if (lines != vectors_->rows()) {
                throw lines_->file().wrong(
                    "has " + std::to_string(lines) + " lines, and " + vectors_->path() + " has " +
                    std::to_string(vectors_->rows()) + " rows; each row needs its line");
            }
        }
        std::string_view line;
        for (uint64_t row = 0; row < row_; ++row) read_line(line);
    }
    void read_line(std::string_view& line) {
        if (lines_->next(line)) return;
        throw lines_->file().wrong("ends after line " + std::to_string(lines_->line_number()) +
                                   "; each row of " + vectors_->path() + " needs a line");
    }

    // Up to `count` lines; gives how many were read.
    uint64_t read_lines(uint64_t count, std::string& ids, std::string& payloads,
                        std::vector<size_t>& starts) {
        if (!id_field_.empty()) ids = "[";
        uint64_t read = 0;
        for (std::string_view line; read < count && payloads.size() < kBatchBytesMax; ++read) {
            read_line(line);
            const base::JsonParts payload = lines_->object(line);
            if (read > 0) payloads += ',';
            starts.push_back(payloads.size());
            payloads += payload.value.text;
            if (id_field_.empty()) continue;
            if (read > 0) ids += ',';
            ids += id_of(payload);
        }
        if (!id_field_.empty()) ids += "]";
        return read;
    }

    // The last member of that name, as in a payload.
    std::string_view id_of(const base::JsonParts& payload) const {
        std::string_view id;
        for (const auto& [name, value] : payload.parts) {
            if (name == id_field_) id = value.text;
        }
        if (id.empty()) throw lines_->wrong(id_field_ + ": is required, --id-field names it");
        return id;
    }

    grape_blob number_rows(uint64_t count) {
        ids_.resize(count);
        for (uint64_t i = 0; i < count; ++i) ids_[i] = first_id_ + row_ + i;
        return {ids_.data(), count, 0, GRAPE_U64, 1};
    }

    std::unique_ptr<VectorFile> vectors_;
    std::optional<LineReader> lines_;
    std::string id_field_, using_;
    uint64_t first_id_ = 0;
    uint64_t first_row_ = 0, row_ = 0, end_ = 0;
    uint64_t batch_row_ = 0;
    std::vector<uint64_t> ids_;
};

}  // namespace

std::unique_ptr<PointSource> make_column_source(std::unique_ptr<VectorFile> vectors,
                                                const Arguments& arguments) {
    return std::make_unique<ColumnSource>(std::move(vectors), arguments);
}

}  // namespace grape::cli
