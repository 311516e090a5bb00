#include "core/query/row_filter.h"

namespace grape::query {

using base::Result;
using base::Status;

namespace {

class RowFacts final : public PointFacts {
  public:
    RowFacts(const RowSource& rows, uint32_t row) : rows_(rows), row_(row), id_(rows.id(row)) {}

    const base::PointId& id() const override { return id_; }
    bool has_vector(std::string_view name) const override { return rows_.has_vector(row_, name); }
    Result<base::PayloadView> payload() override {
        GRAPE_ASSIGN(payload_, rows_.payload(row_));
        was_read_ = true;
        return base::PayloadView(payload_);
    }
    bool was_read() const { return was_read_; }

  private:
    const RowSource& rows_;
    const uint32_t row_;
    const base::PointId id_;
    std::string payload_;
    bool was_read_ = false;
};

}  // namespace

std::optional<TextField> text_field(const RowSource& rows, const base::JsonPath& path) {
    const FieldIndex* found = rows.field(path);
    if (found == nullptr || found->type.kind != index::FieldKind::text) return std::nullopt;
    return TextField{found->type.tokenizer, found->type.ordered};
}

Result<std::unique_ptr<RowFilter>> RowFilter::make(const Filter& filter, const RowSource& rows) {
    std::unique_ptr<RowFilter> out(new RowFilter(rows));
    GRAPE_ASSIGN(out->sets_, find_rows(filter, rows));
    out->count_ = out->sets_.possible.count();
    if (out->sets_.sure == out->sets_.possible) out->sets_.sure.reset();
    if (out->sets_.exact()) return out;
    GRAPE_ASSIGN(out->check_, PayloadCheck::make(filter, [&rows](const base::JsonPath& path) {
                     return text_field(rows, path);
                 }));
    return out;
}

Result<bool> RowFilter::matches(uint32_t row) {
    if (sets_.surely().test(row)) return true;
    if (!sets_.possible.test(row)) return false;
    RowFacts facts(rows_, row);
    GRAPE_ASSIGN(const bool matches, check_->matches(facts));
    payload_reads_ += facts.was_read() ? 1 : 0;
    if (matches) {
        sets_.sure->set(row);
    } else {
        sets_.possible.clear(row);
        count_ -= 1;
    }
    return matches;
}

Status RowFilter::settle() {
    if (sets_.exact()) return {};
    index::RowBitset open = sets_.possible;
    open.and_not(*sets_.sure);
    for (uint32_t row = open.next(0); row < open.size(); row = open.next(row + 1)) {
        GRAPE_TRY(matches(row).status());
    }
    return {};
}

}  // namespace grape::query
