// What each request does: reads go to the current view, writes to the sequencer.
#include <type_traits>

#include "core/base/time_slice.h"
#include "core/engine/database_impl.h"
#include "core/engine/direct_file.h"
#include "core/engine/explain_query.h"
#include "core/engine/info.h"
#include "core/engine/read_fields.h"
#include "core/engine/read_points.h"
#include "core/engine/search_points.h"
#include "core/engine/write_collections.h"
#include "core/engine/write_fields.h"
#include "core/engine/write_points.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Some 1.5 ms of work where 50,000 vectors of 512 bytes take 0.15 s: as long as a usual slice.
constexpr uint64_t kLargeCommitBytes = 256u << 10;

template <typename T>
Result<ReplyBody> wrap(Result<T> result) {
    if (!result.ok()) return result.status();
    return ReplyBody(std::move(result).value());
}

bool is_catalogue(const RequestBody& body) {
    return std::holds_alternative<CreateCollection>(body) ||
           std::holds_alternative<UpdateCollection>(body) ||
           std::holds_alternative<DeleteCollection>(body) ||
           std::holds_alternative<UpdateAliases>(body);
}

bool is_field_index(const RequestBody& body) {
    return std::holds_alternative<CreateFieldIndex>(body) ||
           std::holds_alternative<DeleteFieldIndex>(body);
}

bool is_maintenance(const RequestBody& body) {
    return std::holds_alternative<Flush>(body) || std::holds_alternative<Optimize>(body) ||
           std::holds_alternative<PauseBackground>(body) ||
           std::holds_alternative<ResumeBackground>(body);
}

CommitChanges changes_of(const CommitEdit& edit, size_t ids_max) {
    CommitChanges out{edit.commit(), {}};
    for (const auto& [key, shard] : edit.shards()) {
        const size_t ids = shard.changed_ids_max();
        if (ids > ids_max) {
            out.parts.push_back({key.collection, true, {}});
        } else if (ids != 0) {
            out.parts.push_back({key.collection, false, shard.changed_ids()});
        }
    }
    return out;
}

// A commit that was let in, until it is over.
class Admitted {
  public:
    Admitted(Background& background, uint64_t bytes) : background_(background), bytes_(bytes) {}
    ~Admitted() { background_.leave(bytes_); }
    Admitted(const Admitted&) = delete;
    Admitted& operator=(const Admitted&) = delete;

  private:
    Background& background_;
    const uint64_t bytes_;
};

std::string operation_path(bool batch, size_t index) {
    return batch ? base::cat("operations[", index, "].") : std::string();
}

}  // namespace

std::optional<OperationRef> single_operation(const RequestBody& body) {
    return std::visit(
        [](const auto& each) -> std::optional<OperationRef> {
            if constexpr (std::is_constructible_v<OperationRef, decltype(&each)>) {
                return OperationRef(&each);
            } else {
                return std::nullopt;
            }
        },
        body);
}

Result<ReplyBody> DatabaseImpl::dispatch(const Request& request) {
    if (is_transaction_request(request)) return transact(request);
    if (const auto* batch = std::get_if<BatchUpdate>(&request.body)) {
        std::vector<OperationRef> operations;
        for (const PointOperation& each : batch->operations) {
            operations.push_back(operation_ref(each));
        }
        return write_points(operations, true, request.write);
    }
    if (const auto operation = single_operation(request.body)) {
        return write_points({*operation}, false, request.write);
    }
    if (is_catalogue(request.body)) return write_catalogue(request.body, request.write);
    if (is_field_index(request.body)) return write_field_index(request.body, request.write);
    if (is_maintenance(request.body)) return maintain(request.body);
    const std::shared_ptr<const View> view = services_.views.current();
    Result<ReplyBody> reply = read(*view, request.body);
    if (automatic_fields_ != nullptr && reply.ok()) note_reads(*view, request.body, *reply);
    return reply;
}

Result<ReplyBody> DatabaseImpl::read(const View& view, const RequestBody& body) {
    if (const auto* r = std::get_if<GetPoints>(&body)) {
        return wrap(get_points(services_, view, *r));
    }
    if (const auto* r = std::get_if<ScrollPoints>(&body)) {
        return wrap(r->order_by ? scroll_in_order(services_, view, *r)
                                : scroll_points(services_, view, *r));
    }
    if (const auto* r = std::get_if<CountPoints>(&body)) {
        return wrap(count_points(services_, view, *r));
    }
    if (const auto* r = std::get_if<ExplainQuery>(&body)) {
        return wrap(explain_query(services_, view, *r));
    }
    if (const auto* r = std::get_if<FacetPoints>(&body)) {
        return wrap(facet_points(services_, view, *r));
    }
    if (const auto* r = std::get_if<QueryPoints>(&body)) {
        return wrap(query_points(services_, view, *r));
    }
    if (const auto* r = std::get_if<QueryBatch>(&body)) {
        return wrap(query_batch(services_, view, r->searches));
    }
    if (const auto* r = std::get_if<GetCollection>(&body))
        return wrap(collection_info(services_, view, *graphs_, *r));
    if (std::holds_alternative<GetCollections>(body)) return ReplyBody(collection_names(view));
    if (const auto* r = std::get_if<CollectionExists>(&body)) {
        return ReplyBody(ExistsReply{view.find(r->collection).ok()});
    }
    if (const auto* r = std::get_if<GetAliases>(&body)) return wrap(aliases(view, *r));
    if (std::holds_alternative<DatabaseInfo>(body)) {
        return ReplyBody(database_info(services_, view, *background_, graphs_->counts(), *purge_,
                                       sequencer_->health()));
    }
    if (std::holds_alternative<Verify>(body)) return wrap(verify(services_, view));
    return Status::make_unsupported("the request is of no kind that this version knows");
}

