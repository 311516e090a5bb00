// Lookups in a run: which rows match, and how many that will be.
#include <algorithm>
#include <bit>

#include "core/index/field/field_layout.h"
#include "core/index/field/field_run.h"
#include "core/index/field/field_scan.h"

namespace grape::index {
namespace {

using base::Result;
using base::Status;

struct OrdinalRange {
    uint32_t first = 0, last = 0;
    bool empty() const { return first >= last; }
};

Result<OrdinalRange> ordinals_of(const FieldSection& section, const KeyRange& range) {
    OrdinalRange out{0, section.value_count()};
    if (range.empty()) return OrdinalRange{};
    GRAPE_ASSIGN(out.first, section.lower_bound(range.low));
    if (range.high.has_value()) {
        GRAPE_ASSIGN(out.last, section.lower_bound(*range.high));
    }
    return out;
}

// Nothing for a key that is not there.
Result<std::optional<uint32_t>> ordinal_of(const FieldSection& section, std::string_view key) {
    GRAPE_ASSIGN(const uint32_t ordinal, section.lower_bound(key));
    if (ordinal == section.value_count()) return std::optional<uint32_t>();
    GRAPE_ASSIGN(const FieldSection::HeldKey held, section.key(ordinal));
    return held.key() == key ? std::optional<uint32_t>(ordinal) : std::nullopt;
}

// In the order of the keys, those that are there; `missing` counts the others.
Result<std::vector<uint32_t>> ordinals_of(const FieldSection& section,
                                          const std::vector<std::string>& keys, size_t& missing) {
    std::vector<uint32_t> out;
    for (const std::string& key : keys) {
        GRAPE_ASSIGN(const std::optional<uint32_t> ordinal, ordinal_of(section, key));
        if (ordinal.has_value()) {
            out.push_back(*ordinal);
        } else {
            ++missing;
        }
    }
    return out;
}

Result<std::vector<PartSpan>> postings_of(const FieldSection& section,
                                          const std::vector<uint32_t>& ordinals) {
    std::vector<PartSpan> out;
    for (const uint32_t ordinal : ordinals) {
        GRAPE_ASSIGN(const PartSpan span, section.postings_of(ordinal, ordinal + 1));
        out.push_back(span);
    }
    return out;
}

Result<std::vector<OrdinalRange>> ordinals_of(const FieldSection& section, const GeoArea& area) {
    std::vector<OrdinalRange> out;
    for (const CodeRange& codes : area.cover()) {
        KeyRange range{key_of_bits(codes.first), std::nullopt};
        if (codes.last != UINT64_MAX) range.high = key_of_bits(codes.last + 1);
        GRAPE_ASSIGN(const OrdinalRange ordinals, ordinals_of(section, range));
        if (!ordinals.empty()) out.push_back(ordinals);
    }
    return out;
}

class Finder {
  public:
    Finder(const FieldSection& section, const EntrySink& sink) : section_(section), sink_(sink) {}

    Status operator()(const KeySet& set) {
        size_t missing = 0;
        GRAPE_ASSIGN(const std::vector<uint32_t> ordinals,
                     ordinals_of(section_, set.keys, missing));
        if (set.except) return find_except(ordinals);
        return give_ordinals(ordinals);
    }
    Status operator()(const KeyRange& range) {
        GRAPE_ASSIGN(const OrdinalRange ordinals, ordinals_of(section_, range));
        return ordinals.empty() ? Status() : give(ordinals);
    }
    Status operator()(const GeoArea& area) {
        GRAPE_ASSIGN(const std::vector<OrdinalRange> ranges, ordinals_of(section_, area));
        for (const OrdinalRange& range : ranges) GRAPE_TRY(find_points(area, range));
        return {};
    }
    Status operator()(const TokenMatch& match);
    Status operator()(const CountRange& range) {
        if (range.first > range.last) return {};
        return find_rows([&](const FieldFacts& facts) {
            return !facts.has_several && facts.values_count >= range.first &&
                   facts.values_count <= range.last;
        });
    }
    Status operator()(const RowFact& fact) {
        if (fact_count(section_.header(), fact) == 0) return {};
        if (fact.kind == RowFact::Kind::every_row) return give_all_rows();
        return find_rows([&](const FieldFacts& facts) { return fact.holds(facts); });
    }

