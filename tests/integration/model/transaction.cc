#include "tests/integration/model/transaction.h"

#include <algorithm>

#include "tests/integration/model/session.h"

namespace grape::model {

using base::PointId;
using base::Result;
using base::Status;

namespace {

std::string text_of(const Status& status) {
    return describe(status.ok() ? Result<engine::ReplyBody>(engine::WriteReply()) : status);
}

std::vector<engine::PointOperation> operations_of(const engine::RequestBody& body) {
    if (const auto* batch = std::get_if<engine::BatchUpdate>(&body)) return batch->operations;
    return {*as_operation(body)};
}

uint64_t birth_of(const ModelCollection* collection) {
    return collection == nullptr ? 0 : collection->born;
}

bool holds(const ModelCollection& collection, const PointId& id, const engine::FilterPtr& filter) {
    const auto point = collection.points.find(id);
    return point != collection.points.end() && matches(id, *point->second, filter);
}

// Ids of points that one has and the other has not, or not so.
template <typename Points>
void add_differences(const Points& one, const Points& other, std::set<PointId>& out) {
    for (const auto& [id, point] : one) {
        const auto found = other.find(id);
        if (found == other.end() || found->second != point) out.insert(id);
    }
}

}  // namespace

engine::PointOperation without_conditions(engine::PointOperation operation) {
    std::visit(
        [](auto& each) {
            if constexpr (requires { each.selection; }) each.selection.if_version.reset();
            if constexpr (requires { each.points; }) {
                for (auto& point : each.points) point.if_version.reset();
            }
        },
        operation);
    return operation;
}

ModelTransaction::ModelTransaction(const World& now, uint64_t number, uint64_t view)
    : number_(number), view_(view), begun_(now.without_transactions()), state_(begun_) {}

// --- what it does ---

Status ModelTransaction::write(const engine::RequestBody& body) {
    const auto operations = operations_of(body);
    for (const engine::PointOperation& each : operations) note_operation(each);
    // Its own writes have the number after its view's until the commit gives the real one.
    const Status written = state_.apply({body, {}}, view_ + 1).status();
    steps_.push_back({Deed::write, body, "", text_of(written)});
    if (!written.ok()) return written;
    for (const engine::PointOperation& each : operations) {
        writes_.push_back(without_conditions(each));
    }
    return written;
}

Result<engine::ReplyBody> ModelTransaction::read(const engine::RequestBody& body) {
    Result<engine::ReplyBody> answer = state_.read(body);
    note_read(body, answer);
    // A search is not compared: it is of one state, and others may add what is near.
    if (!is_search(body)) steps_.push_back({Deed::read, body, "", describe(answer)});
    return answer;
}

void ModelTransaction::set_savepoint(const std::string& name) {
    savepoints_.push_back(name);
    saved_.push_back({state_, writes_.size()});
    steps_.push_back({Deed::savepoint, {}, name, ""});
}

Status ModelTransaction::roll_back_to(const std::string& name) {
    const auto found = std::find(savepoints_.rbegin(), savepoints_.rend(), name);
    if (found == savepoints_.rend()) return Status::make_not_found("no such savepoint");
    const auto kept = static_cast<size_t>(savepoints_.rend() - found);
    savepoints_.resize(kept);
    saved_.erase(saved_.begin() + static_cast<std::ptrdiff_t>(kept), saved_.end());
    state_ = saved_.back().state;
    writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(saved_.back().writes),
                  writes_.end());
    steps_.push_back({Deed::roll_back, {}, name, ""});
    return {};
}

// --- what it looked at ---

void ModelTransaction::note_name(const std::string& name) {
    names_.emplace(name, birth_of(begun_.find(name)));
}

ModelTransaction::Looks& ModelTransaction::looks(const std::string& name) {
    note_name(name);
    return looks_[names_.at(name)];
}

void ModelTransaction::note_operation(const engine::PointOperation& operation) {
    Looks& out = looks(collection_of(operation));
    std::visit(
        [&out](const auto& each) {
            if constexpr (requires { each.selection; }) {
                out.ids.insert(each.selection.ids.begin(), each.selection.ids.end());
                if (each.selection.filter) out.ranges.push_back({each.selection.filter, {}, {}});
            }
            if constexpr (requires { each.points; }) {
                for (const auto& point : each.points) out.ids.insert(point.id);
            }
        },
        operation);
}

