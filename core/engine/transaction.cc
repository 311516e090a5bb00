#include "core/engine/transaction.h"

#include <algorithm>

#include "core/engine/shard_reader.h"
#include "core/engine/transaction_points.h"
#include "core/engine/vector_input.h"

namespace grape::engine {

using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

const KeyOverlay& no_keys() {
    static const KeyOverlay none;
    return none;
}

std::string operation_path(bool batch, size_t index) {
    return batch ? base::cat("operations[", index, "].") : std::string();
}

}  // namespace

Transaction::Transaction(Services& services, ConflictRing& ring, const TransactionOptions& options)
    : services_(services), ring_(ring), options_(options) {
    ring_.enter();
    view_ = services_.views.current();
    ring_.stay(view_->commit());
}

Transaction::~Transaction() {
    ring_.leave(view_->commit());
}

Result<std::shared_ptr<const Collection>> Transaction::use_name(const std::string& name) {
    const auto found = view_->find(name);
    auto collection = found.ok() ? (*found)->collection : nullptr;
    if (!options_.read_only) GRAPE_TRY(reads_.add_name(name, collection));
    if (!found.ok()) return found.status();
    return collection;
}

// --- writes ---

Result<Transaction::Buffered> Transaction::take(const OperationRef& operation,
                                                const std::string& path) {
    Buffered out;
    GRAPE_ASSIGN(out.collection, use_name(collection_of(operation)));
    GRAPE_TRY(check_operation(*out.collection, operation, path));
    GRAPE_ASSIGN(out.bytes, buffered_bytes(operation));
    const uint64_t bytes_max = services_.sizes.transaction_bytes_max;
    if (out.bytes > bytes_max - std::min(bytes_, bytes_max)) {
        return Status::make_limit("transaction: its operations take more than ", bytes_max,
                                  " bytes, which is the limit");
    }
    out.operation = own_operation(operation);
    return out;
}

void Transaction::note_write(const Buffered& buffered) {
    std::vector<base::PointId> ids;
    FilterPtr filter;
    points_of_operation(buffered.operation, &ids, &filter);
    for (const base::PointId& id : ids) reads_.add_id(buffered.collection, id);
    if (filter != nullptr) reads_.add_range(buffered.collection, {filter, {}, {}});
}

Status Transaction::apply(CommitEdit& edit, const std::vector<Buffered>& operations, bool batch) {
    for (size_t i = 0; i < operations.size(); ++i) {
        GRAPE_TRY(apply_operation(edit, operation_ref(operations[i].operation),
                                  operation_path(batch, i), operations[i].collection.get(), false));
        const uint64_t bytes_max = 4 * services_.sizes.transaction_bytes_max;
        if (edit.private_bytes() > bytes_max) {
            return Status::make_limit("transaction: its writes need more than ", bytes_max,
                                      " bytes, which is the limit");
        }
    }
    return {};
}

Status Transaction::rebuild() {
    if (edit_ != nullptr) return {};
    read_view_.reset();
    auto edit = std::make_unique<CommitEdit>(services_, view_->state(), no_keys(),
                                             view_->commit() + 1, false);
    edit->make_private(4 * services_.sizes.transaction_bytes_max);
    GRAPE_TRY(apply(*edit, operations_, false));
    edit_ = std::move(edit);
    return {};
}

