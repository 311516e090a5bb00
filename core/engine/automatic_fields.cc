#include "core/engine/automatic_fields.h"

#include <new>

#include "core/engine/shard_reader.h"

namespace grape::engine {

using base::Result;
using base::Status;
using index::FieldKind;

namespace {

constexpr uint32_t kTimes = 4;           // so often a field must have been read for
constexpr uint32_t kSampledRows = 256;   // whose values say of which kind the field is
constexpr uint32_t kOtherPercent = 5;    // of values that the index does not know, at most
constexpr size_t kCountedFields = 1024;  // beyond, counting begins anew
constexpr size_t kAutomaticMax = 16;     // of one collection
constexpr size_t kAskedMax = 4096;       // fields, while the database is open
constexpr size_t kWishesMax = 64;        // that wait; beyond, queries must show their need again

// The conditions of the filter that an index of a field could answer.
void visit_conditions(const query::Filter& filter,
                      const std::function<void(const query::FieldCondition&)>& visit) {
    const auto all = [&visit](const std::vector<query::Condition>& list) {
        for (const query::Condition& each : list) {
            if (const auto* field = std::get_if<query::FieldCondition>(&each)) visit(*field);
            if (const auto* inner = std::get_if<query::SubFilter>(&each)) {
                visit_conditions(*inner->filter, visit);
            }
        }
    };
    all(filter.must);
    all(filter.should);
    all(filter.must_not);
    if (filter.min_should) all(filter.min_should->conditions);
}

FieldKind kind_of(const query::MatchScalar& value) {
    if (std::holds_alternative<std::string>(value)) return FieldKind::keyword;
    return std::holds_alternative<bool>(value) ? FieldKind::boolean : FieldKind::integer;
}

// Kinds of indexes that answer the condition; none for tokens, which a text index would change.
struct Kinds {
    using List = std::vector<FieldKind>;
    List operator()(const query::MatchValue& match) const { return {kind_of(match.value)}; }
    List operator()(const query::MatchAny& match) const { return of_list(match.values); }
    List operator()(const query::MatchExcept& match) const { return of_list(match.values); }
    List operator()(const query::MatchText& match) const {
        return match.kind == query::MatchText::Kind::prefix ? List{FieldKind::keyword} : List{};
    }
    List operator()(const query::Range&) const { return {FieldKind::integer, FieldKind::floating}; }
    List operator()(const query::DatetimeRange&) const { return {FieldKind::datetime}; }
    List operator()(const query::ValuesCount&) const {
        return {FieldKind::keyword, FieldKind::integer, FieldKind::floating};
    }
    template <typename Area>
    List operator()(const Area&) const {
        return {FieldKind::geo};
    }
    static List of_list(const std::vector<query::MatchScalar>& values) {
        return values.empty() ? List{} : List{kind_of(values.front())};
    }
};

// Whether a sample of the points has values of the kind at the path, and hardly any other.
Result<bool> fits(const ShardReader& reader, const base::JsonPath& path, FieldKind kind) {
    const RowTable& rows = reader.shard().rows;
    const index::FieldType type{kind, false, nullptr};
    const uint32_t step = std::max(1u, rows.high() / kSampledRows);
    uint32_t with_values = 0, with_others = 0;
    index::FieldValues values;
    for (uint32_t row = 0; row < rows.high(); row += step) {
        if (!rows.alive(row)) continue;
        GRAPE_ASSIGN(const std::string payload, reader.points().payload(row));
        index::extract_field(base::PayloadView(payload), path, type, values);
        with_values += values.size() > 0 ? 1 : 0;
        with_others += values.facts.has_other || values.facts.has_several ? 1 : 0;
    }
    return with_values > 0 && with_others * 100 <= (with_values + with_others) * kOtherPercent;
}

}  // namespace

void AutomaticFields::note(const View& view, const std::string& name, const query::Filter& filter,
                           uint64_t payload_reads) {
    if (payload_reads < services_.sizes.automatic_reads_min) return;
    const Result<const CollectionView*> found = view.find(name);
    if (!found.ok()) return;
    const Collection& collection = *(*found)->collection;
    std::vector<const query::FieldCondition*> conditions;
    visit_conditions(filter,
                     [&](const query::FieldCondition& each) { conditions.push_back(&each); });
    const base::MutexLock lock(mutex_);
    if (stopping_) return;
    for (const query::FieldCondition* each : conditions) count(collection, *each);
    if (wishes_.empty()) return;
    if (!started_) {
        started_ =
            thread_.start("grape-fields", base::Thread::Priority::background, [this] { loop(); })
                .ok();
        if (!started_) wishes_.clear();
    }
    wake_.notify_one();
}

void AutomaticFields::count(const Collection& collection, const query::FieldCondition& condition) {
    if (collection.find_field(condition.key) != nullptr) return;
    const Field field{collection.number(), condition.key.to_string()};
    if (asked_.contains(field)) return;
    if (counts_.size() > kCountedFields) counts_.clear();
    if (++counts_[field] < kTimes) return;
    counts_.erase(field);
    if (asked_.size() >= kAskedMax || wishes_.size() >= kWishesMax) return;
    asked_.insert(field);
    wishes_.push_back(
        {field, collection.name(), condition.key, std::visit(Kinds(), condition.check)});
}

void AutomaticFields::pause() {
    const base::MutexLock lock(mutex_);
    paused_ = true;
    while (running_) changed_.wait(mutex_);
}

void AutomaticFields::resume() {
    const base::MutexLock lock(mutex_);
    paused_ = false;
    wake_.notify_all();
}

void AutomaticFields::stop() {
    {
        const base::MutexLock lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
        if (!started_) return;
        started_ = false;
    }
    thread_.join();
}

void AutomaticFields::loop() {
    while (true) {
        Wish wish;
        {
            const base::MutexLock lock(mutex_);
            while (!stopping_ && (paused_ || wishes_.empty())) wake_.wait(mutex_);
            if (stopping_) return;
            wish = std::move(wishes_.front());
            wishes_.pop_front();
            running_ = true;
        }
        Status done;
        try {
            done = fulfil(wish);
        } catch (const std::bad_alloc&) {
            done = Status::make_nomem("not enough memory");
        }
        settle(wish, done);
    }
}

void AutomaticFields::settle(const Wish& wish, const Status& done) {
    if (!done.ok()) {
        base::log(services_.logger, base::LogLevel::info,
                  base::cat("collection '", wish.collection, "': no index of '", wish.field.second,
                            "' was made: ", done.to_string()));
    }
    const base::MutexLock lock(mutex_);
    // There may be memory when the need shows again.
    if (done.code() == base::Code::nomem) asked_.erase(wish.field);
    running_ = false;
    changed_.notify_all();
}

Status AutomaticFields::fulfil(const Wish& wish) {
    const std::shared_ptr<const View> view = services_.views.current();
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services_, *view, wish.collection));
    size_t automatic = 0;
    for (const Collection::Field& each : reader->collection().fields()) {
        automatic += each.automatic ? 1 : 0;
    }
    if (automatic >= kAutomaticMax) return Status::make_limit("there are ", automatic, " already");
    for (const FieldKind kind : wish.kinds) {
        GRAPE_ASSIGN(const bool fitting, fits(*reader, wish.path, kind));
        if (!fitting) continue;
        CreateFieldIndex index;
        index.collection = wish.collection;
        index.field = wish.path;
        index.schema.kind = kind;
        return make_(index);
    }
    return {};
}

}  // namespace grape::engine
