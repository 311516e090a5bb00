#include "core/base/memory_budget.h"

#include <gtest/gtest.h>

namespace grape::base {
namespace {

TEST(MemoryBudget, gives_no_more_than_it_has) {
    MemoryBudget budget(100);
    EXPECT_TRUE(budget.take(60));
    EXPECT_FALSE(budget.take(41));
    EXPECT_FALSE(budget.take(UINT64_MAX));
    EXPECT_TRUE(budget.take(40));
    EXPECT_EQ(budget.used(), 100u);
    budget.give_back(100);
    EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryHold, gives_back_what_it_has_when_it_goes) {
    MemoryBudget budget(100);
    {
        MemoryHold first(budget);
        ASSERT_TRUE(first.grow(30, "a").ok());
        MemoryHold second(budget);
        ASSERT_TRUE(second.grow(20, "b").ok());
        second = std::move(first);
        EXPECT_EQ(second.bytes(), 30u);
        EXPECT_EQ(budget.used(), 50u);
        const MemoryHold third(std::move(second));
        EXPECT_EQ(third.bytes(), 30u);
    }
    EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryHold, names_what_does_not_fit_and_the_limit) {
    MemoryBudget budget(100);
    MemoryHold small(budget, 50);
    const Status over = small.grow(51, "reply");
    EXPECT_EQ(over.code(), Code::nomem);
    EXPECT_NE(over.message().find("reply: needs more than 50 bytes"), std::string::npos);
    MemoryHold other(budget);
    ASSERT_TRUE(other.grow(80, "x").ok());
    EXPECT_EQ(small.grow(30, "reply").code(), Code::nomem);
    EXPECT_TRUE(small.grow(20, "reply").ok());
}

TEST(MemoryHold, grows_without_a_limit_where_there_is_no_budget) {
    MemoryBudget unlimited;
    MemoryHold hold(unlimited);
    EXPECT_TRUE(hold.grow(UINT64_MAX, "x").ok());
    EXPECT_TRUE(MemoryHold().grow(UINT64_MAX, "x").ok());
    EXPECT_EQ(unlimited.used(), 0u);
}

}  // namespace
}  // namespace grape::base
