#include "core/engine/commit_group.h"

#include <algorithm>
#include <deque>

#include "core/base/checksum.h"
#include "core/engine/idempotency.h"
#include "storage/store_limits.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

constexpr size_t kBatchBytesMax = 16u << 20;
constexpr uint64_t kVectorBytesMax = 64u << 20;

}  // namespace

bool CommitGroup::full() const {
    return batch_.size_bytes() > kBatchBytesMax || vector_bytes_ > kVectorBytesMax;
}

Result<std::optional<storage::KeyUse>> CommitGroup::find_key(const std::string& key) const {
    const auto mine = used_keys_.find(key);
    if (mine != used_keys_.end()) return std::optional(mine->second);
    GRAPE_ASSIGN(const std::optional<std::string> stored,
                 services_.store->get(storage::idempotency_key(key)));
    if (!stored) return std::optional<storage::KeyUse>();
    GRAPE_ASSIGN(const storage::KeyUse use, storage::decode_key_use(*stored));
    if (key_expired(use, view_.commit, services_.clock->wall_ms())) {
        return std::optional<storage::KeyUse>();
    }
    return std::optional(use);
}

// A key that was used says which commit did the work; otherwise it is bound to this one.
Status CommitGroup::use_key(Change& change, CommitEdit& edit) {
    if (change.idempotency_key.empty()) return {};
    GRAPE_ASSIGN(const std::optional<storage::KeyUse> used, find_key(change.idempotency_key));
    if (used) {
        change.commit = used->commit;
        change.repeated = true;
        repeated_sync_ = repeated_sync_ || change.sync;
        return {};
    }
    edit.record().idempotency_key = change.idempotency_key;
    return {};
}

void CommitGroup::apply(Change& change) {
    auto edit = std::make_unique<CommitEdit>(services_, view_, keys_, view_.commit + 1, alone_);
    if (change.is_commit) edit->make_commit();
    change.status_ = use_key(change, *edit);
    if (!change.status_.ok() || change.repeated) return;
    // What an exception leaves must be undone too.
    edit->report_spill_to(&spilled_);
    change.status_ = change.apply(*edit);
    if (change.status_.ok()) change.status_ = edit->seal();
    if (change.status_.ok()) return take(change, std::move(edit));
    if (change.status_.code() == base::Code::cancelled) change.alone = true;
}

// The change was applied: the next one of the group builds on it.
void CommitGroup::take(Change& change, std::unique_ptr<CommitEdit> edit) {
    const uint64_t commit = edit->commit();
    if (change.is_commit) {
        change.commit = commit;
        edit->state().commit = commit;
        edit->record().number = commit;
        edit->record().wall_ms = services_.clock->wall_ms();
    }
    if (change.applied) change.applied(*edit);
    view_ = edit->state();
    keys_.merge(std::move(edit->keys()));
    batch_.append(edit->batch());
    edit->batch().clear();
    vector_bytes_ += edit->vector_bytes();
    if (spilled_) batch_.remove(storage::intent_key());
    if (change.is_commit && !change.idempotency_key.empty()) {
        // Behind the last part of the commit: a commit that does not end leaves no key.
        const storage::KeyUse use{
            commit, services_.clock->wall_ms() + base::limits::idempotency_key_age_ms_max};
        batch_.put(storage::idempotency_key(change.idempotency_key), storage::encode(use));
        used_keys_[change.idempotency_key] = use;
    }
    applied_.push_back({&change, std::move(edit)});
}

Status CommitGroup::undo() {
    if (!spilled_) return {};
    return clean_unfinished(*services_.store, *spilled_);
}

// The vectors of a small commit go into the batch itself, those of a large one into the vector log
// (one fsync more, a third of the bytes).
Status CommitGroup::place_vectors() {
    std::vector<CommitEdit*> large;
    for (const Applied& each : applied_) {
        if (each.edit->vector_bytes() >= services_.sizes.pending_bytes_max) {
            large.push_back(each.edit.get());
            continue;
        }
        for (const VectorWrite& write : each.edit->writes()) {
            batch_.put(storage::pending_key(write.shard, write.vector, write.row, write.commit),
                       base::as_text(write.stored));
        }
    }
    return large.empty() ? Status() : append_to_log(large);
}

namespace {

// The writes of one commit by shard and vector (they come sorted so), as frames.
struct Frames {
    std::vector<storage::LogFrame> frames;
    std::deque<std::vector<uint32_t>> rows;  // what the frames' spans point into

    void add(const std::vector<VectorWrite>& writes) {
        for (size_t first = 0; first < writes.size();) {
            size_t end = first;
            while (end < writes.size() && writes[end].shard == writes[first].shard &&
                   writes[end].vector == writes[first].vector) {
                ++end;
            }
            add_frame(std::span(writes).subspan(first, end - first));
            first = end;
        }
    }