Status Transaction::write(const std::vector<OperationRef>& operations, bool batch) {
    if (options_.read_only) {
        return Status::make_invalid("transaction: ", options_.id,
                                    " was begun with read_only and takes no writes");
    }
    if (operations.size() > limits::transaction_operations_max - operations_.size()) {
        return Status::make_limit("transaction: more than ", limits::transaction_operations_max,
                                  " operations");
    }
    std::vector<Buffered> taken;
    uint64_t bytes = 0;
    for (size_t i = 0; i < operations.size(); ++i) {
        GRAPE_ASSIGN(Buffered buffered, take(operations[i], operation_path(batch, i)));
        bytes += buffered.bytes;
        // What is refused was looked at, too.
        note_write(buffered);
        taken.push_back(std::move(buffered));
    }
    if (bytes + bytes_ > services_.sizes.transaction_bytes_max) {
        return Status::make_limit("transaction: its operations take more than ",
                                  services_.sizes.transaction_bytes_max,
                                  " bytes, which is the limit");
    }
    GRAPE_TRY(rebuild());
    read_view_.reset();
    const size_t wanted = operations_.size() + taken.size();
    if (wanted > operations_.capacity()) {
        operations_.reserve(std::max(wanted, 2 * operations_.capacity()));
    }
    // Whatever ends this early (memory, too), the next request makes a new copy of what was before.
    std::unique_ptr<CommitEdit> edit = std::move(edit_);
    GRAPE_TRY(apply(*edit, taken, batch));
    for (Buffered& each : taken) {
        // It held, and a change of the point since is a conflict: there is nothing to ask again.
        drop_conditions(each.operation);
        bytes_ += each.bytes;
        operations_.push_back(std::move(each));
    }
    edit_ = std::move(edit);
    return {};
}

// --- reads ---

Result<const View*> Transaction::read_view() {
    if (operations_.empty()) return view_.get();
    GRAPE_TRY(rebuild());
    if (read_view_ != nullptr) return read_view_.get();
    ViewState state = edit_->state();
    const uint64_t edit = base::next_edit();
    for (const auto& [key, shard] : edit_->shards()) {
        auto cell = std::make_shared<ShardCell>(std::make_shared<const ShardView>(*shard.view));
        state.collections.set(
            key.collection,
            std::make_shared<CollectionView>(CollectionView{shard.collection, std::move(cell)}),
            edit);
    }
    read_view_ = std::make_unique<const View>(std::move(state), services_.pins, &edit_->keys());
    return read_view_.get();
}

Status Transaction::note_query(const QueryPoints& query) {
    GRAPE_ASSIGN(const std::shared_ptr<const Collection> collection, use_name(query.collection));
    const auto* id = std::get_if<base::PointId>(&query.query);
    if (id != nullptr && !options_.read_only) reads_.add_id(collection, *id);
    return {};
}

Status Transaction::note_range(const std::string& name, const FilterPtr& filter) {
    GRAPE_ASSIGN(const std::shared_ptr<const Collection> collection, use_name(name));
    if (!options_.read_only) reads_.add_range(collection, {filter, {}, {}});
    return {};
}

Status Transaction::note_read(const RequestBody& body) {
    if (const auto* r = std::get_if<GetPoints>(&body)) {
        GRAPE_ASSIGN(const std::shared_ptr<const Collection> collection, use_name(r->collection));
        if (options_.read_only) return {};
        for (const base::PointId& id : r->ids) reads_.add_id(collection, id);
        return {};
    }
    if (const auto* r = std::get_if<ScrollPoints>(&body)) {
        // One by id is noted when it is known how far it went.
        if (r->order_by) return note_range(r->collection, r->filter);
        return use_name(r->collection).status();
    }
    if (const auto* r = std::get_if<CountPoints>(&body)) {
        return note_range(r->collection, r->filter);
    }
    if (const auto* r = std::get_if<FacetPoints>(&body)) {
        return note_range(r->collection, r->filter);
    }
    if (const auto* r = std::get_if<QueryPoints>(&body)) return note_query(*r);
    if (const auto* r = std::get_if<QueryBatch>(&body)) {
        for (const QueryPoints& each : r->searches) GRAPE_TRY(note_query(each));
        return {};
    }
    return Status::make_unsupported(
        "transaction: takes writes and reads of points; this request stands outside of one");
}

void Transaction::note_scroll(const ScrollPoints& request, const ScrollReply& reply) {
    const auto found = view_->find(request.collection);
    if (options_.read_only || request.order_by || !found.ok()) return;
    reads_.add_range((*found)->collection,
                     {request.filter, request.offset, reply.next_page_offset});
}

