// PayloadCheck: whether one point matches a filter, from its id, its payload and what vectors it
// has. This is what the conditions mean; whatever finds points faster must agree with it.
//
// A check is compiled once for each filter (lists become sorted tables, texts become tokens) and
// then asked for each candidate. A payload is read only when the cheaper conditions leave the
// answer open. Threads: a PayloadCheck is immutable.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "core/index/text/tokenizer.h"
#include "core/query/filter.h"

namespace grape::query {

// One point, as a check sees it.
class PointFacts {
  public:
    virtual ~PointFacts() = default;
    virtual const base::PointId& id() const = 0;
    virtual bool has_vector(std::string_view name) const = 0;
    // Asked for at most once by one matches(); valid until it returns.
    virtual base::Result<base::PayloadView> payload() = 0;
};

// The text index of a field: `match` with text, text_any and phrase means something else there.
struct TextField {
    std::shared_ptr<const index::Tokenizer> tokenizer;
    bool phrase_matching = false;
};
// Given the whole path of a field, through the arrays of nested filters ("a[].b").
using TextFields = std::function<std::optional<TextField>(const base::JsonPath& path)>;

class PayloadCheck {
  public:
    // `text_fields` may be empty: no field has a text index.
    static base::Result<std::shared_ptr<const PayloadCheck>> make(const Filter& filter,
                                                                  const TextFields& text_fields);
    virtual ~PayloadCheck() = default;
    virtual base::Result<bool> matches(PointFacts& point) const = 0;
    // Whether matches() may ask for the payload.
    virtual bool needs_payload() const = 0;
};

// Which slice of `total` a point is in.
uint64_t slice_of(const base::PointId& id, uint64_t total);

}  // namespace grape::query