    void add_frame(std::span<const VectorWrite> writes) {
        std::vector<uint32_t>& frame_rows = rows.emplace_back();
        storage::LogFrame frame;
        frame.commit = writes.front().commit;
        frame.collection = writes.front().shard.collection;
        frame.shard = writes.front().shard.shard;
        frame.vector = writes.front().vector;
        frame.row_bytes = static_cast<uint32_t>(writes.front().stored.size());
        for (const VectorWrite& write : writes) {
            frame_rows.push_back(write.row);
            base::Bytes* const last = frame.pieces.empty() ? nullptr : &frame.pieces.back();
            if (last != nullptr && last->data() + last->size() == write.stored.data()) {
                *last = base::Bytes(last->data(), last->size() + write.stored.size());
            } else {
                frame.pieces.push_back(write.stored);
            }
        }
        frame.rows = frame_rows;
        frames.push_back(std::move(frame));
    }
};

}  // namespace

Status CommitGroup::append_to_log(const std::vector<CommitEdit*>& edits) {
    Frames frames;
    for (CommitEdit* edit : edits) {
        frames.add(edit->writes());
        auto write = edit->writes().begin();
        for (storage::ShardChange& change : edit->record().changes) {
            for (; write != edit->writes().end() && write->shard == change.shard; ++write) {
                ++change.log_vectors;
            }
        }
    }
    GRAPE_ASSIGN(log_end_, services_.log->append(frames.frames));
    batch_.put(storage::log_key(log_end_.file_number), storage::encode(log_end_));
    note_log_file();
    return {};
}

// The shards whose vectors went into the log remember the file, in each view of the group from
// there on. None of them is published yet: nobody else sees these objects.
void CommitGroup::note_log_file() {
    std::map<storage::ShardKey, uint64_t> wrote;  // last commit
    for (const Applied& each : applied_) {
        for (const storage::ShardChange& change : each.edit->record().changes) {
            if (change.log_vectors != 0) wrote[change.shard] = each.edit->commit();
        }
        for (auto& [key, shard] : each.edit->shards()) {
            const auto found = wrote.find(key);
            if (found == wrote.end()) continue;
            auto& files = shard.view->log_files;
            if (!files.empty() && files.back().file == log_end_.file_number) {
                files.back().last_commit = found->second;
            } else {
                files.push_back({log_end_.file_number, found->second, found->second});
            }
        }
    }
}

void CommitGroup::add_records() {
    last_hash_ = state_.last_hash;
    for (const Applied& each : applied_) {
        if (!each.edit->is_commit()) continue;
        storage::CommitRecord& record = each.edit->record();
        record.previous = last_hash_;
        record.log_file = log_end_.file_number;
        record.log_length = log_end_.length_bytes;
        const std::string encoded = storage::encode(record);
        last_hash_ = base::checksum(encoded);
        batch_.put(storage::commit_key(record.number), encoded);
    }
}

// What the group's rewrites and purges gave up, and what it wrote into the log. A shard that did
// both stays a user: its new vectors came after those that were released.
void CommitGroup::change_log_uses() {
    LogUseChange& change = log_use_change_;
    for (const Applied& each : applied_) {
        const auto& released = each.edit->released_logs();
        change.released.insert(released.begin(), released.end());
    }
    const uint64_t file = log_end_.file_number;
    for (const Applied& each : applied_) {
        for (const storage::ShardChange& shard : each.edit->record().changes) {
            if (shard.log_vectors == 0) continue;
            if (change.released.erase({file, shard.shard}) != 0) continue;
            if (!log_uses_.has(file, shard.shard)) change.added[file].insert(shard.shard);
        }
    }
    change.dead = log_uses_.dead_after(change);
    for (const uint64_t dead : change.dead) batch_.remove(storage::log_key(dead));
}

void CommitGroup::remove_dead_logs() {
    for (const uint64_t file : log_use_change_.dead) {
        // The last user of the file that is appended to: the next append opens another.
        if (file == services_.log->current_file()) services_.log->roll();
        const Status removed = services_.log->remove(file);
        if (!removed.ok()) base::log(services_.logger, base::LogLevel::warning, removed.message());
    }
}

bool CommitGroup::wants_sync() const {
    return repeated_sync_ || std::any_of(applied_.begin(), applied_.end(),
                                         [](const Applied& each) { return each.change->sync; });
}

Status CommitGroup::commit(bool* has_written) {
    if (applied_.empty()) return repeated_sync_ ? services_.store->sync() : Status();
    GRAPE_TRY(place_vectors());
    change_log_uses();
    add_records();
    // What can still fail without harm fails here: the view is made before the batch is written.
    GRAPE_TRY(storage::check_batch_limits(batch_));
    std::shared_ptr<const View> next = services_.views.prepare(view_, services_.pins);
    *has_written = true;
    // The batch may name the files from here on, whatever write() says.
    for (const Applied& each : applied_) each.edit->keep();
    if (!batch_.empty()) {
        GRAPE_TRY(
            services_.store->write(batch_, wants_sync() ? storage::Sync::yes : storage::Sync::no));
    }
    state_.view = view_;
    state_.last_hash = last_hash_;
    log_uses_.take_over(log_use_change_);
    for (const Applied& each : applied_) {
        if (each.change->written) each.change->written(*each.edit);
    }
    services_.views.publish(std::move(next));
    for (const Applied& each : applied_) {
        if (each.change->committed) each.change->committed(*each.edit);
    }
    remove_dead_logs();
    return {};
}

}  // namespace grape::engine
