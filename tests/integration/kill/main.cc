// The kill test: an importing process is killed with SIGKILL at random moments, again and again.
// What it acknowledged was logged by another process, through a pipe. After each kill the database
// opens within 2 s, holds every acknowledged request and of the last, unacknowledged one all or
// nothing, and verify finds nothing wrong.
//
//   kill_test --kills 200 --seed 7      by hand
//
// Threads: one, it forks.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string_view>

#include "tests/integration/kill/client.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace grape::kill {
namespace {

constexpr uint64_t kRequestsAnImport = 120;
constexpr uint64_t kReopenMsMax = 2000;

// What the importing process tells after each request, in one number.
struct Told {
    uint64_t flushes = 0, merges = 0;
    bool running = false;

    static uint64_t pack(const Client::Background& background) {
        return background.flushes << 32 | background.merges << 1 | (background.running ? 1 : 0);
    }
    static Told unpack(uint64_t number) {
        return {number >> 32, (number & UINT32_MAX) >> 1, (number & 1) != 0};
    }
};

// Small enough that an import meets flushes, merges, direct files and commits in several batches.
engine::OpenOptions options_of(const std::string& path, uint64_t variant) {
    engine::OpenOptions out;
    out.path = path;
    out.sizes.small_shard_bytes = 16u << 10;
    out.sizes.flush_tail_bytes = 400u << 10;
    out.sizes.log_file_bytes = 1u << 20;
    out.sizes.vector_file_bytes = 4u << 20;
    out.sizes.kept_commits_max = 16;
    out.sizes.dead_rows_min = 100;
    if (variant % 3 == 1) out.sizes.direct_file_bytes = 90u << 10;
    if (variant % 3 == 2) out.sizes.batch_bytes = 30u << 10;
    return out;
}

int fail(const std::string& why) {
    std::printf("%s\n", why.c_str());
    std::fflush(stdout);
    return 1;
}

int create(const std::string& path, uint64_t variant) {
    Client client;
    std::string failed = client.open(options_of(path, variant));
    if (failed.empty()) failed = client.create_collection();
    if (failed.empty()) failed = client.close();
    return failed.empty() ? 0 : fail(failed);
}

// Imports and tells of each request that was acknowledged.
int import(const std::string& path, uint64_t variant, Plan plan, const test::Progress& progress) {
    Client client;
    std::string failed = client.open(options_of(path, variant));
    while (failed.empty() && plan.done() < kRequestsAnImport) {
        const Step step = plan.next();
        failed = client.send(step, plan.done());
        if (!failed.empty()) break;
        static_cast<void>(progress.tell(Told::pack(client.background())));
        plan.apply(step);
    }
    if (failed.empty()) failed = client.close();
    return failed.empty() ? 0 : fail(failed);
}

// Tells how long opening took in microseconds, and how many requests are there.
int check(const std::string& path, uint64_t variant, Plan plan, bool close,
          const test::Progress& progress) {
    const auto begin = std::chrono::steady_clock::now();
    Client client;
    std::string failed = client.open(options_of(path, variant));
    if (!failed.empty()) return fail(failed);
    const uint64_t done = client.requests_done();
    const auto took = std::chrono::steady_clock::now() - begin;
    static_cast<void>(progress.tell(static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count())));
    static_cast<void>(progress.tell(done));
    if (done == plan.done() + 1) plan.apply(plan.next());
    if (done != plan.done()) {
        return fail(base::cat(done, " requests are there, acknowledged were ", plan.done()));
    }
    failed = client.compare(plan);
    if (failed.empty()) failed = client.verify();
    if (!failed.empty()) return fail(failed);
    // Without a close the next import begins with what the kill left.
    if (!close) ::_exit(0);
    failed = client.close();
    return failed.empty() ? 0 : fail(failed);
}

class KillTest {
  public:
    KillTest(uint64_t seed, uint64_t kills) : seed_(seed), kills_(kills), random_(seed) {}

    bool run() {
        while (killed_ < kills_) {
            if (!one_import()) return false;
        }
        return true;
    }
    void print() const {
        std::printf("%llu kills, %llu of them during a flush or a merge, %llu imports\n",
                    static_cast<unsigned long long>(killed_),
                    static_cast<unsigned long long>(while_running_),
                    static_cast<unsigned long long>(imports_));
        std::printf("%llu flushes and %llu merges were done before the kills\n",
                    static_cast<unsigned long long>(flushes_),
                    static_cast<unsigned long long>(merges_));
        std::printf("%llu requests acknowledged, %llu more were there after the kill\n",
                    static_cast<unsigned long long>(acknowledged_),
                    static_cast<unsigned long long>(not_acknowledged_));
        std::printf("reopening took %.1f ms at worst (limit %llu ms)\n", worst_ms_,
                    static_cast<unsigned long long>(kReopenMsMax));
    }
    double worst_ms() const { return worst_ms_; }