    static uint64_t fact_count(const FieldHeader& header, const RowFact& fact) {
        switch (fact.kind) {
            case RowFact::Kind::empty:
                return header.empties;
            case RowFact::Kind::null:
                return header.nulls;
            case RowFact::Kind::other:
                return header.others;
            case RowFact::Kind::several:
                return header.severals;
            default:
                return header.rows;
        }
    }

  private:
    Status give(PartSpan span) {
        return for_each_posting(section_, span, [&](std::span<const uint32_t> rows) {
            sink_(rows, section_.header().interval);
            return Status();
        });
    }
    Status give(OrdinalRange range) {
        GRAPE_ASSIGN(const PartSpan span, section_.postings_of(range.first, range.last));
        return give(span);
    }
    Status give_ordinals(const std::vector<uint32_t>& ordinals) {
        for (const uint32_t ordinal : ordinals) GRAPE_TRY(give(OrdinalRange{ordinal, ordinal + 1}));
        return {};
    }
    Status give_all_rows();
    template <typename Holds>
    Status find_rows(Holds holds);
    Status find_except(const std::vector<uint32_t>& ordinals);
    Status find_points(const GeoArea& area, OrdinalRange range);
    // Rows of all the spans, the shortest first.
    Result<std::vector<uint32_t>> intersect(std::vector<PartSpan> spans);
    Status find_phrase(const std::vector<uint32_t>& phrase, const std::vector<uint32_t>& rows);

    const FieldSection& section_;
    const EntrySink& sink_;
};

// Collects rows and passes them on in slices.
class SinkBuffer {
  public:
    SinkBuffer(const EntrySink& sink, CommitInterval interval) : sink_(sink), interval_(interval) {}
    ~SinkBuffer() { flush(); }
    SinkBuffer(const SinkBuffer&) = delete;
    SinkBuffer& operator=(const SinkBuffer&) = delete;
    void add(uint32_t row) {
        rows_[count_++] = row;
        if (count_ == std::size(rows_)) flush();
    }

