// Transactions of a session: each of the world's is one of the engine's, too.
#include "tests/integration/model/session.h"

namespace grape::model {

using base::Code;
using base::Result;
using base::Status;
using engine::ReplyBody;

namespace {

Mismatch compare_replies(const std::string& what, const Result<ReplyBody>& wanted,
                         const Result<ReplyBody>& got) {
    const std::string why = got.ok() ? "" : " (" + got.status().to_string() + ")";
    return compare_text(what + why, describe(wanted), describe(got));
}

}  // namespace

Mismatch Session::step_of_transaction(const Operation& operation) {
    if (operation.kind == Kind::begin_transaction) return begin(operation);
    if (operation.kind == Kind::commit_transaction) return commit(operation);
    ModelTransaction& of = *world_.transaction(operation.transaction);
    const Result<ReplyBody> got = send(operation);
    if (operation.kind == Kind::read_inside) {
        return compare_answer(operation.request.body, of.read(operation.request.body), got,
                              of.state());
    }
    if (operation.kind == Kind::write_inside) {
        refused_ = !got.ok() && got.status().code() == Code::full;
        if (refused_) return "";
        const Status written = of.write(operation.request.body);
        engine::WriteReply wanted;
        wanted.pending = true;
        return compare_replies("write inside",
                               written.ok() ? Result<ReplyBody>(ReplyBody(wanted)) : written, got);
    }
    Status done;
    if (const auto* o = std::get_if<engine::SetSavepoint>(&operation.request.body)) {
        of.set_savepoint(o->name);
    } else if (const auto* back =
                   std::get_if<engine::RollbackToSavepoint>(&operation.request.body)) {
        done = of.roll_back_to(back->name);
    }
    const engine::TransactionReply reply{engine_ids_.at(of.number()), of.view(), of.operations()};
    if (operation.kind == Kind::rollback_transaction) world_.end_transaction(of.number());
    return compare_replies("transaction", done.ok() ? Result<ReplyBody>(ReplyBody(reply)) : done,
                           got);
}

Mismatch Session::begin(const Operation& operation) {
    const Result<ReplyBody> got = execute(operation.request.body);
    if (!got.ok()) return got.status().to_string();
    const auto& begun = std::get<engine::TransactionReply>(*got);
    const bool right_view = alone_ ? begun.view == world_.commit() : begun.view >= world_.commit();
    if (!right_view || begun.operations != 0)
        return "it reads commit " + std::to_string(begun.view);
    engine_ids_[operation.transaction] = begun.transaction;
    world_.begin_transaction(operation.transaction, begun.view);
    return "";
}

Mismatch Session::commit(const Operation& operation) {
    using Verdict = ModelTransaction::Verdict;
    const uint64_t number = operation.transaction;
    const engine::WriteOptions& write = operation.request.write;
    const ModelTransaction& of = *world_.transaction(number);
    const Verdict verdict = of.judge(world_);
    const bool has_writes = of.operations() != 0;
    const bool repeats = world_.has_key(write.idempotency_key);
    const Result<ReplyBody> got = send(operation);
    if (!got.ok()) {
        refused_ = true;
        world_.end_transaction(number);
        const Code code = got.status().code();
        const bool forgotten = code == Code::retry && few_commits_compared_;
        const bool conflicts = code == Code::conflict && verdict != Verdict::must_commit;
        ++outcomes_[forgotten ? "(commit not compared)" : "(commit refused)"];
        const bool right = conflicts || (forgotten && has_writes);
        return right && !repeats ? "" : "it was refused: " + got.status().to_string();
    }
    if (!repeats && verdict == Verdict::must_conflict) {
        return base::cat("it was accepted, though what it read of commit ", of.view(),
                         " is not so any more");
    }
    ++outcomes_["(commit accepted)"];
    uint64_t commit = world_.commit() + 1;
    if (!alone_) commit = std::get<engine::WriteReply>(*got).commit;
    const Result<engine::WriteReply> wanted = world_.commit_transaction(number, write, commit);
    return compare_replies(
        "commit",
        wanted.ok() ? Result<ReplyBody>(ReplyBody(*wanted)) : Result<ReplyBody>(wanted.status()),
        got);
}

// What the operation does to the world, without a database; `refused`: the engine did not do it.
void replay_of_transaction(World& world, const Operation& operation, bool refused) {
    const engine::RequestBody& body = operation.request.body;
    if (operation.kind == Kind::begin_transaction) {
        world.begin_transaction(operation.transaction, world.commit());
        return;
    }
    ModelTransaction& of = *world.transaction(operation.transaction);
    if (operation.kind == Kind::write_inside && !refused) {
        static_cast<void>(of.write(body));
    } else if (operation.kind == Kind::read_inside) {
        static_cast<void>(of.read(body));
    } else if (const auto* o = std::get_if<engine::SetSavepoint>(&body)) {
        of.set_savepoint(o->name);
    } else if (const auto* back = std::get_if<engine::RollbackToSavepoint>(&body)) {
        static_cast<void>(of.roll_back_to(back->name));
    } else if (operation.kind == Kind::commit_transaction && !refused) {
        static_cast<void>(world.commit_transaction(operation.transaction, operation.request.write,
                                                   world.commit() + 1));
    } else if (operation.kind > Kind::roll_back_to_savepoint) {
        world.end_transaction(operation.transaction);
    }
}

}  // namespace grape::model