  private:
    bool one_import();
    bool one_kill(Plan& plan, const std::string& path);
    bool check_after(Plan& plan, const std::string& path);

    const uint64_t seed_, kills_;
    std::mt19937_64 random_;
    uint64_t killed_ = 0, while_running_ = 0, imports_ = 0;
    uint64_t flushes_ = 0, merges_ = 0;
    uint64_t acknowledged_ = 0, not_acknowledged_ = 0;
    double worst_ms_ = 0;
};

bool KillTest::one_import() {
    test::TemporaryDirectory directory;
    const std::string path = directory.path() + "/database";
    const uint64_t variant = imports_++;
    Plan plan(seed_ + variant);
    test::Child setup([&](const test::Progress&) { return create(path, variant); });
    if (!setup.wait()) return false;
    while (killed_ < kills_ && plan.done() < kRequestsAnImport) {
        if (!one_kill(plan, path) || !check_after(plan, path)) {
            std::printf("seed %llu, import %llu, kill %llu, request %llu\n",
                        static_cast<unsigned long long>(seed_),
                        static_cast<unsigned long long>(variant),
                        static_cast<unsigned long long>(killed_),
                        static_cast<unsigned long long>(plan.done()));
            return false;
        }
    }
    return true;
}

bool KillTest::one_kill(Plan& plan, const std::string& path) {
    test::Child child(
        [&](const test::Progress& progress) { return import(path, imports_ - 1, plan, progress); });
    const uint64_t wanted = random_() % 16;
    Told last;
    uint64_t told = 0;
    const auto take = [&](uint64_t number) {
        last = Told::unpack(number);
        ++told;
        plan.apply(plan.next());
    };
    uint64_t number = 0;
    while (told < wanted && child.next(&number)) take(number);
    ::usleep(static_cast<useconds_t>(random_() % 25000));
    child.kill();
    if (!child.wait()) return false;
    while (child.next(&number)) take(number);
    acknowledged_ += told;
    if (!child.killed()) return true;
    ++killed_;
    flushes_ += last.flushes;
    merges_ += last.merges;
    if (last.running) ++while_running_;
    return true;
}

bool KillTest::check_after(Plan& plan, const std::string& path) {
    const bool close = random_() % 2 == 0;
    test::Child child([&](const test::Progress& progress) {
        return check(path, imports_ - 1, plan, close, progress);
    });
    uint64_t took_us = 0;
    uint64_t done = 0;
    const bool told = child.next(&took_us) && child.next(&done);
    if (!child.wait() || !told) return false;
    worst_ms_ = std::max(worst_ms_, static_cast<double>(took_us) / 1000);
    if (done == plan.done()) return true;
    ++not_acknowledged_;
    plan.apply(plan.next());
    return true;
}

bool read_number(const char* text, uint64_t* out) {
    const char* const end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, *out);
    return read.ec == std::errc() && read.ptr == end;
}

int run(int count, char** values) {
    uint64_t seed = 20240608;
    uint64_t kills = 20;
    const char* const quick = std::getenv("GRAPE_TEST_QUICK");
    if (quick != nullptr && std::strcmp(quick, "1") == 0) kills = 8;
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = values[i];
        uint64_t* const out = name == "--kills" ? &kills : name == "--seed" ? &seed : nullptr;
        if (out == nullptr || i + 1 == count || !read_number(values[i + 1], out)) {
            std::printf("usage: %s [--kills N] [--seed N]\n", values[0]);
            return 2;
        }
    }
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    KillTest test(seed, kills);
    const bool survived = test.run();
    test.print();
    const bool fast = test.worst_ms() < static_cast<double>(kReopenMsMax);
    const int passed = (survived ? 1 : 0) + (fast ? 1 : 0);
    std::printf("%d passed, %d failed, 0 skipped\n", passed, 2 - passed);
    return passed == 2 ? 0 : 1;
}

}  // namespace
}  // namespace grape::kill

int main(int count, char** values) {
    return grape::kill::run(count, values);
}
