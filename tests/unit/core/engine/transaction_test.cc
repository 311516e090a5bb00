// Transactions over Database::execute(): reads that see their own writes, savepoints, conflicts.
// The anomalies that may not happen are in isolation_test.cc.
#include "tests/unit/core/engine/transaction_fixture.h"

namespace grape::engine {
namespace {

using T = ValueTable;

TEST(Transaction, reads_see_the_own_writes_and_nobody_else_does) {
    T table;
    TestTransaction t(table.database);
    EXPECT_EQ(t.run(T::put(3, 30)), R"({"operation_id":null,"status":"acknowledged"})");
    t.run(T::put(1, 11));
    t.run(T::remove(2));
    EXPECT_EQ(T::values(t), "11 30 ");
    EXPECT_EQ(T::values(table.database), "10 20 ");
    EXPECT_EQ(T::counted(t, 30), 1);
    EXPECT_EQ(T::counted(t, 10), 0);
    EXPECT_TRUE(
        t.run(R"({"count_points":{"collection_name":"test"}})").starts_with(R"({"count":2})"));
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(T::values(table.database), "11 30 ");
    EXPECT_EQ(table.database.problems(), "");
}

TEST(Transaction, scrolls_merge_own_ids_into_those_of_the_store) {
    T table;
    table.database.run(T::put(5, 50));
    TestTransaction t(table.database);
    for (const uint64_t id : {4u, 1u, 7u, 6u}) t.run(T::put(id, 99));
    t.run(T::remove(2));
    const auto page = [&](std::string_view more) {
        return t.run(base::cat(R"({"scroll_points":{"collection_name":"test",)"
                               R"("with_payload":false,)",
                               more, "}}"));
    };
    const auto ids = [](const std::string& reply) {
        std::string out;
        for (size_t at = 0; (at = reply.find(R"("id":)", at)) != std::string::npos; at += 5) {
            out += base::cat(std::atoi(reply.c_str() + at + 5), " ");
        }
        return out;
    };
    EXPECT_EQ(ids(page(R"("limit":10)")), "1 4 5 6 7 ");
    EXPECT_EQ(ids(page(R"("limit":2)")), "1 4 ");
    EXPECT_EQ(ids(page(R"("limit":2,"offset":5)")), "5 6 ");
    EXPECT_EQ(ids(page(base::cat(R"("limit":10,)", T::filter(99)))), "1 4 6 7 ");
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(ids(table.database.run(
                  R"({"scroll_points":{"collection_name":"test","with_payload":false}})")),
              "1 4 5 6 7 ");
}

TEST(Transaction, searches_find_own_vectors) {
    TestDatabase database;
    database.run(kMakeVectors);
    database.run(
        R"({"upsert_points":{"collection_name":"v","points":[{"id":1,"vector":[0,0]},{"id":2,"vector":[5,5]}]}})");
    TestTransaction t(database);
    t.run(
        R"({"upsert_points":{"collection_name":"v","points":[{"id":3,"vector":[4,4]},{"id":1,"vector":[9,9]}]}})");
    const std::string search =
        R"({"query_points":{"collection_name":"v","query":[0,0],"limit":1}})";
    EXPECT_NE(t.run(search).find(R"("id":3)"), std::string::npos);
    EXPECT_NE(database.run(search).find(R"("id":1)"), std::string::npos);
    const std::string like = R"({"query_points":{"collection_name":"v","query":3,"limit":1}})";
    EXPECT_NE(t.run(like).find(R"("id":2)"), std::string::npos);
    EXPECT_TRUE(t.commits());
    EXPECT_NE(database.run(search).find(R"("id":3)"), std::string::npos);
    EXPECT_EQ(database.problems(), "");
}

// The tails of the live database stay as they are, whatever a transaction puts behind them.
TEST(Transaction, own_vectors_go_into_tails_of_their_own) {
    TestDatabase database;
    database.run(kMakeVectors);
    const auto put = [](uint64_t id, int x) {
        return base::cat(R"({"upsert_points":{"collection_name":"v","points":[{"id":)", id,
                         R"(,"vector":[)", x, ",0]}]}}");
    };
    database.run(put(1, 1));
    TestTransaction t1(database), t2(database);
    t1.run(put(2, 2));
    t2.run(put(3, 3));
    database.run(put(4, 4));
    const auto vector_of = [](auto& reader, uint64_t id) {
        return reader.run(base::cat(R"({"get_points":{"collection_name":"v","ids":[)", id,
                                    R"(],"with_vector":true,"with_payload":false}})"));
    };
    EXPECT_NE(vector_of(t1, 2).find("[2.0,0.0]"), std::string::npos);
    EXPECT_NE(vector_of(t2, 3).find("[3.0,0.0]"), std::string::npos);
    EXPECT_NE(vector_of(database, 4).find("[4.0,0.0]"), std::string::npos);
    EXPECT_TRUE(t2.commits());
    EXPECT_TRUE(t1.commits());
    EXPECT_NE(vector_of(database, 2).find("[2.0,0.0]"), std::string::npos);
    EXPECT_NE(vector_of(database, 3).find("[3.0,0.0]"), std::string::npos);
    EXPECT_EQ(database.problems(), "");
}

// An index does not know what a transaction wrote: the payloads say.
TEST(Transaction, indexed_filters_orders_and_facets_see_own_writes) {
    T table;
    table.database.run(
        R"({"create_field_index":{"collection_name":"test","field_name":"value","field_schema":"integer"}})");
    TestTransaction t(table.database);
    t.run(T::put(3, 15));
    t.run(T::put(1, 20));
    EXPECT_EQ(T::counted(t, 20), 2);
    EXPECT_EQ(T::counted(t, 15), 1);
    EXPECT_EQ(T::counted(t, 10), 0);
    EXPECT_EQ(t.run(R"({"facet":{"collection_name":"test","key":"value"}})").substr(0, 56),
              R"({"hits":[{"value":20,"count":2},{"value":15,"count":1}]})");
    const std::string ordered = t.run(
        R"({"scroll_points":{"collection_name":"test","order_by":"value","with_payload":false}})");
    EXPECT_LT(ordered.find(R"("id":3)"), ordered.find(R"("id":1)"));
    EXPECT_LT(ordered.find(R"("id":1)"), ordered.find(R"("id":2)"));
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(T::counted(table.database, 20), 2);
}

TEST(Transaction, writes_by_filter_see_own_writes) {
    T table;
    TestTransaction t(table.database);
    t.run(T::put(3, 10));
    t.run(base::cat(R"({"set_payload":{"collection_name":"test","payload":{"value":77},)",
                    T::filter(10), "}}"));
    EXPECT_EQ(T::counted(t, 77), 2);
    t.run(base::cat(R"({"delete_points":{"collection_name":"test",)", T::filter(77), "}}"));
    EXPECT_EQ(T::values(t), "20 ");
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(T::values(table.database), "20 ");
}

TEST(Transaction, is_one_commit_over_several_collections) {
    T table;
    table.database.run(kMakeVectors);
    TestTransaction t(table.database);
    t.run(R"({"batch_update":{"collection_name":"test","operations":[)"
          R"({"upsert":{"points":[{"id":3,"payload":{"value":30}}]}},)"
          R"({"upsert":{"collection_name":"v","points":[{"id":1,"vector":[1,2]}]}}]}})");
    t.run(T::put(1, 11));
    EXPECT_EQ(t.commit(), R"({"operation_id":5,"status":"completed","durability":"full"})");
    const std::string in_v =
        table.database.run(R"({"get_points":{"collection_name":"v","ids":[1]}})");
    EXPECT_NE(in_v.find(R"("version":5)"), std::string::npos) << in_v;
    EXPECT_NE(table.database.run(T::get(3)).find(R"("version":5)"), std::string::npos);
    EXPECT_EQ(T::values(table.database), "11 20 30 ");
}

TEST(Transaction, savepoints_take_back_what_came_after_them) {
    T table;
    TestTransaction t(table.database);
    t.run(T::put(3, 30));
    t.run(R"({"set_savepoint":{"name":"a"}})");
    t.run(T::put(1, 11));
    t.run(R"({"set_savepoint":{"name":"b"}})");
    t.run(T::remove(2));
    EXPECT_EQ(T::values(t), "11 30 ");
    t.run(R"({"rollback_to_savepoint":{"name":"b"}})");
    EXPECT_EQ(T::values(t), "11 20 30 ");
    const std::string reply = t.run(R"({"rollback_to_savepoint":{"name":"a"}})");
    EXPECT_NE(reply.find(R"("operations":1)"), std::string::npos) << reply;
    EXPECT_EQ(T::values(t), "10 20 30 ");
    EXPECT_TRUE(is_error(t.run(R"({"rollback_to_savepoint":{"name":"b"}})"), "GRAPE_E_NOT_FOUND"));
    t.run(T::put(4, 40));
    t.run(R"({"rollback_to_savepoint":{"name":"a"}})");
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(T::values(table.database), "10 20 30 ");
}

TEST(Transaction, an_operation_that_is_refused_leaves_nothing) {
    T table;
    TestTransaction t(table.database);
    t.run(T::put(3, 30));
    const std::string refused =
        t.run(R"({"upsert_points":{"collection_name":"test","points":[)"
              R"({"id":1,"payload":{"value":99},"if_version":2},{"id":2,"if_version":17}]}})");
    EXPECT_TRUE(is_error(refused, "GRAPE_E_CONFLICT")) << refused;
    EXPECT_TRUE(is_error(t.run(R"({"upsert_points":{"collection_name":"test","points":[)"
                               R"({"id":1,"vector":[1,2,3]}]}})"),
                         "GRAPE_E_INVALID"));
    EXPECT_EQ(T::values(t), "10 20 30 ");
    EXPECT_TRUE(t.commits());
    EXPECT_EQ(T::values(table.database), "10 20 30 ");
}

// A condition is looked at when it is given; a change of the point since is a conflict.
TEST(Transaction, conditions_on_versions_hold_until_the_commit) {
    T table;
    const std::string if_two =
        R"({"upsert_points":{"collection_name":"test","points":[{"id":1,"payload":{"value":12},"if_version":2}]}})";
    TestTransaction t1(table.database), t2(table.database);
    t1.run(if_two);
    t2.run(if_two);
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
    TestTransaction t3(table.database);
    EXPECT_TRUE(is_error(t3.run(if_two), "GRAPE_E_CONFLICT"));
}

TEST(Transaction, a_conflict_says_what_and_by_whom) {
    T table;
    TestTransaction by_id(table.database), by_filter(table.database), by_range(table.database);
    T::value(by_id, 1);
    T::counted(by_filter, 31);
    by_range.run(R"({"scroll_points":{"collection_name":"test","limit":1}})");
    for (TestTransaction* t : {&by_id, &by_filter, &by_range}) t->run(T::put(9, 1));
    table.database.run(T::put(1, 31));
    EXPECT_EQ(by_id.commit(),
              "GRAPE_E_CONFLICT: transaction: point 1 of collection 'test' was changed by commit "
              "4; the transaction read or wrote it");
    EXPECT_EQ(by_filter.commit(),
              "GRAPE_E_CONFLICT: transaction: point 1 of collection 'test' was changed by commit "
              "4; it matches a filter of the transaction");
    EXPECT_EQ(by_range.commit(),
              "GRAPE_E_CONFLICT: transaction: point 1 of collection 'test' was changed by commit "
              "4; the transaction read a range that it is in");
    EXPECT_EQ(T::values(table.database), "31 20 ");
}

// A page was read from its first id to the first one of the next page.
TEST(Transaction, a_scroll_conflicts_only_where_it_went) {
    T table;
    for (uint64_t id = 3; id <= 20; ++id) table.database.run(T::put(id, 1));
    const std::string page = R"({"scroll_points":{"collection_name":"test","offset":5,"limit":5}})";
    const auto conflicts_with = [&](uint64_t id) {
        TestTransaction t(table.database);
        t.run(page);
        t.run(T::put(100 + id, 1));
        table.database.run(T::put(id, 2));
        return t.conflicts();
    };
    EXPECT_FALSE(conflicts_with(4));
    EXPECT_TRUE(conflicts_with(5));
    EXPECT_TRUE(conflicts_with(10));
    EXPECT_FALSE(conflicts_with(11));
}

TEST(Transaction, changes_of_the_catalogue_conflict_with_who_used_it) {
    TestDatabase database;
    database.run(kMakeVectors);
    const std::string put =
        R"({"upsert_points":{"collection_name":"v","points":[{"id":1,"vector":[1,2]}]}})";
    TestTransaction dropped(database);
    dropped.run(put);
    database.run(R"({"delete_collection":{"collection_name":"v"}})");
    EXPECT_TRUE(dropped.conflicts());
    TestTransaction made(database);
    EXPECT_TRUE(is_error(made.run(put), "GRAPE_E_NOT_FOUND"));
    database.run(kMakeVectors);
    EXPECT_TRUE(is_error(made.run(put), "GRAPE_E_NOT_FOUND"));
    EXPECT_TRUE(made.commits()) << "it has nothing to commit";
    TestTransaction indexed(database);
    indexed.run(R"({"count_points":{"collection_name":"v"}})");
    indexed.run(put);
    database.run(
        R"({"create_field_index":{"collection_name":"v","field_name":"t","field_schema":"text"}})");
    EXPECT_TRUE(indexed.conflicts());
}

}  // namespace
}  // namespace grape::engine