  private:
    void flush() {
        if (count_ > 0) sink_({rows_, count_}, interval_);
        count_ = 0;
    }
    const EntrySink& sink_;
    const CommitInterval interval_;
    size_t count_ = 0;
    uint32_t rows_[1024];
};

Status Finder::give_all_rows() {
    uint32_t rows[4096];
    for (uint32_t first = 0; first < section_.row_count();) {
        const uint32_t count = std::min<uint32_t>(std::size(rows), section_.row_count() - first);
        GRAPE_TRY(section_.read_rows(first, {rows, count}));
        sink_({rows, count}, section_.header().interval);
        first += count;
    }
    return {};
}

template <typename Holds>
Status Finder::find_rows(Holds holds) {
    RowScan scan(section_, RowScan::With::facts);
    SinkBuffer out(sink_, section_.header().interval);
    for (;;) {
        GRAPE_ASSIGN(const RowScan::Block block, scan.next_block());
        if (block.rows.empty()) return {};
        for (size_t i = 0; i < block.rows.size(); ++i) {
            if (holds(FieldFacts::unpack(block.facts[i]))) out.add(block.rows[i]);
        }
    }
}

// A row has another value when it is in the posting of one: those lie between the excluded ones.
Status Finder::find_except(const std::vector<uint32_t>& ordinals) {
    uint32_t first = 0;
    for (const uint32_t ordinal : ordinals) {
        // Ordinals rise as the keys do, unless the file is damaged.
        if (ordinal < first) return section_.damaged("keys fall");
        GRAPE_TRY(give(OrdinalRange{first, ordinal}));
        first = ordinal + 1;
    }
    return give(OrdinalRange{first, section_.value_count()});
}

Status Finder::find_points(const GeoArea& area, OrdinalRange range) {
    ValueScan scan(section_, range.first, range.last);
    // Neighbours that are all inside go in one piece.
    PartSpan inside;
    for (;;) {
        GRAPE_ASSIGN(const bool more, scan.next());
        const bool is_inside = more && area.contains(geo_of_key(scan.key()));
        if (is_inside && inside.end == scan.postings().begin) {
            inside.end = scan.postings().end;
            continue;
        }
        GRAPE_TRY(give(inside));
        if (!more) return {};
        inside = is_inside ? scan.postings() : PartSpan{};
    }
}

Status Finder::operator()(const TokenMatch& match) {
    const bool is_phrase = match.kind == TokenMatch::Kind::phrase;
    if (is_phrase && !section_.header().ordered) {
        return Status::make_invalid("the field's index keeps no phrases");
    }
    size_t missing = 0;
    GRAPE_ASSIGN(const std::vector<uint32_t> ordinals,
                 ordinals_of(section_, match.tokens, missing));
    if (match.kind == TokenMatch::Kind::any) return give_ordinals(ordinals);
    if (missing > 0 || ordinals.empty()) return {};
    GRAPE_ASSIGN(std::vector<PartSpan> spans, postings_of(section_, ordinals));
    if (spans.size() == 1) return give(spans[0]);
    GRAPE_ASSIGN(const std::vector<uint32_t> rows, intersect(std::move(spans)));
    if (is_phrase) return find_phrase(ordinals, rows);
    if (!rows.empty()) sink_(rows, section_.header().interval);
    return {};
}

Result<std::vector<uint32_t>> Finder::intersect(std::vector<PartSpan> spans) {
    std::sort(spans.begin(), spans.end(),
              [](PartSpan a, PartSpan b) { return a.size() < b.size(); });
    std::vector<uint32_t> rows(static_cast<size_t>(spans[0].size()));
    GRAPE_TRY(section_.read_postings(spans[0].begin, rows));
    for (size_t i = 1; i < spans.size() && !rows.empty(); ++i) {
        size_t at = 0, kept = 0;
        GRAPE_TRY(for_each_posting(section_, spans[i], [&](std::span<const uint32_t> others) {
            for (const uint32_t other : others) {
                while (at < rows.size() && rows[at] < other) ++at;
                if (at < rows.size() && rows[at] == other) rows[kept++] = rows[at++];
            }
            return Status();
        }));
        rows.resize(kept);
    }
    return rows;
}

Status Finder::find_phrase(const std::vector<uint32_t>& phrase, const std::vector<uint32_t>& rows) {
    SinkBuffer out(sink_, section_.header().interval);
    NumberWindow window(section_, &FieldSection::read_forward);
    for (const uint32_t row : rows) {
        GRAPE_ASSIGN(const uint32_t index, section_.find_row(row));
        if (index == section_.row_count()) return section_.damaged("a row has no forward entry");
        GRAPE_ASSIGN(const PartSpan span, section_.forward_of(index));
        GRAPE_ASSIGN(const std::span<const uint32_t> words,
                     window.get(span, section_.header().forward));
        const auto found = std::search(words.begin(), words.end(), phrase.begin(), phrase.end());
        if (found != words.end()) out.add(row);
    }
    return {};
}

// How many rows are behind so many postings of different values.
FieldEstimate estimate_union(const FieldHeader& header, uint64_t postings, uint64_t largest) {
    const uint64_t rows = header.rows_with_values;
    FieldEstimate out;
    out.max = std::min(postings, rows);
    const uint64_t spread = std::max<uint64_t>(1, header.keys_per_row_max);
    out.min = std::min(out.max, std::max(largest, (postings + spread - 1) / spread));
    const double share =
        static_cast<double>(rows) / static_cast<double>(std::max<uint64_t>(1, header.postings));
    const auto expected = static_cast<uint64_t>(static_cast<double>(postings) * share);
    out.expected = spread == 1 ? out.max : std::clamp(expected, out.min, out.max);
    return out;
}

class Estimator {
  public:
    explicit Estimator(const FieldSection& section)
        : section_(section), header_(section.header()) {}

