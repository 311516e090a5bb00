// How transactions end: refused requests, keys, expiry, bounds, closing, several threads. What they
// see and with what they conflict is in transaction_test.cc.
#include <thread>

#include "tests/unit/core/engine/transaction_fixture.h"

namespace grape::engine {
namespace {

using T = ValueTable;

TEST(Transaction, other_requests_are_unsupported_inside) {
    T table;
    TestTransaction t(table.database);
    for (
        const std::string_view json :
        {R"({"delete_collection":{"collection_name":"test"}})", R"({"flush":{}})",
         R"({"get_collection":{"collection_name":"test"}})", R"({"database_info":{}})",
         R"({"create_field_index":{"collection_name":"test","field_name":"a","field_schema":"text"}})",
         R"({"update_aliases":{"actions":[]}})"}) {
        EXPECT_TRUE(is_error(t.run(json), "GRAPE_E_UNSUPPORTED")) << json;
    }
    EXPECT_TRUE(t.commits());
}

TEST(Transaction, one_that_is_over_is_not_found) {
    T table;
    TestTransaction t(table.database);
    EXPECT_TRUE(t.commits());
    EXPECT_TRUE(is_error(t.run(T::get(1)), "GRAPE_E_NOT_FOUND"));
    EXPECT_TRUE(is_error(t.commit(), "GRAPE_E_NOT_FOUND"));
    EXPECT_TRUE(is_error(table.database.run(inside(99, T::get(1))), "GRAPE_E_NOT_FOUND"));
    TestTransaction rolled(table.database);
    rolled.run(T::put(1, 99));
    rolled.roll_back();
    EXPECT_TRUE(is_error(rolled.commit(), "GRAPE_E_NOT_FOUND"));
    EXPECT_EQ(T::values(table.database), "10 20 ");
}

TEST(Transaction, read_only_ones_take_no_writes_and_never_conflict) {
    T table;
    TestTransaction t(table.database, R"({"read_only":true})");
    EXPECT_TRUE(is_error(t.run(T::put(1, 99)), "GRAPE_E_INVALID"));
    EXPECT_EQ(T::values(t), "10 20 ");
    table.database.run(T::put(1, 99));
    EXPECT_EQ(T::values(t), "10 20 ");
    EXPECT_TRUE(t.commits());
}

TEST(Transaction, a_key_tells_what_became_of_a_commit) {
    T table;
    TestTransaction t(table.database);
    t.run(T::put(1, 11));
    const std::string commit = R"({"commit_transaction":{},"idempotency_key":"job"})";
    const std::string first = t.run(commit);
    EXPECT_NE(first.find(R"("operation_id":4)"), std::string::npos) << first;
    EXPECT_NE(t.run(commit).find(R"("repeated":true)"), std::string::npos);
    // Another run of the same work, which conflicts by now.
    TestTransaction again(table.database);
    again.run(T::put(1, 11));
    table.database.run(T::put(1, 55));
    EXPECT_NE(again.run(commit).find(R"("operation_id":4)"), std::string::npos);
    EXPECT_EQ(T::values(table.database), "55 20 ");
    TestTransaction unused(table.database);
    unused.run(T::put(1, 11));
    table.database.run(T::put(1, 56));
    EXPECT_TRUE(is_error(unused.run(R"({"commit_transaction":{},"idempotency_key":"other"})"),
                         "GRAPE_E_CONFLICT"));
}

TEST(Transaction, expires_and_says_so) {
    FakeClock clock;
    OpenOptions options;
    options.background = false;
    options.clock = &clock;
    auto database = Database::open(options);
    ASSERT_TRUE(database.ok());
    const auto begun = (*database)->execute({BeginTransaction{1000, false}, {}});
    ASSERT_TRUE(begun.ok());
    const uint64_t id = std::get<TransactionReply>(begun->body).transaction;
    clock.now_us += 999'000;
    EXPECT_TRUE((*database)->execute({SetSavepoint{"a"}, {}, id}).ok());
    clock.now_us += 2'000;
    const auto late = (*database)->execute({SetSavepoint{"a"}, {}, id});
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.status().to_string(),
              "GRAPE_E_RETRY: transaction: 1 was rolled back when its timeout of 1000 ms was over; "
              "run it again");
}

TEST(Transaction, bounds_are_kept) {
    OpenOptions::Sizes sizes;
    sizes.transaction_bytes_max = 10'000;
    sizes.transactions_max = 3;
    sizes.compared_commits_max = 4;
    TestDatabase database("", sizes);
    make_pairs_collection(database, "p");
    TestTransaction t(database), other(database);
    EXPECT_FALSE(is_error(database.run({pairs("p", 1, 20), {}, t.id()}), "GRAPE_E"));
    const std::string refused = database.run({pairs("p", 100, 1000), {}, t.id()});
    EXPECT_TRUE(is_error(refused, "GRAPE_E_LIMIT")) << refused;
    EXPECT_NE(t.run(R"({"count_points":{"collection_name":"p"}})").find(R"("count":20)"),
              std::string::npos);
    TestTransaction third(database);
    EXPECT_TRUE(is_error(database.run(R"({"begin_transaction":{}})"), "GRAPE_E_LIMIT"));
    for (uint64_t id = 1000; id < 1010; ++id) database.run({pairs("p", id, 1), {}});
    EXPECT_TRUE(is_error(t.commit(), "GRAPE_E_RETRY"));
    EXPECT_TRUE(third.commits());
    EXPECT_TRUE(other.commits());
}

TEST(Transaction, what_filters_make_it_write_is_bounded_too) {
    OpenOptions::Sizes sizes;
    sizes.transaction_bytes_max = 10'000;
    TestDatabase database("", sizes);
    make_pairs_collection(database, "p");
    database.run({pairs("p", 1, 1000), {}});
    TestTransaction t(database);
    const std::string all =
        R"({"set_payload":{"collection_name":"p","filter":{},"payload":{"a":1}}})";
    EXPECT_TRUE(is_error(t.run(all), "GRAPE_E_LIMIT"));
    EXPECT_TRUE(is_error(t.run(R"({"delete_points":{"collection_name":"p","filter":{}}})"),
                         "GRAPE_E_LIMIT"));
    EXPECT_TRUE(
        is_error(t.run(R"({"delete_vectors":{"collection_name":"p","filter":{},"vector":[""]}})"),
                 "GRAPE_E_LIMIT"));
    EXPECT_NE(t.run(R"({"count_points":{"collection_name":"p"}})").find(R"("count":1000)"),
              std::string::npos);
    EXPECT_TRUE(t.commits());
}

TEST(Transaction, a_large_one_commits_in_parts_and_as_a_whole) {
    OpenOptions::Sizes sizes;
    sizes.batch_bytes = 4'000;
    storage::TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", sizes);
    make_pairs_collection(database, "p");
    TestTransaction t(database);
    for (uint64_t part = 0; part < 10; ++part) {
        EXPECT_FALSE(
            is_error(database.run({pairs("p", 1 + part * 100, 100), {}, t.id()}), "GRAPE_E"));
    }
    EXPECT_TRUE(t.commits());
    database.reopen();
    EXPECT_EQ(database.run(R"({"count_points":{"collection_name":"p"}})").substr(0, 13),
              R"({"count":1000)");
    EXPECT_EQ(database.problems(), "");
}

// Blobs may be gone when the request has returned.
TEST(Transaction, copies_the_vectors_of_blobs) {
    TestDatabase database;
    database.run(kMakeVectors);
    TestTransaction t(database);
    std::vector<float> values = {3, 4};
    const RequestBlob blob{values.data(), BlobType::f32, 1, 2, 0};
    const std::string put = inside(
        t.id(),
        R"({"upsert_points":{"collection_name":"v","points":[{"id":1,"vector":{"blob":0}}]}})");
    database.run(put, std::span(&blob, 1));
    values = {0, 0};
    EXPECT_TRUE(t.commits());
    EXPECT_NE(database.run(R"({"get_points":{"collection_name":"v","ids":[1],"with_vector":true}})")
                  .find("[3.0,4.0]"),
              std::string::npos);
}

TEST(Transaction, closing_rolls_back) {
    storage::TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db");
    make_pairs_collection(database, "p");
    TestTransaction t(database);
    database.run({pairs("p", 1, 5), {}, t.id()});
    EXPECT_NE(t.run(R"({"count_points":{"collection_name":"p"}})").find(R"("count":5)"),
              std::string::npos);
    database.reopen();
    EXPECT_NE(database.run(R"({"count_points":{"collection_name":"p"}})").find(R"("count":0)"),
              std::string::npos);
    EXPECT_EQ(database.problems(), "");
}

// A view that a transaction holds is not purged behind its back.
TEST(Transaction, reads_go_on_while_points_are_purged_and_flushed) {
    OpenOptions::Sizes sizes;
    sizes.small_shard_bytes = 1;
    sizes.flush_tail_bytes = 1;
    storage::TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", sizes);
    make_pairs_collection(database, "p");
    database.run({pairs("p", 1, 200), {}});
    database.run(R"({"optimize":{}})");
    TestTransaction t(database);
    database.run({pairs("p", 1000, 1), {}, t.id()});
    database.run({deletion("p", 1, 200), {}});
    database.run({pairs("p", 2000, 300), {}});
    database.run(R"({"optimize":{}})");
    const std::string page =
        t.run(R"({"scroll_points":{"collection_name":"p","limit":1000,"with_vector":true}})");
    EXPECT_EQ(std::count(page.begin(), page.end(), '{'), 1 + 2 * 201) << page.substr(0, 300);
    EXPECT_NE(t.run(R"({"count_points":{"collection_name":"p"}})").find(R"("count":201)"),
              std::string::npos);
    EXPECT_TRUE(t.conflicts());
    EXPECT_EQ(database.problems(), "");
}

// The second of two that meet in one commit group sees the first one's changes.
TEST(Transaction, many_threads_count_up_without_losing_one) {
    T table;
    constexpr int kThreads = 4, kEach = 50;
    std::atomic<int> conflicts = 0;
    const auto count_up = [&] {
        for (int done = 0; done < kEach;) {
            TestTransaction t(table.database);
            const int before = T::value(t, 1);
            t.run(T::put(1, before + 1));
            if (t.commits()) {
                ++done;
            } else {
                ++conflicts;
            }
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(count_up);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(T::value(table.database, 1), 10 + kThreads * kEach);
    std::printf("%d conflicts\n", conflicts.load());
}

TEST(Transaction, two_threads_at_once_are_told_busy) {
    T table;
    TestTransaction t(table.database);
    std::atomic<bool> stop = false;
    std::atomic<int> busy = 0, done = 0;
    const auto use = [&] {
        while (!stop) {
            const std::string reply = t.run(T::put(7, 7));
            busy += is_error(reply, "GRAPE_E_BUSY") ? 1 : 0;
            done += reply.find("acknowledged") != std::string::npos ? 1 : 0;
            if (busy > 0 && done > 100) stop = true;
            if (done > 50'000) stop = true;
        }
    };
    std::thread first(use), second(use);
    first.join();
    second.join();
    EXPECT_GT(done, 100);
    EXPECT_TRUE(t.commits());
}

}  // namespace
}  // namespace grape::engine
