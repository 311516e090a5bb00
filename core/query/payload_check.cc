// A filter as a tree of tests. Tests without a payload are asked first; the order of the others is
// the user's.
#include "core/query/payload_check.h"

#include <algorithm>
#include <bit>

#include "core/base/cat.h"
#include "core/base/limits.h"
#include "core/query/value_check.h"

namespace grape::query {
namespace {

using base::JsonPath;
using base::PayloadView;
using base::Result;
using base::Status;

// What a test is asked about: a point with its payload, or an element of a nested array, which has
// neither id nor vectors. The payload is read at the first need; a failure is kept for the end.
class Subject {
  public:
    explicit Subject(PointFacts& point) : point_(&point) {}
    explicit Subject(PayloadView element) : payload_(element) {}

    const PointFacts* point() const { return point_; }
    PayloadView payload() {
        if (payload_) return *payload_;
        payload_ = PayloadView(base::empty_payload());
        Result<PayloadView> read = point_->payload();
        if (read.ok()) {
            payload_ = *read;
        } else {
            failure_ = read.status();
        }
        return *payload_;
    }
    const Status& failure() const { return failure_; }

  private:
    PointFacts* point_ = nullptr;
    std::optional<PayloadView> payload_;
    Status failure_;
};

class Test {
  public:
    virtual ~Test() = default;
    virtual bool matches(Subject& subject) const = 0;
    virtual bool needs_payload() const { return true; }
};
using Tests = std::vector<std::unique_ptr<const Test>>;

struct IdTest : Test {
    explicit IdTest(const HasId& condition) : ids(condition.ids) {
        std::sort(ids.begin(), ids.end());
    }
    bool matches(Subject& subject) const override {
        const PointFacts* point = subject.point();
        return point != nullptr && std::binary_search(ids.begin(), ids.end(), point->id());
    }
    bool needs_payload() const override { return false; }
    std::vector<base::PointId> ids;
};

struct VectorTest : Test {
    explicit VectorTest(std::string vector) : name(std::move(vector)) {}
    bool matches(Subject& subject) const override {
        return subject.point() != nullptr && subject.point()->has_vector(name);
    }
    bool needs_payload() const override { return false; }
    const std::string name;
};

struct SliceTest : Test {
    explicit SliceTest(const Slice& condition) : slice(condition) {}
    bool matches(Subject& subject) const override {
        const PointFacts* point = subject.point();
        return point != nullptr && slice_of(point->id(), slice.total) == slice.index;
    }
    bool needs_payload() const override { return false; }
    const Slice slice;
};

struct FieldTest : Test {
    explicit FieldTest(std::unique_ptr<const FieldCheck> field) : check(std::move(field)) {}
    bool matches(Subject& subject) const override { return check->matches(subject.payload()); }
    const std::unique_ptr<const FieldCheck> check;
};

struct NestedTest : Test {
    NestedTest(JsonPath path, std::unique_ptr<const Test> filter)
        : key(std::move(path)), inner(std::move(filter)) {}
    bool matches(Subject& subject) const override {
        return base::any_value_at(subject.payload(), key, [this](PayloadView value) {
            if (value.kind() != base::JsonKind::array) return false;
            const size_t size = value.size();
            for (size_t i = 0; i < size; ++i) {
                if (value.item(i).kind() != base::JsonKind::object) continue;
                Subject element(value.item(i));
                if (inner->matches(element)) return true;
            }
            return false;
        });
    }
    const JsonPath key;
    const std::unique_ptr<const Test> inner;
};

struct FilterTest : Test {
    bool matches(Subject& subject) const override {
        const auto holds = [&subject](const auto& test) { return test->matches(subject); };
        if (!std::all_of(must.begin(), must.end(), holds)) return false;
        if (!should.empty() && !std::any_of(should.begin(), should.end(), holds)) return false;
        if (!has_enough(subject)) return false;
        return std::none_of(must_not.begin(), must_not.end(), holds);
    }
    bool has_enough(Subject& subject) const {
        uint64_t missing = min_should.empty() ? 0 : min_count;
        for (size_t i = 0; i < min_should.size() && missing > 0; ++i) {
            missing -= min_should[i]->matches(subject);
        }
        return missing == 0;
    }
    bool needs_payload() const override {
        const auto needs = [](const auto& test) { return test->needs_payload(); };
        const auto some = [&needs](const Tests& tests) {
            return std::any_of(tests.begin(), tests.end(), needs);
        };
        return some(must) || some(should) || some(must_not) || some(min_should);
    }
    Tests must, should, must_not, min_should;
    uint64_t min_count = 0;
};

// The part of a path that names arrays: `a` and `a[]` are the same key of a nested filter.
Result<JsonPath> array_path(const JsonPath& key) {
    std::string text = key.to_string();
    if (text.size() > 2 && text.ends_with("[]")) text.resize(text.size() - 2);
    return JsonPath::parse(text, "nested.key");
}

class Compiler {
  public:
    explicit Compiler(const TextFields& fields) : text_fields_(fields) {}