    Result<FieldEstimate> operator()(const KeySet& set) {
        size_t missing = 0;
        GRAPE_ASSIGN(const std::vector<uint32_t> ordinals,
                     ordinals_of(section_, set.keys, missing));
        GRAPE_ASSIGN(const FieldEstimate listed, estimate_any(ordinals));
        if (!set.except) return listed;
        // With one value in each row those that are not listed are the others.
        const uint64_t rows = header_.rows_with_values;
        FieldEstimate out{rows - listed.max, rows - listed.min, rows};
        if (header_.keys_per_row_max <= 1) out.max = rows - listed.min;
        out.expected = std::clamp(rows - listed.expected, out.min, out.max);
        return out;
    }
    Result<FieldEstimate> operator()(const KeyRange& range) {
        GRAPE_ASSIGN(const OrdinalRange ordinals, ordinals_of(section_, range));
        if (ordinals.empty()) return FieldEstimate{};
        GRAPE_ASSIGN(const PartSpan span, section_.postings_of(ordinals.first, ordinals.last));
        return estimate_union(header_, span.size(), 0);
    }
    Result<FieldEstimate> operator()(const GeoArea& area) {
        GRAPE_ASSIGN(const std::vector<OrdinalRange> ranges, ordinals_of(section_, area));
        uint64_t postings = 0;
        for (const OrdinalRange& range : ranges) {
            GRAPE_ASSIGN(const PartSpan span, section_.postings_of(range.first, range.last));
            postings += span.size();
        }
        FieldEstimate out = estimate_union(header_, postings, 0);
        // The cells that cover an area are about twice as large as it.
        out.min = 0;
        out.expected = out.max / 2;
        return out;
    }
    Result<FieldEstimate> operator()(const TokenMatch& match);
    Result<FieldEstimate> operator()(const CountRange& range);
    Result<FieldEstimate> operator()(const RowFact& fact) {
        const uint64_t count = Finder::fact_count(header_, fact);
        return FieldEstimate{count, count, count};
    }

  private:
    Result<FieldEstimate> estimate_any(std::vector<uint32_t> ordinals) {
        std::sort(ordinals.begin(), ordinals.end());
        ordinals.erase(std::unique(ordinals.begin(), ordinals.end()), ordinals.end());
        GRAPE_ASSIGN(const std::vector<PartSpan> spans, postings_of(section_, ordinals));
        uint64_t sum = 0, largest = 0;
        for (const PartSpan& span : spans) {
            sum += span.size();
            largest = std::max(largest, span.size());
        }
        FieldEstimate out = estimate_union(header_, sum, largest);
        if (spans.size() == 1) out = {out.max, out.max, out.max};
        return out;
    }

    const FieldSection& section_;
    const FieldHeader& header_;
};

Result<FieldEstimate> Estimator::operator()(const TokenMatch& match) {
    size_t missing = 0;
    GRAPE_ASSIGN(const std::vector<uint32_t> ordinals,
                 ordinals_of(section_, match.tokens, missing));
    if (match.kind == TokenMatch::Kind::any) return estimate_any(ordinals);
    if (missing > 0 || ordinals.empty()) return FieldEstimate{};
    GRAPE_ASSIGN(const std::vector<PartSpan> spans, postings_of(section_, ordinals));
    const auto rows = static_cast<double>(std::max(1u, header_.rows_with_values));
    double share = 1;
    uint64_t smallest = header_.rows_with_values;
    for (const PartSpan& span : spans) {
        share *= static_cast<double>(span.size()) / rows;
        smallest = std::min(smallest, span.size());
    }
    if (spans.size() == 1) return FieldEstimate{smallest, smallest, smallest};
    const auto expected = static_cast<uint64_t>(share * rows);
    return FieldEstimate{0, std::min(smallest, expected), smallest};
}

Result<FieldEstimate> Estimator::operator()(const CountRange& range) {
    FieldEstimate out;
    if (range.first > range.last) return out;
    for (size_t i = 0; i < header_.counts.size(); ++i) {
        const uint64_t first = i == 0 ? 0 : uint64_t{1} << (i - 1);
        const uint64_t last = i == 0 ? 0 : (uint64_t{1} << i) - 1;
        if (last < range.first || first > range.last) continue;
        const bool is_whole = range.first <= first && last <= range.last;
        out.max += header_.counts[i];
        out.min += is_whole ? header_.counts[i] : 0;
        out.expected += is_whole ? header_.counts[i] : header_.counts[i] / 2;
    }
    return out;
}

}  // namespace

Status FieldRun::find(const FieldLookup& lookup, const EntrySink& sink) const {
    return std::visit(Finder(section_, sink), lookup);
}

Result<FieldEstimate> FieldRun::estimate(const FieldLookup& lookup) const {
    return std::visit(Estimator(section_), lookup);
}

}  // namespace grape::index
