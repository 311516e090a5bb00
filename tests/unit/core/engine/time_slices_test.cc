// Which threads have long time slices, and for how long. A commit asks for the time, and so does
// the sync timer: the clock notes the slices of those that ask.
#include "core/base/time_slice.h"

#include <pthread.h>

#include <map>
#include <set>
#include <thread>

#include "core/base/mutex.h"
#include "tests/support/wait_until.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

using Slices = std::set<uint64_t>;

class NotingClock final : public base::Clock {
  public:
    uint64_t wall_ms() const override {
        note();
        return base::Clock::system().wall_ms();
    }
    uint64_t monotonic_us() const override {
        note();
        return base::Clock::system().monotonic_us();
    }
    bool was_asked_by(const std::string& thread) const {
        const base::MutexLock lock(mutex_);
        return noted_.contains(thread);
    }
    // Of the threads of that name, since the last call.
    Slices take(const std::string& thread) {
        const base::MutexLock lock(mutex_);
        return std::exchange(noted_[thread], {});
    }

  private:
    void note() const {
        char name[16] = {};
        pthread_getname_np(pthread_self(), name, sizeof(name));
        const base::MutexLock lock(mutex_);
        noted_[name].insert(base::time_slice_ns());
    }

    mutable base::Mutex mutex_;
    mutable std::map<std::string, Slices> noted_ GRAPE_GUARDED_BY(mutex_);
};

void write(Database& database, size_t points) {
    std::string vector = "[1";
    for (int i = 1; i < 128; ++i) vector += ",1";
    std::string text = R"({"upsert_points":{"collection_name":"c","points":[)";
    for (size_t i = 0; i < points; ++i) {
        text += base::cat(i == 0 ? "" : ",", R"({"id":)", i, R"(,"vector":)", vector, "]}");
    }
    const auto request = decode_request_json(text + R"(]},"durability":{"group":1}})", {});
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    const auto reply = database.execute(*request);
    ASSERT_TRUE(reply.ok()) << reply.status().to_string();
}

// In a thread of its own: one keeps what was asked for.
void check_slices() {
    constexpr uint64_t kOwnNs = 1'000'000;
    base::set_time_slice_ns(kOwnNs);
    pthread_setname_np(pthread_self(), "writer");
    const uint64_t own_ns = base::time_slice_ns();  // 0 where there are none
    uint64_t long_ns = 0;
    {
        const base::LongTimeSlice slice(true);
        long_ns = base::time_slice_ns();
    }
    NotingClock clock;
    OpenOptions options;
    options.background = false;
    options.clock = &clock;
    auto database = Database::open(options);
    ASSERT_TRUE(database.ok()) << database.status().to_string();
    const auto create = decode_request_json(
        R"({"create_collection":{"collection_name":"c","vectors":{"size":128,"distance":"Dot"}}})",
        {});
    ASSERT_TRUE(create.ok() && (*database)->execute(*create).ok());

    clock.take("writer");
    write(**database, 1000);
    EXPECT_TRUE(clock.take("writer").contains(long_ns));
    EXPECT_EQ(base::time_slice_ns(), own_ns);
    write(**database, 10);
    EXPECT_EQ(clock.take("writer"), Slices{own_ns});
    ASSERT_TRUE(test::wait_until([&] { return clock.was_asked_by("grape-sync"); }));
    ASSERT_TRUE((*database)->close().ok());
    EXPECT_EQ(clock.take("grape-sync"), Slices{own_ns});
}

TEST(TimeSlices, are_long_while_much_is_committed_and_never_of_the_sync_timer) {
    std::thread(check_slices).join();
}

}  // namespace
}  // namespace grape::engine
