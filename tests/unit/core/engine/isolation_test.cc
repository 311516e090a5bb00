// The anomalies of Adya's thesis and of the Hermitage tests, each by its name: none may happen. The
// transactions are interleaved by hand, so every test takes one path.
#include "tests/unit/core/engine/transaction_fixture.h"

namespace grape::engine {
namespace {

class Isolation : public testing::Test {
  protected:
    using T = ValueTable;
    T table_;
    TestDatabase& database_ = table_.database;
};

// G0, write cycles: writes of two transactions are not interwoven.
TEST_F(Isolation, g0_write_cycles) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 11));
    t2.run(T::put(1, 12));
    t1.run(T::put(2, 21));
    EXPECT_TRUE(t1.commits());
    EXPECT_EQ(T::values(database_), "11 21 ");
    t2.run(T::put(2, 22));
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::values(database_), "11 21 ");
}

// G1a, aborted reads: what is rolled back was never seen.
TEST_F(Isolation, g1a_aborted_reads) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 101));
    EXPECT_EQ(T::values(t2), "10 20 ");
    EXPECT_EQ(T::values(database_), "10 20 ");
    t1.roll_back();
    EXPECT_EQ(T::values(t2), "10 20 ");
    EXPECT_TRUE(t2.commits());
}

// G1b, intermediate reads: nobody sees a value that its transaction replaced.
TEST_F(Isolation, g1b_intermediate_reads) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 101));
    EXPECT_EQ(T::values(t2), "10 20 ");
    t1.run(T::put(1, 11));
    EXPECT_TRUE(t1.commits());
    EXPECT_EQ(T::values(t2), "10 20 ");
    TestTransaction t3(database_);
    EXPECT_EQ(T::values(t3), "11 20 ");
    EXPECT_TRUE(t2.commits());
}

// G1c, circular information flow: two transactions do not both see each other.
TEST_F(Isolation, g1c_circular_information_flow) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 11));
    t2.run(T::put(2, 22));
    EXPECT_EQ(T::value(t1, 2), 20);
    EXPECT_EQ(T::value(t2, 1), 10);
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::values(database_), "11 20 ");
}

// OTV, observed transaction vanishes: who saw a part of a transaction sees all of it.
TEST_F(Isolation, otv_observed_transaction_vanishes) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 11));
    t1.run(T::put(2, 19));
    t2.run(T::put(1, 12));
    EXPECT_TRUE(t1.commits());
    TestTransaction t3(database_);
    EXPECT_EQ(T::value(t3, 1), 11);
    t2.run(T::put(2, 18));
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::value(t3, 2), 19);
    EXPECT_EQ(T::values(t3), "11 19 ");
    EXPECT_TRUE(t3.commits());
}

// PMP, predicate-many-preceders: a filter gives the same points each time.
TEST_F(Isolation, pmp_predicate_many_preceders_of_a_read) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::counted(t1, 30), 0);
    t2.run(T::put(3, 30));
    EXPECT_TRUE(t2.commits());
    EXPECT_EQ(T::counted(t1, 30), 0);
    EXPECT_TRUE(t1.commits());
}

TEST_F(Isolation, pmp_predicate_many_preceders_of_a_write) {
    TestTransaction t1(database_), t2(database_);
    t1.run(T::put(1, 20));
    t1.run(T::put(2, 30));
    t2.run(base::cat(R"({"delete_points":{"collection_name":"test",)", T::filter(20), "}}"));
    EXPECT_TRUE(t1.commits());
    EXPECT_EQ(T::values(t2), "10 ");
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::values(database_), "20 30 ");
}

// P4, lost update.
TEST_F(Isolation, p4_lost_update) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::value(t1, 1), 10);
    EXPECT_EQ(T::value(t2, 1), 10);
    t1.run(T::put(1, 11));
    t2.run(T::put(1, 11));
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
}

