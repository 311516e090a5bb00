// Any bytes as a filter: JSON when they begin with a brace, else a FlatBuffers request that has
// one. It is refused with a Status that has a message, or decoded; then what indexes say of random
// rows surrounds what their payloads say, and what is found in the end is exactly that.
#include <array>
#include <memory>
#include <string_view>
#include <variant>

#include "capi/flatbuffers/decode.h"
#include "core/engine/request/decode_filter.h"
#include "core/query/row_sets.h"
#include "fuzz/target.h"
#include "tests/unit/core/query/plain_matches.h"
#include "tests/unit/core/query/random_rows.h"

namespace {

using grape::base::Result;
using grape::engine::FilterPtr;
using grape::index::RowBitset;
using grape::query::Filter;
using grape::query::PlainRows;

constexpr std::array<unsigned, 3> kIndexed = {0, 100, 50};  // percent of the fields
constexpr size_t kSets = 4 * kIndexed.size();

const PlainRows& rows_of(size_t number) {
    static std::array<std::unique_ptr<PlainRows>, kSets> sets;
    std::unique_ptr<PlainRows>& rows = sets[number];
    if (rows == nullptr) {
        grape::query::RandomPayloads random(number + 1);
        rows = std::make_unique<PlainRows>();
        grape::query::fill(*rows, random, kIndexed[number % kIndexed.size()]);
    }
    return *rows;
}

// The filter of a request that has one, else null.
struct FilterOf {
    FilterPtr operator()(const grape::engine::CountPoints& body) const { return body.filter; }
    FilterPtr operator()(const grape::engine::ScrollPoints& body) const { return body.filter; }
    FilterPtr operator()(const grape::engine::QueryPoints& body) const { return body.filter; }
    FilterPtr operator()(const grape::engine::DeletePoints& body) const {
        return body.selection.filter;
    }
    template <typename Other>
    FilterPtr operator()(const Other&) const {
        return nullptr;
    }
};

Result<FilterPtr> read_json(std::string_view text) {
    const auto tree = grape::base::parse_json(text);
    if (!tree.ok()) return tree.status();
    return grape::engine::read_filter(*tree, grape::engine::Place(), {});
}

Result<FilterPtr> read_flatbuffers(std::string_view bytes) {
    grape::capi::AlignedMessage message;
    if (!message.set(bytes).ok()) return FilterPtr();
    const auto request = grape::capi::decode_request_flatbuffers(message.bytes(), {});
    if (!request.ok()) return request.status();
    return std::visit(FilterOf{}, request->body);
}

void check_rows(const Filter& filter, const PlainRows& rows) {
    const auto matches = grape::query::plain_matches(filter, rows);
    fuzz_check(matches.ok());
    const RowBitset& wanted = *matches;
    const auto sets = grape::query::find_rows(filter, rows);
    fuzz_check(sets.ok());
    fuzz_check(grape::query::is_subset(sets->surely(), wanted));
    fuzz_check(grape::query::is_subset(wanted, sets->possible));
    const auto found = grape::query::RowFilter::make(filter, rows);
    fuzz_check(found.ok());
    fuzz_check((*found)->settle().ok());
    fuzz_check(grape::query::is_subset((*found)->possible(), wanted));
    fuzz_check(grape::query::is_subset(wanted, (*found)->possible()));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto filter = bytes.starts_with('{') ? read_json(bytes) : read_flatbuffers(bytes);
    if (!filter.ok()) {
        fuzz_check(!filter.status().message().empty());
        fuzz_check(filter.status().code() != grape::base::Code::internal);
        return 0;
    }
    if (*filter == nullptr) return 0;
    const size_t first = size * kIndexed.size() % kSets;
    for (size_t i = 0; i < kIndexed.size(); ++i) check_rows(**filter, rows_of(first + i));
    return 0;
}