    Result<std::unique_ptr<const Test>> filter(const Filter& in, const std::string& prefix,
                                               size_t depth) {
        if (depth == base::limits::filter_depth_max) {
            return Status::make_limit("filter: nested more than ", depth, " levels deep");
        }
        auto out = std::make_unique<FilterTest>();
        GRAPE_TRY(list(in.must, prefix, depth, out->must));
        GRAPE_TRY(list(in.should, prefix, depth, out->should));
        GRAPE_TRY(list(in.must_not, prefix, depth, out->must_not));
        if (in.min_should) {
            GRAPE_TRY(list(in.min_should->conditions, prefix, depth, out->min_should));
            out->min_count = in.min_should->min_count;
        }
        return std::unique_ptr<const Test>(std::move(out));
    }

  private:
    Status list(const std::vector<Condition>& conditions, const std::string& prefix, size_t depth,
                Tests& out) {
        for (const Condition& condition : conditions) {
            GRAPE_ASSIGN(auto test, one(condition, prefix, depth));
            out.push_back(std::move(test));
        }
        std::stable_partition(out.begin(), out.end(),
                              [](const auto& test) { return !test->needs_payload(); });
        return {};
    }

    Result<std::unique_ptr<const Test>> one(const Condition& condition, const std::string& prefix,
                                            size_t depth) {
        using Made = std::unique_ptr<const Test>;
        if (const auto* c = std::get_if<FieldCondition>(&condition)) return field(*c, prefix);
        if (const auto* c = std::get_if<IsEmpty>(&condition)) {
            return Made(std::make_unique<FieldTest>(compile(*c)));
        }
        if (const auto* c = std::get_if<IsNull>(&condition)) {
            return Made(std::make_unique<FieldTest>(compile(*c)));
        }
        if (const auto* c = std::get_if<HasId>(&condition))
            return Made(std::make_unique<IdTest>(*c));
        if (const auto* c = std::get_if<HasVector>(&condition)) {
            return Made(std::make_unique<VectorTest>(c->name));
        }
        if (const auto* c = std::get_if<Slice>(&condition)) {
            if (c->total == 0) return Status::make_invalid("slice.total: must not be 0");
            return Made(std::make_unique<SliceTest>(*c));
        }
        if (const auto* c = std::get_if<Nested>(&condition)) return nested(*c, prefix, depth);
        return filter(*std::get<SubFilter>(condition).filter, prefix, depth + 1);
    }

    Result<std::unique_ptr<const Test>> field(const FieldCondition& condition,
                                              const std::string& prefix) {
        std::optional<TextField> text;
        if (text_fields_ && std::holds_alternative<MatchText>(condition.check)) {
            const std::string whole = prefix + condition.key.to_string();
            // A path that is too long to be one has no index either.
            const Result<JsonPath> path = JsonPath::parse(whole, "key");
            if (path.ok()) text = text_fields_(*path);
        }
        return std::unique_ptr<const Test>(std::make_unique<FieldTest>(compile(condition, text)));
    }

    Result<std::unique_ptr<const Test>> nested(const Nested& condition, const std::string& prefix,
                                               size_t depth) {
        GRAPE_ASSIGN(JsonPath key, array_path(condition.key));
        const std::string inner_prefix = base::cat(prefix, key.to_string(), "[].");
        GRAPE_ASSIGN(auto inner, filter(*condition.filter, inner_prefix, depth + 1));
        return std::unique_ptr<const Test>(
            std::make_unique<NestedTest>(std::move(key), std::move(inner)));
    }

    const TextFields& text_fields_;
};

class Compiled : public PayloadCheck {
  public:
    explicit Compiled(std::unique_ptr<const Test> root) : root_(std::move(root)) {}
    Result<bool> matches(PointFacts& point) const override {
        Subject subject(point);
        const bool matched = root_->matches(subject);
        GRAPE_TRY(subject.failure());
        return matched;
    }
    bool needs_payload() const override { return root_->needs_payload(); }

  private:
    const std::unique_ptr<const Test> root_;
};

}  // namespace

Result<std::shared_ptr<const PayloadCheck>> PayloadCheck::make(const Filter& filter,
                                                               const TextFields& text_fields) {
    GRAPE_ASSIGN(auto root, Compiler(text_fields).filter(filter, "", 0));
    return std::shared_ptr<const PayloadCheck>(std::make_shared<Compiled>(std::move(root)));
}

}  // namespace grape::query
