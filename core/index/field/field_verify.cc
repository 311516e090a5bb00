// The full check of a run: what reads take for granted because a mistake there changes answers but
// harms nothing.
#include <algorithm>
#include <vector>

#include "core/index/field/field_layout.h"
#include "core/index/field/field_run.h"
#include "core/index/field/field_scan.h"

namespace grape::index {
namespace {

using base::Status;

class Verifier {
  public:
    explicit Verifier(const FieldSection& section) : section_(section) {}

    Status run() {
        GRAPE_TRY(check_rows());
        GRAPE_TRY(check_values());
        return sums_[0] == sums_[1] ? Status()
                                    : section_.damaged("postings and rows contradict each other");
    }

  private:
    // A sum over (row, ordinal) pairs that does not depend on their order.
    static uint64_t mixed(uint32_t row, uint32_t ordinal) {
        uint64_t bits = uint64_t{row} << 32 | ordinal;
        bits = (bits ^ bits >> 31) * 0x9E3779B97F4A7C15;
        bits = (bits ^ bits >> 29) * 0xBF58476D1CE4E5B9;
        return bits ^ bits >> 32;
    }
    Status check_rows();
    Status check_ordinals(uint32_t row, std::span<const uint32_t> ordinals);
    Status check_values();
    Status check_header(const FieldHeader& counted) const;

    const FieldSection& section_;
    uint64_t sums_[2] = {0, 0};
    std::vector<uint32_t> sorted_;
};

Status Verifier::check_rows() {
    RowScan scan(section_, RowScan::With::ordinals);
    FieldHeader counted;
    std::optional<uint32_t> before;
    for (;;) {
        GRAPE_ASSIGN(const bool more, scan.next());
        if (!more) return check_header(counted);
        if (before.has_value() && scan.row() <= *before) return section_.damaged("rows fall");
        before = scan.row();
        const FieldFacts facts = scan.facts();
        counted.nulls += facts.is_null ? 1 : 0;
        counted.empties += facts.is_empty ? 1 : 0;
        counted.others += facts.has_other ? 1 : 0;
        counted.severals += facts.has_several ? 1 : 0;
        counted.rows_with_values += scan.ordinal_count() > 0 ? 1 : 0;
        if (!facts.has_several) ++counted.counts[count_bucket(facts.values_count)];
        GRAPE_ASSIGN(const std::span<const uint32_t> ordinals, scan.ordinals());
        GRAPE_TRY(check_ordinals(scan.row(), ordinals));
    }
}

Status Verifier::check_ordinals(uint32_t row, std::span<const uint32_t> ordinals) {
    if (ordinals.size() > section_.header().keys_per_row_max) {
        return section_.damaged("a row has too many values");
    }
    sorted_.assign(ordinals.begin(), ordinals.end());
    if (section_.header().ordered) {
        std::sort(sorted_.begin(), sorted_.end());
        sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
    }
    for (size_t i = 0; i < sorted_.size(); ++i) {
        if (i > 0 && sorted_[i] <= sorted_[i - 1]) {
            return section_.damaged("the values of a row fall");
        }
        sums_[0] += mixed(row, sorted_[i]);
    }
    return {};
}

Status Verifier::check_header(const FieldHeader& counted) const {
    const FieldHeader& header = section_.header();
    const bool same = counted.nulls == header.nulls && counted.empties == header.empties &&
                      counted.others == header.others && counted.severals == header.severals &&
                      counted.rows_with_values == header.rows_with_values &&
                      counted.counts == header.counts;
    return same ? Status() : section_.damaged("the header counts rows that are not there");
}

Status Verifier::check_values() {
    ValueScan scan(section_, 0, section_.value_count());
    std::string before;
    uint64_t end = 0;
    for (;;) {
        GRAPE_ASSIGN(const bool more, scan.next());
        if (!more) break;
        if (scan.ordinal() > 0 && scan.key() <= before) return section_.damaged("keys fall");
        before = scan.key();
        if (section_.header().kind == FieldKind::geo &&
            bits_of_key(scan.key()) != z_order_code(geo_of_key(scan.key()))) {
            return section_.damaged("a place has the code of another one");
        }
        if (scan.postings().begin != end || scan.postings().size() == 0) {
            return section_.damaged("a value has no rows");
        }
        end = scan.postings().end;
        GRAPE_ASSIGN(const uint32_t found, section_.lower_bound(scan.key()));
        if (found != scan.ordinal()) return section_.damaged("the fences do not fit the keys");
        int64_t last = -1;
        GRAPE_TRY(for_each_posting(section_, scan.postings(), [&](auto rows) {
            for (const uint32_t row : rows) {
                if (row <= last) return section_.damaged("the rows of a value fall");
                last = row;
                sums_[1] += mixed(row, scan.ordinal());
            }
            return Status();
        }));
    }
    return end == section_.header().postings ? Status()
                                             : section_.damaged("postings without a value");
}

}  // namespace

Status FieldRun::verify() const {
    return Verifier(section_).run();
}

}  // namespace grape::index
