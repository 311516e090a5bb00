// Transactions: what is done in one is made from the world as it sees it. Threads: pure functions.
#include "tests/integration/model/generator.h"

namespace grape::model {

namespace {

const std::vector<Kind> kWrites = {
    Kind::upsert_list,        Kind::upsert_list,        Kind::upsert_list,
    Kind::upsert_batch,       Kind::upsert_insert_only, Kind::upsert_update_only,
    Kind::upsert_if_version,  Kind::delete_points,      Kind::delete_if_version,
    Kind::set_payload,        Kind::set_payload_key,    Kind::overwrite_payload,
    Kind::delete_payload,     Kind::clear_payload,      Kind::delete_filter,
    Kind::set_payload_filter, Kind::update_vectors,     Kind::delete_vectors,
    Kind::batch_update};

const std::vector<Kind> kReads = {Kind::get_points,    Kind::get_points,   Kind::get_points,
                                  Kind::scroll_points, Kind::count_points, Kind::query_vector,
                                  Kind::query_vector,  Kind::query_id,     Kind::query_batch,
                                  Kind::count_filter,  Kind::count_filter, Kind::scroll_filter,
                                  Kind::query_filter,  Kind::facet,        Kind::scroll_ordered};

std::string savepoint_name(Random& random) {
    return base::cat("savepoint ", random.below(4));
}

}  // namespace

// In which of the open ones.
const ModelTransaction& some_transaction(const World& world, Random& random) {
    return *random.pick(world.transactions());
}

void generate_inside(const ModelTransaction& transaction, Random& random, Operation& out) {
    Generator inside(transaction.state(), random, "");
    out.transaction = transaction.number();
    switch (out.kind) {
        case Kind::write_inside:
            // One in twenty must be refused and leave no trace.
            if (random.chance(5)) {
                out.request.body = inside.refused_write();
            } else {
                inside.make(random.pick(kWrites), out);
            }
            break;
        case Kind::read_inside:
            inside.make(random.pick(kReads), out);
            break;
        case Kind::set_savepoint:
            out.request.body = engine::SetSavepoint{savepoint_name(random)};
            break;
        case Kind::roll_back_to_savepoint: {
            const auto& names = transaction.savepoints();
            const bool known = !names.empty() && random.chance(95);
            out.request.body =
                engine::RollbackToSavepoint{known ? random.pick(names) : savepoint_name(random)};
            break;
        }
        case Kind::commit_transaction:
            out.request.body = engine::CommitTransaction{};
            break;
        default:
            out.request.body = engine::RollbackTransaction{};
    }
}

// Of the requests that must be refused, those that write points.
engine::RequestBody Generator::refused_write() {
    for (;;) {
        engine::RequestBody out = rejected();
        const bool batch = std::holds_alternative<engine::BatchUpdate>(out);
        if (batch || as_operation(out).has_value()) return out;
    }
}

}  // namespace grape::model