// --- savepoints ---

Status Transaction::set_savepoint(const std::string& name) {
    if (savepoints_.size() == limits::savepoints_max) {
        return Status::make_limit("name: the transaction has ", limits::savepoints_max,
                                  " savepoints, which is the limit");
    }
    savepoints_.push_back({name, operations_.size()});
    return {};
}

Status Transaction::roll_back_to(const std::string& name) {
    const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                    [&](const Savepoint& each) { return each.name == name; });
    if (found == savepoints_.rend()) {
        return Status::make_not_found("name: the transaction has no savepoint '", name, "'");
    }
    savepoints_.erase(found.base(), savepoints_.end());
    for (size_t i = savepoints_.back().operations; i < operations_.size(); ++i) {
        bytes_ -= operations_[i].bytes;
    }
    if (savepoints_.back().operations != operations_.size()) {
        read_view_.reset();
        edit_.reset();
    }
    operations_.resize(savepoints_.back().operations);
    return {};
}

// --- commit ---

namespace {

class ViewPoints final : public PointsAt {
  public:
    explicit ViewPoints(std::unique_ptr<ShardReader> reader) : reader_(std::move(reader)) {}
    const query::RowSource& rows() const override { return reader_->rows(); }

  private:
    const std::unique_ptr<ShardReader> reader_;
};

OpenPoints points_of(const Services& services, const View& view) {
    return [&services, &view](const Collection& collection) -> Result<std::unique_ptr<PointsAt>> {
        GRAPE_ASSIGN(std::unique_ptr<ShardReader> reader,
                     ShardReader::open(services, view, collection.name()));
        return std::unique_ptr<PointsAt>(std::make_unique<ViewPoints>(std::move(reader)));
    };
}

}  // namespace

Result<uint64_t> Transaction::check() const {
    const std::shared_ptr<const View> now = services_.views.current();
    const auto find = [&now](const std::string& name) {
        const auto found = now->find(name);
        return found.ok() ? (*found)->collection : nullptr;
    };
    GRAPE_TRY(check_names(reads_, find));
    GRAPE_ASSIGN(const CommitList commits, ring_.between(view_->commit(), now->commit()));
    GRAPE_TRY(
        check_commits(reads_, commits, points_of(services_, *view_), points_of(services_, *now)));
    return now->commit();
}

Status Transaction::check_rest(CommitEdit& edit, uint64_t checked) const {
    const auto find = [&edit](const std::string& name) {
        const auto found = edit.find(name);
        return found.ok() ? (*found)->collection : nullptr;
    };
    GRAPE_TRY(check_names(reads_, find));
    GRAPE_ASSIGN(const CommitList commits, ring_.between(checked, edit.state().commit));
    return check_commits(reads_, commits, points_of(services_, *view_), points_of_edit(edit));
}

Status Transaction::replay(CommitEdit& edit) const {
    for (size_t i = 0; i < operations_.size(); ++i) {
        const Buffered& each = operations_[i];
        GRAPE_TRY(apply_operation(edit, operation_ref(each.operation),
                                  base::cat("transaction.operations[", i, "]."),
                                  each.collection.get(), false));
    }
    return {};
}

uint64_t Transaction::written_vector_bytes() const {
    uint64_t bytes = 0;
    for (const Buffered& each : operations_) {
        bytes += vector_bytes(*each.collection, operation_ref(each.operation));
    }
    return bytes;
}

uint64_t Transaction::written_payload_bytes() const {
    uint64_t bytes = 0;
    for (const Buffered& each : operations_) bytes += payload_bytes(operation_ref(each.operation));
    return bytes;
}

uint64_t Transaction::written_key_bytes() const {
    uint64_t bytes = 0;
    for (const Buffered& each : operations_) {
        bytes += estimate_key_bytes(operation_ref(each.operation));
    }
    return bytes;
}

void Transaction::finish_reading() {
    read_view_.reset();
    edit_.reset();
}

}  // namespace grape::engine