// G-single, read skew: a transaction sees all or nothing of another one.
TEST_F(Isolation, g_single_read_skew) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::value(t1, 1), 10);
    EXPECT_EQ(T::values(t2), "10 20 ");
    t2.run(T::put(1, 12));
    t2.run(T::put(2, 18));
    EXPECT_TRUE(t2.commits());
    EXPECT_EQ(T::value(t1, 2), 20);
    EXPECT_TRUE(t1.commits());
}

TEST_F(Isolation, g_single_read_skew_with_a_filter) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::counted(t1, 10), 1);
    t2.run(base::cat(R"({"set_payload":{"collection_name":"test","payload":{"value":12},)",
                     T::filter(10), "}}"));
    EXPECT_TRUE(t2.commits());
    EXPECT_EQ(T::counted(t1, 12), 0);
    EXPECT_TRUE(t1.commits());
}

TEST_F(Isolation, g_single_read_skew_with_a_write) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::value(t1, 1), 10);
    t2.run(T::put(1, 12));
    t2.run(T::put(2, 18));
    EXPECT_TRUE(t2.commits());
    t1.run(base::cat(R"({"delete_points":{"collection_name":"test",)", T::filter(20), "}}"));
    EXPECT_TRUE(t1.conflicts());
    EXPECT_EQ(T::values(database_), "12 18 ");
}

// G2-item, write skew on points.
TEST_F(Isolation, g2_item_write_skew) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::values(t1), "10 20 ");
    EXPECT_EQ(T::values(t2), "10 20 ");
    t1.run(T::put(1, 11));
    t2.run(T::put(2, 21));
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::values(database_), "11 20 ");
}

// The same with a point that is not there yet: absence was read.
TEST_F(Isolation, g2_item_write_skew_on_an_absent_point) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::value(t1, 3), -1);
    EXPECT_EQ(T::value(t2, 4), -1);
    t1.run(T::put(4, 40));
    t2.run(T::put(3, 30));
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::values(database_), "10 20 40 ");
}

// G2, anti-dependency cycles: write skew on what a filter finds.
TEST_F(Isolation, g2_anti_dependency_cycles) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::counted(t1, 30), 0);
    EXPECT_EQ(T::counted(t2, 30), 0);
    t1.run(T::put(3, 30));
    t2.run(T::put(4, 30));
    EXPECT_TRUE(t1.commits());
    EXPECT_TRUE(t2.conflicts());
    EXPECT_EQ(T::counted(database_, 30), 1);
}

// With a point that leaves the filter: it matched before the change, and not after it.
TEST_F(Isolation, g2_anti_dependency_cycle_by_a_point_that_leaves) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::counted(t1, 20), 1);
    t1.run(T::put(3, 1));
    t2.run(T::remove(2));
    EXPECT_TRUE(t2.commits());
    EXPECT_TRUE(t1.conflicts());
}

// The three transactions of Fekete, O'Neil and O'Neil: the reader makes the cycle.
TEST_F(Isolation, g2_anti_dependency_cycle_through_a_reader) {
    TestTransaction t1(database_);
    EXPECT_EQ(T::values(t1), "10 20 ");
    TestTransaction t2(database_);
    t2.run(T::put(2, 25));
    EXPECT_TRUE(t2.commits());
    TestTransaction t3(database_, R"({"read_only":true})");
    EXPECT_EQ(T::values(t3), "10 25 ");
    EXPECT_TRUE(t3.commits());
    t1.run(T::put(1, 0));
    EXPECT_TRUE(t1.conflicts());
}

// What filters do not meet does not conflict.
TEST_F(Isolation, changes_elsewhere_do_not_conflict) {
    TestTransaction t1(database_), t2(database_);
    EXPECT_EQ(T::counted(t1, 30), 0);
    EXPECT_EQ(T::value(t1, 1), 10);
    t1.run(T::put(3, 30));
    t2.run(T::put(2, 21));
    t2.run(T::put(4, 40));
    EXPECT_TRUE(t2.commits());
    EXPECT_TRUE(t1.commits());
    EXPECT_EQ(T::values(database_), "10 21 30 40 ");
}

}  // namespace
}  // namespace grape::engine