// Filters that had to read payloads may want an index.
void DatabaseImpl::note_reads(const View& view, const RequestBody& body, const ReplyBody& reply) {
    const auto note = [&](const auto& request, const auto& got) {
        if (request.filter == nullptr || !got.payload_reads) return;
        automatic_fields_->note(view, request.collection, *request.filter, *got.payload_reads);
    };
    if (const auto* r = std::get_if<ScrollPoints>(&body)) note(*r, std::get<ScrollReply>(reply));
    if (const auto* r = std::get_if<CountPoints>(&body)) note(*r, std::get<CountReply>(reply));
    if (const auto* r = std::get_if<FacetPoints>(&body)) note(*r, std::get<FacetReply>(reply));
    if (const auto* r = std::get_if<QueryPoints>(&body)) note(*r, std::get<QueryReply>(reply));
}

// Work of the engine's own, not a commit of anybody.
Status DatabaseImpl::make_automatic_field(const CreateFieldIndex& index) {
    std::vector<uint64_t> old_files;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) {
        return apply_create_field(edit, index, true, &old_files);
    };
    GRAPE_TRY(sequencer_->run(change));
    return cover_index(index.collection);
}

Status DatabaseImpl::check_memory(uint64_t bytes) const {
    if (!counts_all() || bytes == 0) return {};
    const uint64_t max = options_.memory_bytes_max;
    const uint64_t used = services_.files->totals().heap_bytes + services_.store->memory_bytes() +
                          services_.unflushed_bytes;
    if (used + bytes <= max) return {};
    return Status::make_nomem("commit: ", bytes, " bytes do not fit beside the ", used,
                              " of the database in memory; memory_bytes_max is ", max);
}

// Where nothing flushes by itself, the writer does.
Status DatabaseImpl::admit(uint64_t tail_bytes) {
    Status admitted = background_->admit(tail_bytes);
    if (admitted.code() != base::Code::nomem || options_.background) return admitted;
    GRAPE_TRY(drain(false));
    return background_->admit(tail_bytes);
}

Result<WriteReply> DatabaseImpl::commit(Change& change, const WriteOptions& options,
                                        CommitBytes bytes) {
    const Durability durability = options.durability.value_or(options_.durability);
    change.sync = durability == Durability::full;
    change.idempotency_key = options.idempotency_key;
    change.applied = [this](CommitEdit& edit) {
        ConflictRing& ring = transactions_->ring();
        ring.add(changes_of(edit, ring.limits().commit_ids_max));
    };
    // Rows that wait for the purge are known to it before a view shows them dead.
    change.written = [this](CommitEdit& edit) { purge_->add_edit(edit); };
    change.committed = [this](CommitEdit& edit) {
        background_->note_commit(edit);
        graphs_->note_commit(edit);
        transactions_->ring().trim(edit.commit());
    };
    GRAPE_TRY(check_memory(bytes.all));
    GRAPE_TRY(admit(bytes.tail));
    const Admitted admitted(*background_, bytes.tail);
    {
        // Searches that wake up meanwhile, maybe on its CPU, go first. Not for longer: the timer's
        // thread, which may be started below, has the slices of who starts it.
        const base::LongTimeSlice slice(bytes.all >= kLargeCommitBytes);
        GRAPE_TRY(sequencer_->run(change));
    }
    if (durability == Durability::group) {
        const uint32_t delay_ms =
            options.durability ? options.group_delay_ms : options_.group_delay_ms;
        // Without a timer it is made durable at once: the commit has happened.
        if (!timer_->sync_within(delay_ms).ok()) GRAPE_TRY(services_.store->sync());
    }
    WriteReply reply;
    reply.commit = change.commit;
    reply.durability = durability;
    reply.repeated = change.repeated;
    return reply;
}

