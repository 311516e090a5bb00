#include "core/engine/graph_schedule.h"

#include <gtest/gtest.h>

namespace grape::engine {
namespace {

constexpr uint64_t kSecond = 1'000'000;
using Task = std::optional<GraphSchedule::Task>;

void expect_task(const Task& task, uint32_t collection, GraphNeed need) {
    ASSERT_TRUE(task.has_value());
    EXPECT_EQ(task->collection, collection);
    EXPECT_EQ(task->need, need);
}

// Notes the collection twice a second and gives the time of its first quiet look.
uint64_t trickle_until_quiet(GraphSchedule& schedule, uint32_t collection, uint64_t now_us) {
    while (true) {
        schedule.note(collection, now_us);
        const Task task = schedule.next(now_us);
        if (task && task->need == GraphNeed::quiet) return now_us;
        now_us += kSecond / 2;
    }
}

TEST(GraphSchedule, looks_at_a_change_at_once_and_again_when_it_is_quiet) {
    GraphSchedule schedule;
    EXPECT_FALSE(schedule.next(0));
    schedule.note(7, 0);
    schedule.note(7, 10);
    expect_task(schedule.next(20), 7, GraphNeed::busy);
    EXPECT_FALSE(schedule.next(10 + kSecond - 1));
    EXPECT_TRUE(schedule.contains(7));
    expect_task(schedule.next(10 + kSecond), 7, GraphNeed::quiet);
    EXPECT_TRUE(schedule.empty());
}

TEST(GraphSchedule, a_collection_that_always_changes_keeps_no_other_waiting) {
    GraphSchedule schedule;
    schedule.note(9, 0);
    schedule.note(1, 0);
    schedule.note(1, kSecond);
    expect_task(schedule.next(kSecond), 9, GraphNeed::quiet);
    expect_task(schedule.next(kSecond), 1, GraphNeed::busy);
}

TEST(GraphSchedule, a_trickle_gets_a_quiet_look_in_ten_seconds) {
    GraphSchedule schedule;
    EXPECT_EQ(trickle_until_quiet(schedule, 3, 0), 10 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, 11 * kSecond), 21 * kSecond);
}

// So a collection that is always written to spends a tenth of the time on its graph.
TEST(GraphSchedule, what_takes_long_to_build_is_built_less_often) {
    GraphSchedule schedule;
    schedule.note_build(3, 6 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, 0), 60 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 4, 0), 10 * kSecond);
    schedule.note_build(3, 3600 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, 0), 3600 * kSecond);
    schedule.forget(3);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, 0), 10 * kSecond);
}

TEST(GraphSchedule, rests_a_minute_after_a_failure_and_looks_again) {
    GraphSchedule schedule;
    schedule.rest(3, 0);
    schedule.note(3, kSecond);
    schedule.note(4, kSecond);
    for (uint64_t now_us = kSecond; now_us < 60 * kSecond; now_us += kSecond) {
        const Task task = schedule.next(now_us);
        EXPECT_EQ(task ? task->collection : 4, 4);
    }
    expect_task(schedule.next(60 * kSecond), 3, GraphNeed::quiet);
    EXPECT_TRUE(schedule.empty());
}

}  // namespace
}  // namespace grape::engine
