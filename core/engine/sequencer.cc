#include "core/engine/sequencer.h"

#include <algorithm>
#include <new>

#include "core/base/checksum.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

constexpr size_t kGroupChangesMax = 256;
constexpr size_t kGroupBatchBytesMax = 16u << 20;

}  // namespace

// The changes of one group while the leader makes them.
class Sequencer::Group {
  public:
    Group(Sequencer& sequencer, bool alone)
        : sequencer_(sequencer),
          services_(sequencer.services_),
          view_(sequencer.state_.view),
          alone_(alone) {}

    void apply(Change& change);
    // Log, batch, publication. Afterwards the changes that succeeded have happened, or none has.
    // `written` becomes true when the batch may have reached the store.
    Status commit(bool* written);
    bool full() const { return batch_.size_bytes() > kGroupBatchBytesMax; }

  private:
    struct Applied {
        Change* change;
        std::unique_ptr<CommitEdit> edit;
    };
    Status use_key(Change& change, CommitEdit& edit);
    Result<std::optional<storage::KeyUse>> find_key(const std::string& key) const;
    Status place_vectors();
    Status append_to_log(const std::vector<CommitEdit*>& edits);
    void undo_spill(const CommitEdit& edit);
    void add_records();
    void note_log_file();

    Sequencer& sequencer_;
    Services& services_;
    ViewState view_;
    const bool alone_;
    storage::WriteBatch batch_;
    KeyOverlay keys_;
    std::map<std::string, storage::KeyUse> used_keys_;
    std::vector<Applied> applied_;
    storage::LogPosition log_end_;
    uint64_t last_hash_ = 0;
    bool repeated_sync_ = false;  // the commit that did the work may not be durable yet
};

Result<std::optional<storage::KeyUse>> Sequencer::Group::find_key(const std::string& key) const {
    const auto mine = used_keys_.find(key);
    if (mine != used_keys_.end()) return std::optional(mine->second);
    GRAPE_ASSIGN(const std::optional<std::string> stored,
                 services_.store->get(storage::idempotency_key(key)));
    if (!stored) return std::optional<storage::KeyUse>();
    GRAPE_ASSIGN(const storage::KeyUse use, storage::decode_key_use(*stored));
    const bool expired = services_.clock->wall_ms() >= use.expires_wall_ms ||
                         view_.commit - use.commit >= base::limits::idempotency_key_commits_max;
    if (expired) return std::optional<storage::KeyUse>();
    return std::optional(use);
}