void ModelTransaction::note_read(const engine::RequestBody& body,
                                 const Result<engine::ReplyBody>& answer) {
    if (const auto* o = std::get_if<engine::GetPoints>(&body)) {
        looks(o->collection).ids.insert(o->ids.begin(), o->ids.end());
    } else if (const auto* scroll = std::get_if<engine::ScrollPoints>(&body)) {
        Range range{scroll->filter, {}, {}};
        if (!scroll->order_by) range.first = scroll->offset;
        if (!scroll->order_by && answer.ok()) {
            range.last = std::get<engine::ScrollReply>(*answer).next_page_offset;
        }
        looks(scroll->collection).ranges.push_back(range);
    } else if (const auto* count = std::get_if<engine::CountPoints>(&body)) {
        looks(count->collection).ranges.push_back({count->filter, {}, {}});
    } else if (const auto* facet = std::get_if<engine::FacetPoints>(&body)) {
        looks(facet->collection).ranges.push_back({facet->filter, {}, {}});
    } else if (const auto* query = std::get_if<engine::QueryPoints>(&body)) {
        Looks& out = looks(query->collection);
        if (const auto* id = std::get_if<PointId>(&query->query)) out.ids.insert(*id);
    } else if (const auto* batch = std::get_if<engine::QueryBatch>(&body)) {
        for (const engine::QueryPoints& each : batch->searches) note_read(each, answer);
    }
}

// --- the commit ---

void ModelTransaction::note_commit(const World::Collections& before,
                                   const World::Collections& after) {
    for (const auto& [name, collection] : after) {
        const auto found = before.find(name);
        if (found == before.end() || found->second == collection) continue;
        if (found->second->born != collection->born) continue;  // its name tells
        Changed& changed = changed_[collection->born];
        add_differences(found->second->points, collection->points, changed.ids);
        add_differences(collection->points, found->second->points, changed.ids);
        changed.settings |= found->second->set != collection->set;
    }
}

ModelTransaction::Verdict ModelTransaction::judge(const World& now) const {
    if (writes_.empty()) return Verdict::must_commit;  // it happened where it read
    if (would_differ(now)) return Verdict::must_conflict;
    return was_touched(now) ? Verdict::may_do_either : Verdict::must_commit;
}

bool ModelTransaction::was_touched(const World& now) const {
    for (const auto& [name, born] : names_) {
        const ModelCollection* const found = now.find(name);
        if (birth_of(found) != born) return true;
        const auto changed = changed_.find(born);
        const auto looked = looks_.find(born);
        if (found == nullptr || changed == changed_.end() || looked == looks_.end()) continue;
        if (was_touched(looked->second, changed->second, *begun_.find(name), *found)) return true;
    }
    return false;
}

bool ModelTransaction::was_touched(const Looks& looks, const Changed& changed,
                                   const ModelCollection& before,
                                   const ModelCollection& after) const {
    if (changed.settings && !looks.ranges.empty()) return true;
    return std::any_of(changed.ids.begin(), changed.ids.end(), [&](const PointId& id) {
        if (looks.ids.contains(id)) return true;
        return std::any_of(looks.ranges.begin(), looks.ranges.end(), [&](const Range& range) {
            if ((range.first && id < *range.first) || (range.last && *range.last < id))
                return false;
            return range.filter == nullptr || range.filter->empty() ||
                   holds(before, id, range.filter) || holds(after, id, range.filter);
        });
    });
}

// The same deeds, one after the other, on what is there now.
bool ModelTransaction::would_differ(const World& now) const {
    World state = now.without_transactions();
    std::vector<std::pair<std::string, World>> saved;
    for (const Step& step : steps_) {
        if (step.deed == Deed::write) {
            const Status written = state.apply({step.body, {}}, view_ + 1).status();
            if (text_of(written) != step.answer) return true;
        } else if (step.deed == Deed::read) {
            if (describe(state.read(step.body)) != step.answer) return true;
        } else if (step.deed == Deed::savepoint) {
            saved.emplace_back(step.name, state);
        } else {
            while (saved.back().first != step.name) saved.pop_back();
            state = saved.back().second;
        }
    }
    return false;
}

// --- the world's part ---

World World::without_transactions() const {
    World out(*this);
    out.transactions_.clear();
    return out;
}

bool World::has_key(const std::string& key) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&key](const auto& each) { return each.first == key; });
}

void World::begin_transaction(uint64_t number, uint64_t view) {
    transactions_.push_back(std::make_shared<ModelTransaction>(*this, number, view));
}

ModelTransaction* World::transaction(uint64_t number) const {
    for (const auto& each : transactions_) {
        if (each->number() == number) return each.get();
    }
    return nullptr;
}

void World::end_transaction(uint64_t number) {
    std::erase_if(transactions_, [&](const auto& each) { return each->number() == number; });
}

Result<engine::WriteReply> World::commit_transaction(uint64_t number,
                                                     const engine::WriteOptions& write,
                                                     uint64_t commit) {
    const std::shared_ptr<ModelTransaction> ended =
        *std::find_if(transactions_.begin(), transactions_.end(),
                      [&](const auto& each) { return each->number() == number; });
    end_transaction(number);
    for (const auto& [key, used_by] : keys_) {
        if (key != write.idempotency_key) continue;
        engine::WriteReply reply;
        reply.durability = write.durability.value_or(durability_);
        reply.commit = used_by;
        reply.repeated = true;
        return reply;
    }
    if (ended->operations() == 0 && write.idempotency_key.empty()) {
        engine::WriteReply reply;
        reply.commit = ended->view();
        return reply;
    }
    return apply({ended->writes(), write}, commit);
}

}  // namespace grape::model
