// The engine's parts on stores that fail on command: services, sequencer, one collection `points`
// with one vector of two floats, and short ways to change and to look. Threads: run() from any.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/info.h"
#include "core/engine/purge.h"
#include "core/engine/read_points.h"
#include "core/engine/recovery.h"
#include "core/engine/rewrite.h"
#include "core/engine/write_collections.h"
#include "core/engine/write_points.h"
#include "tests/support/fault_store.h"
#include "tests/support/wait_until.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {

using base::Code;
using base::Status;

// A commit with more than a few vectors appends them to the log.
inline Sizes log_sizes() {
    Sizes sizes;
    sizes.pending_bytes_max = 64;
    return sizes;
}

// A commit of some ten points or more writes its keys in parts, before its batch.
inline Sizes sizes_with_parts(Sizes sizes = {}) {
    sizes.batch_bytes = 2000;
    return sizes;
}

class EngineParts {
  public:
    explicit EngineParts(const Sizes& sizes = {}) {
        auto made_store =
            std::make_unique<testing_support::FaultStore>(storage::make_memory_store());
        store = made_store.get();
        auto made_blobs =
            std::make_shared<testing_support::FaultBlobs>(storage::make_memory_blob_store());
        blobs = made_blobs.get();
        auto made_log = std::make_unique<testing_support::FaultLog>(storage::make_memory_vector_log(
            sizes.log_file_bytes, [this] { return services().next_file_number(); }));
        log = made_log.get();
        services().sizes = sizes;
        services().clock = &clock;
        services().store = std::move(made_store);
        services().blobs = std::move(made_blobs);
        services().log = std::move(made_log);
        services().files = std::make_unique<FileTable>(services().blobs, services().pinned_memory);
        start();
        CreateCollection create;
        create.collection = "points";
        create.config.vectors.push_back({"", 2, vector::Distance::euclid});
        Change change;
        change.apply = [&](CommitEdit& edit) { return apply_create(edit, create); };
        EXPECT_TRUE(sequencer->run(change).ok());
    }
    ~EngineParts() {
        services().views.clear();
        purge.reset();
        sequencer.reset();
    }
    // As after a crash: everything that is not in the stores is forgotten.
    void reopen() {
        services().views.clear();
        purge.reset();
        sequencer.reset();
        auto next = std::make_unique<Services>();
        next->sizes = services().sizes;
        next->clock = services().clock;
        next->store = std::move(services().store);
        next->blobs = std::move(services().blobs);
        next->log = std::move(services().log);
        next->files = std::make_unique<FileTable>(next->blobs, next->pinned_memory);
        services_ = std::move(next);
        services().log->roll();  // another process appends to another file
        start();
    }

    Services& services() const { return *services_; }

    // A change that does these operations in one commit.
    std::unique_ptr<Change> change_of(std::vector<PointOperation> operations) {
        auto change = std::make_unique<Change>();
        const auto list = std::make_shared<std::vector<PointOperation>>(std::move(operations));
        change->apply = [list](CommitEdit& edit) -> Status {
            for (const PointOperation& each : *list) {
                GRAPE_TRY(
                    apply_operation(edit, operation_ref(each), "", nullptr, list->size() == 1));
            }
            return {};
        };
        change->written = [this](CommitEdit& edit) { purge->add_edit(edit); };
        return change;
    }
    Status run(PointOperation operation) {
        return sequencer->run(*change_of({std::move(operation)}));
    }
    Status flush(std::map<uint32_t, std::vector<uint32_t>> files = {}) {
        return run_rewrite(services(), *sequencer, {1, std::move(files)}).status();
    }

    // Ids with version, as the current view has them.
    std::map<uint64_t, uint64_t> versions() const {
        const auto view = services().views.current();
        std::map<uint64_t, uint64_t> out;
        ScrollPoints scroll;
        scroll.collection = "points";
        scroll.limit = 1'000'000;
        const auto reply = scroll_points(services(), *view, scroll);
        EXPECT_TRUE(reply.ok()) << reply.status().to_string();
        if (!reply.ok()) return out;
        for (const ReplyPoint& point : reply->points) out[point.id.as_number()] = point.version;
        return out;
    }
    // The vector of each point that has one.
    std::map<uint64_t, std::vector<float>> vectors() const {
        const auto view = services().views.current();
        std::map<uint64_t, std::vector<float>> out;
        ScrollPoints scroll;
        scroll.collection = "points";
        scroll.limit = 1'000'000;
        scroll.with_vectors.kind = WithVectors::Kind::all;
        const auto reply = scroll_points(services(), *view, scroll);
        EXPECT_TRUE(reply.ok()) << reply.status().to_string();
        if (!reply.ok()) return out;
        for (const ReplyPoint& point : reply->points) {
            if (!point.vectors->empty()) out[point.id.as_number()] = point.vectors->at(0).values;
        }
        return out;
    }
    // From its n-th write on the store is broken, until before_write is set again.
    void break_writes_from(uint64_t n) {
        store->before_write = [writes = uint64_t{0}, n](const storage::WriteBatch&,
                                                        storage::Sync) mutable {
            return ++writes >= n ? Status::make_unknown_outcome("broken") : Status();
        };
    }
    std::shared_ptr<const ShardView> shard() const {
        const auto view = services().views.current();
        return view->state().collections.find(1)->shard->get().value();
    }
    uint64_t commit() const { return services().views.current()->commit(); }
    size_t keys(storage::Tree tree) const {
        size_t count = 0;
        const auto iterator = services().store->iterate(storage::tree_prefix(tree));
        for (; iterator->valid(); iterator->next()) ++count;
        return count;
    }

    FakeClock clock;
    testing_support::FaultStore* store = nullptr;
    testing_support::FaultLog* log = nullptr;
    testing_support::FaultBlobs* blobs = nullptr;
    std::unique_ptr<Sequencer> sequencer;
    std::unique_ptr<Purge> purge;

  private:
    std::unique_ptr<Services> services_ = std::make_unique<Services>();
    void start() {
        auto recovered = recover(services());
        ASSERT_TRUE(recovered.ok()) << recovered.status().to_string();
        sequencer = std::make_unique<Sequencer>(services(), std::move(recovered->state));
        for (const auto& [file, key] : recovered->log_uses) sequencer->add_log_use(file, key);
        purge = std::make_unique<Purge>(services(), *sequencer);
        purge->set_first_record(recovered->first_record);
        for (PurgeItem& item : recovered->purge) purge->add(std::move(item));
    }
};

// As a commit that shares its batch with nobody.
inline Status run_alone(EngineParts& parts, PointOperation operation) {
    const auto change = parts.change_of({std::move(operation)});
    change->alone = true;
    return parts.sequencer->run(*change);
}

// Returns when the thread waits (in state S): then its change is in the queue. Or when it has
// ended.
inline void wait_until_it_waits(pid_t thread) {
    const std::string path = base::cat("/proc/self/task/", thread, "/stat");
    EXPECT_TRUE(test::wait_until([&] {
        const std::string stat = storage::read_bytes(path);
        const size_t name_end = stat.rfind(')');
        return stat.empty() || (name_end != std::string::npos && stat.substr(name_end, 3) == ") S");
    })) << "the thread runs and never waits";
}

}  // namespace grape::engine