// A key that was used says which commit did the work; otherwise it is bound to this one.
Status Sequencer::Group::use_key(Change& change, CommitEdit& edit) {
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

void Sequencer::Group::apply(Change& change) {
    const uint64_t next = view_.commit + 1;
    auto edit = std::make_unique<CommitEdit>(services_, view_, keys_, next, alone_);
    if (change.is_commit) edit->make_commit();
    change.status_ = use_key(change, *edit);
    if (!change.status_.ok() || change.repeated) return;
    change.status_ = change.apply(*edit);
    if (change.status_.ok()) change.status_ = edit->seal();
    if (!change.status_.ok()) {
        if (change.status_.code() == base::Code::cancelled) change.alone = true;
        if (edit->spilled()) undo_spill(*edit);
        return;
    }
    if (change.is_commit) {
        change.commit = next;
        edit->state().commit = next;
        edit->record().number = next;
        edit->record().wall_ms = services_.clock->wall_ms();
    }
    view_ = edit->state();
    keys_.merge(std::move(edit->keys()));
    batch_.append(edit->batch());
    edit->batch().clear();
    if (edit->spilled()) batch_.remove(storage::intent_key());
    if (change.is_commit && !change.idempotency_key.empty()) {
        // Behind the last part of the commit: a commit that does not end leaves no key.
        const storage::KeyUse use{
            next, services_.clock->wall_ms() + base::limits::idempotency_key_age_ms_max};
        batch_.put(storage::idempotency_key(change.idempotency_key), storage::encode(use));
        used_keys_[change.idempotency_key] = use;
    }
    applied_.push_back({&change, std::move(edit)});
}

// What a large change wrote early and did not finish. When even that fails its number must not be
// given to another commit.
void Sequencer::Group::undo_spill(const CommitEdit& edit) {
    const Status cleaned = clean_unfinished(*services_.store, edit.intent());
    if (!cleaned.ok()) sequencer_.latch(cleaned.with_context("undoing a failed request"));
}

// The vectors of a small commit go into the batch itself, those of a large one into the vector log
// (one fsync more, a third of the bytes).
Status Sequencer::Group::place_vectors() {
    std::vector<CommitEdit*> large;
    for (const Applied& each : applied_) {
        uint64_t bytes = 0;
        for (const VectorWrite& write : each.edit->writes()) bytes += write.stored.size();
        if (bytes >= services_.sizes.pending_bytes_max) {
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

Status Sequencer::Group::append_to_log(const std::vector<CommitEdit*>& edits) {
    Frames frames;
    for (CommitEdit* edit : edits) {
        frames.add(edit->writes());
        for (storage::ShardChange& change : edit->record().changes) {
            for (const VectorWrite& write : edit->writes()) {
                if (write.shard == change.shard) ++change.log_vectors;
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
void Sequencer::Group::note_log_file() {
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

void Sequencer::Group::add_records() {
    last_hash_ = sequencer_.state_.last_hash;
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

Status Sequencer::Group::commit(bool* has_written) {
    if (applied_.empty()) return repeated_sync_ ? services_.store->sync() : Status();
    const Status placed = place_vectors();
    if (!placed.ok()) {
        // Nothing happened, but for what a large change spilled.
        for (const Applied& each : applied_) {
            if (each.edit->spilled()) undo_spill(*each.edit);
        }
        return placed;
    }
    add_records();
    const bool sync =
        repeated_sync_ || std::any_of(applied_.begin(), applied_.end(),
                                      [](const Applied& each) { return each.change->sync; });
    *has_written = true;
    // The batch may name the files from here on, whatever write() says.
    for (const Applied& each : applied_) each.edit->keep();
    if (!batch_.empty()) {
        const Status written =
            services_.store->write(batch_, sync ? storage::Sync::yes : storage::Sync::no);
        if (!written.ok()) {
            sequencer_.latch(written);
            return written;
        }
    }
    for (const Applied& each : applied_) {
        for (const auto& [key, shard] : each.edit->shards()) {
            for (const LogUse& use : shard.view->log_files) sequencer_.add_log_use(use.file, key);
        }
    }
    sequencer_.state_.view = view_;
    sequencer_.state_.last_hash = last_hash_;
    services_.views.publish(std::make_unique<const View>(view_, services_.pins));
    for (const Applied& each : applied_) {
        if (each.change->committed) each.change->committed(*each.edit);
    }
    return {};
}

Sequencer::Sequencer(Services& services, SequencerState state)
    : services_(services), state_(std::move(state)) {
    services_.views.publish(std::make_unique<const View>(state_.view, services_.pins));
}

Status Sequencer::health() const {
    const base::MutexLock lock(mutex_);
    return health_;
}

std::vector<Change*> Sequencer::next_group() {
    std::vector<Change*> group;
    for (Change* change : queue_) {
        if (group.size() == kGroupChangesMax || (change->alone && !group.empty())) break;
        group.push_back(change);
        if (change->alone) break;
    }
    return group;
}

// Memory that runs out before the batch is written has changed nothing; after it, what readers see
// is behind what is durable, and only reopening mends that.
Status Sequencer::lead(const std::vector<Change*>& changes) {
    bool written = false;
    try {
        Group group(*this, changes.front()->alone);
        for (Change* change : changes) {
            if (group.full()) {
                change->status_ = Status::make_cancelled();
            } else {
                group.apply(*change);
            }
        }
        const Status outcome = group.commit(&written);
        // What was appended and not committed must not lie before the next commit's frames.
        if (!outcome.ok()) services_.log->roll();
        return outcome;
    } catch (const std::bad_alloc&) {
        services_.log->roll();
        if (!written) return Status::make_nomem("not enough memory for the commit");
        const Status unknown =
            Status::make_unknown_outcome("memory ran out while a commit was published");
        latch(unknown);
        return unknown;
    }
}

void Sequencer::latch(const Status& failure) {
    const base::MutexLock lock(mutex_);
    if (health_.ok()) health_ = failure;
}

Status Sequencer::run(Change& change) {
    const base::MutexLock lock(mutex_);
    queue_.push_back(&change);
    while (!change.done_) {
        if (leading_ || queue_.front() != &change) {
            change.turn_.wait(mutex_);
        } else {
            lead_locked();
        }
    }
    return change.status_;
}

void Sequencer::lead_locked() {
    leading_ = true;
    const std::vector<Change*> group = next_group();
    const Status health = health_;
    mutex_.unlock();
    const Status outcome =
        health.ok() ? lead(group)
                    : Status::make_readonly("writes are refused since: ", health.message());
    mutex_.lock();
    leading_ = false;
    settle(group, outcome);
    if (!queue_.empty()) queue_.front()->turn_.notify_one();
}

// Tells each change of the group how it went; those whose turn did not come stay in the queue.
void Sequencer::settle(const std::vector<Change*>& group, const Status& outcome) {
    std::vector<Change*> again;
    for (Change* each : group) {
        queue_.pop_front();
        if (each->status_.code() == base::Code::cancelled) {
            each->status_ = {};
            again.push_back(each);
            continue;
        }
        // A repeated key may name a commit of this very group.
        const bool done_before = each->repeated && each->commit <= state_.view.commit;
        if (!outcome.ok() && each->status_.ok() && !done_before) each->status_ = outcome;
        each->done_ = true;
        each->turn_.notify_one();
    }
    queue_.insert(queue_.begin(), again.begin(), again.end());
}

void Sequencer::add_log_use(uint64_t file_number, storage::ShardKey shard) {
    const base::MutexLock lock(logs_mutex_);
    log_uses_[file_number][shard] = true;
}

bool Sequencer::drop_log_use(uint64_t file_number, storage::ShardKey shard) {
    const base::MutexLock lock(logs_mutex_);
    const auto found = log_uses_.find(file_number);
    if (found == log_uses_.end()) return false;
    found->second.erase(shard);
    if (!found->second.empty()) return false;
    // The last user of the file that is appended to: the next append opens another.
    if (file_number == services_.log->current_file()) services_.log->roll();
    log_uses_.erase(found);
    return true;
}

std::map<uint64_t, std::map<storage::ShardKey, bool>> Sequencer::log_uses() const {
    const base::MutexLock lock(logs_mutex_);
    return log_uses_;
}

}  // namespace grape::engine
