#include "core/engine/graph_schedule.h"

#include <gtest/gtest.h>

namespace grape::engine {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kStart = 1'000 * kSecond;
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

TEST(GraphSchedule, those_that_always_change_take_turns) {
    GraphSchedule schedule;
    for (uint64_t now_us = kSecond; now_us < 5 * kSecond; now_us += kSecond / 5) {
        schedule.note(1, now_us);
        schedule.note(2, now_us);
        const uint32_t turn = now_us / (kSecond / 5) % 2 == 1 ? 1 : 2;
        expect_task(schedule.next(now_us), turn, GraphNeed::busy);
    }
}

TEST(GraphSchedule, a_trickle_gets_a_quiet_look_in_ten_seconds) {
    GraphSchedule schedule;
    EXPECT_EQ(trickle_until_quiet(schedule, 3, kStart), kStart + 10 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, kStart + 11 * kSecond), kStart + 21 * kSecond);
}

// So a collection that is always written to spends a tenth of the time on its graph.
TEST(GraphSchedule, what_takes_long_to_build_is_built_less_often) {
    GraphSchedule schedule;
    schedule.note(3, kStart);  // while its graph is built
    schedule.note_build(3, 60 * kSecond, kStart + 60 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, kStart + 60 * kSecond), kStart + 660 * kSecond);
    EXPECT_EQ(trickle_until_quiet(schedule, 4, kStart), kStart + 10 * kSecond);
    schedule.forget(3);
    EXPECT_EQ(trickle_until_quiet(schedule, 3, kStart), kStart + 10 * kSecond);
}

TEST(GraphSchedule, rests_a_minute_after_a_failure_and_looks_again) {
    GraphSchedule schedule;
    schedule.note(3, kStart);
    expect_task(schedule.next(kStart), 3, GraphNeed::busy);
    schedule.rest(3, kStart);
    schedule.note(4, kStart);
    expect_task(schedule.next(kStart), 4, GraphNeed::busy);
    for (uint64_t after_us = 0; after_us < 60 * kSecond; after_us += kSecond / 10) {
        schedule.note(3, kStart + after_us);
        const Task task = schedule.next(kStart + after_us);
        EXPECT_EQ(task.has_value(), after_us == kSecond) << after_us;
        if (task) {
            expect_task(task, 4, GraphNeed::quiet);
        }
    }
    expect_task(schedule.next(kStart + 60 * kSecond), 3, GraphNeed::quiet);
    EXPECT_TRUE(schedule.empty());
}

}  // namespace
}  // namespace grape::engine