Result<ReplyBody> DatabaseImpl::write_points(const std::vector<OperationRef>& operations,
                                             bool batch, const WriteOptions& options) {
    const std::shared_ptr<const View> view = services_.views.current();
    std::vector<std::shared_ptr<const Collection>> checked;
    uint64_t key_bytes = 0, payloads = 0;
    uint64_t tail_bytes = 0;
    for (size_t i = 0; i < operations.size(); ++i) {
        GRAPE_ASSIGN(const CollectionView* collection, view->find(collection_of(operations[i])));
        // Loaded here, so that other collections' writers do not wait for it.
        GRAPE_TRY(collection->shard->get().status());
        GRAPE_TRY(
            check_operation(*collection->collection, operations[i], operation_path(batch, i)));
        checked.push_back(collection->collection);
        key_bytes += estimate_key_bytes(operations[i]);
        if (counts_all()) payloads += payload_bytes(operations[i]);
        tail_bytes += vector_bytes(*collection->collection, operations[i]);
    }
    // One large upsert writes its own file.
    uint64_t direct = 0;
    if (const auto* const* upsert = std::get_if<const UpsertPoints*>(&operations.front());
        upsert != nullptr && operations.size() == 1) {
        direct = direct_bytes(services_.sizes, *checked.front(), **upsert);
    }
    Change change;
    change.alone = direct != 0 || key_bytes > 2 * services_.sizes.batch_bytes;
    change.apply = [&](CommitEdit& edit) -> Status {
        for (size_t i = 0; i < operations.size(); ++i) {
            GRAPE_TRY(apply_operation(edit, operations[i], operation_path(batch, i),
                                      checked[i].get(), operations.size() == 1));
        }
        return {};
    };
    return wrap(commit(change, options, {tail_bytes - direct, tail_bytes + key_bytes + payloads}));
}

Result<ReplyBody> DatabaseImpl::write_catalogue(const RequestBody& body,
                                                const WriteOptions& options) {
    bool existed = true;
    uint32_t dropped = 0;
    Change change;
    change.apply = [&](CommitEdit& edit) -> Status {
        if (const auto* r = std::get_if<CreateCollection>(&body)) return apply_create(edit, *r);
        if (const auto* r = std::get_if<UpdateCollection>(&body)) return apply_update(edit, *r);
        if (const auto* r = std::get_if<UpdateAliases>(&body)) return apply_aliases(edit, *r);
        return apply_delete(edit, std::get<DeleteCollection>(body), &existed, &dropped);
    };
    GRAPE_ASSIGN(WriteReply reply, commit(change, options));
    if (dropped != 0) {
        PurgeItem item;
        item.commit = reply.commit;
        item.shard = {dropped, 0};
        item.dropped = true;
        purge_->add(std::move(item));
        graphs_->forget(dropped);
    }
    reply.existed = existed;
    reply.boolean_result = true;
    return ReplyBody(reply);
}

Result<ReplyBody> DatabaseImpl::write_field_index(const RequestBody& body,
                                                  const WriteOptions& options) {
    bool existed = true;
    std::vector<uint64_t> old_files;
    Change change;
    change.apply = [&](CommitEdit& edit) -> Status {
        if (const auto* r = std::get_if<CreateFieldIndex>(&body)) {
            return apply_create_field(edit, *r, false, &old_files);
        }
        return apply_delete_field(edit, std::get<DeleteFieldIndex>(body), &existed, &old_files);
    };
    GRAPE_ASSIGN(WriteReply reply, commit(change, options));
    for (const uint64_t file : old_files) services_.files->doom(file);
    if (const auto* r = std::get_if<CreateFieldIndex>(&body)) {
        GRAPE_TRY(cover_index(r->collection));
    }
    reply.existed = existed;
    return ReplyBody(reply);
}

// Makes an index that was just made speak for the points that were there before.
Status DatabaseImpl::cover_index(const std::string& collection) {
    bool is_covered = false;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) { return cover_fields(edit, collection, &is_covered); };
    const Status covered = sequencer_->run(change);
    // Dropped meanwhile: there is nothing to cover.
    if (covered.code() == base::Code::not_found) return {};
    GRAPE_TRY(covered);
    return is_covered ? Status() : background_->cover_fields(collection);
}

Result<ReplyBody> DatabaseImpl::maintain(const RequestBody& body) {
    if (std::holds_alternative<PauseBackground>(body)) {
        if (automatic_fields_ != nullptr) automatic_fields_->pause();
        background_->pause();
        graphs_->pause();
    }
    if (std::holds_alternative<ResumeBackground>(body)) {
        background_->resume();
        graphs_->resume();
        if (automatic_fields_ != nullptr) automatic_fields_->resume();
    }
    if (std::holds_alternative<Flush>(body)) GRAPE_TRY(drain(false));
    if (std::holds_alternative<Optimize>(body)) {
        GRAPE_TRY(drain(true));
        GRAPE_TRY(graphs_->drain());
    }
    if (std::holds_alternative<Flush>(body)) GRAPE_TRY(services_.store->sync());
    WriteReply reply;
    reply.commit = services_.views.current()->commit();
    reply.boolean_result = true;
    return ReplyBody(reply);
}

}  // namespace grape::engine
