// Searches beside an import: 200,000 vectors of 128 dimensions with their graph, searches that
// arrive on a schedule, first alone, then while 50,000 more vectors are imported at full speed,
// then until those are in the graph too, and that several times, from the same state: one import is
// over in a third of a second. A search is late from the time at which it was due, so that one slow
// search counts for all that had to wait for it.
//
//     readers [--data DIR] [--base N] [--import N] [--rate N] [--seconds N] [--readers N]
//             [--rounds N] [--slice-us N]
//
// With `--slice-us` the threads that search ask Linux for slices of that length, as a program can
// whose searches must be in time: docs/threading.md says why.
//
// The vectors are those of the set sift200, in another order; without the set, random ones in
// clumps. Each tenth of a second beside the import: how many vectors are outside of the graph, and
// how late searches are. The last lines are the figures: milliseconds at p50, p99 and p99.9.
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "bench/database.h"
#include "core/base/json.h"
#include "core/base/time_slice.h"
#include "tests/support/temporary_directory.h"

namespace grape::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kDim = 128;
constexpr uint32_t kAnswers = 10;
constexpr std::chrono::milliseconds kWindow{100};
const char* const kCollection = "readers";

struct Options {
    std::string data = "../shared/data";
    size_t base = 200'000, more = 50'000, rate = 1000, readers = 4, rounds = 5, slice_us = 0;
    double seconds = 10;
};

// `count` rows, each a mixture of two of the set's (or of random clumps), so that new ones are as
// near to old ones as those are to each other.
Matrix make_rows(const Options& options, size_t count, uint64_t seed) {
    std::mt19937_64 random(seed);
    auto loaded = load_dataset(options.data, "sift200");
    Matrix source;
    if (loaded.ok()) {
        source = std::move(loaded->base);
    } else {
        source.dim = kDim;
        std::normal_distribution<float> normal(0, 30);
        source.values.resize(size_t{2000} * kDim);
        for (float& value : source.values) value = 100 + normal(random);
    }
    Matrix out{kDim, std::vector<float>(count * kDim)};
    std::uniform_real_distribution<float> part(0.0F, 0.2F);
    for (size_t i = 0; i < count; ++i) {
        const float* const a = source.row(random() % source.rows());
        const float* const b = source.row(random() % source.rows());
        const float share = part(random);
        for (uint32_t d = 0; d < kDim; ++d) {
            out.values[i * kDim + d] = a[d] + share * (b[d] - a[d]);
        }
    }
    return out;
}

struct Late {
    double due_s = 0, ms = 0;  // seconds from the beginning of the phase
};

void print_line(const char* name, std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    const auto at = [&](double share) {
        return ms.empty() ? 0 : ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))];
    };
    std::printf("%-24s %6zu searches   p50 %7.3f   p99 %7.3f   p99.9 %7.3f   max %7.3f ms\n", name,
                ms.size(), at(0.5), at(0.99), at(0.999), at(1));
    std::fflush(stdout);
}

void ask_for_slice(size_t slice_us) {
    if (slice_us == 0 || base::set_time_slice_ns(slice_us * 1000)) return;
    std::fprintf(stderr, "--slice-us: this system refuses it\n");
    std::exit(1);
}

// Searches that are due at a steady rate until stop().
class Schedule {
  public:
    Schedule(const Database& db, const Matrix& queries, const Options& options)
        : db_(db),
          queries_(queries),
          rate_(static_cast<double>(options.rate)),
          slice_us_(options.slice_us) {
        for (size_t i = 0; i < options.readers; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }
    std::vector<Late> stop() {
        stopping_ = true;
        for (std::thread& thread : threads_) thread.join();
        std::sort(late_.begin(), late_.end(),
                  [](const Late& a, const Late& b) { return a.due_s < b.due_s; });
        return std::move(late_);
    }
    double now_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  private:
    void work() {
        prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // else each wake-up is 50 us late
        ask_for_slice(slice_us_);
        std::vector<Late> own;
        while (!stopping_) {
            const auto number = static_cast<double>(next_.fetch_add(1));
            const double due_s = number / rate_;
            std::this_thread::sleep_until(start_ + std::chrono::duration_cast<Clock::duration>(
                                                       std::chrono::duration<double>(due_s)));
            const float* const query = queries_.row(static_cast<size_t>(number) % queries_.rows());
            must(db_.search(kCollection, Slice<float>(query, kDim), kAnswers));
            own.push_back({due_s, (now_s() - due_s) * 1000});
        }
        const std::lock_guard<std::mutex> lock(mutex_);
        late_.insert(late_.end(), own.begin(), own.end());
    }

    const Database& db_;
    const Matrix& queries_;
    const double rate_;
    const size_t slice_us_;
    const Clock::time_point start_ = Clock::now();
    std::atomic<bool> stopping_{false};
    std::atomic<uint64_t> next_{0};
    std::mutex mutex_;
    std::vector<Late> late_;
    std::vector<std::thread> threads_;
};

class Bench {
  public:
    Bench(std::string folder, const Options& options)
        : folder_(std::move(folder)),
          options_(options),
          rows_(make_rows(options, options.base + options.more, 1)),
          queries_(make_rows(options, 5000, 2)) {}

    void run() {
        make_base();
        for (size_t round = 0; round < options_.rounds; ++round) {
            open_copy();
            alone();
            beside();
        }
        std::printf("all %zu imports\n", options_.rounds);
        print_lines(alone_, beside_, after_);
        close();
    }

  private:
    std::string base_path() const { return folder_ + "/base"; }
    std::string copy_path() const { return folder_ + "/copy"; }
    void close() {
        must(db_->close());
        db_.reset();
    }
    void make_base() {
        db_.emplace(must(Database::open(base_path())));
        must(db_->create_collection(kCollection, kDim, Distance::euclid));
        import(0, options_.base);
        must(db_->request_json(R"({"optimize": {}})"));
        close();
    }
    void open_copy() {
        if (db_) close();
        std::filesystem::remove_all(copy_path());
        std::filesystem::copy(base_path(), copy_path(), std::filesystem::copy_options::recursive);
        db_.emplace(must(Database::open(copy_path())));
    }
    void import(size_t first, size_t end) { import_rows(*db_, kCollection, rows_, first, end); }
    // Vectors that are not in the graph; `idle`: nothing is left to do for it.
    uint64_t outside(bool* idle) const {
        const Buffer reply =
            must(db_->request_json(R"({"get_collection": {"collection_name": "readers"}})"));
        const auto text = grape::base::parse_json(reply.view());
        const auto& result = *text->find("result");
        *idle = result.find("status")->as_string() == "green";
        return static_cast<uint64_t>(result.find("points_count")->as_real() -
                                     result.find("indexed_vectors_count")->as_real());
    }
    static std::vector<double> between(const std::vector<Late>& all, double first_s, double end_s) {
        std::vector<double> out;
        for (const Late& each : all) {
            if (each.due_s >= first_s && each.due_s < end_s) out.push_back(each.ms);
        }
        return out;
    }
    static void add(std::vector<double>& all, const std::vector<double>& more) {
        all.insert(all.end(), more.begin(), more.end());
    }
    static void print_lines(const std::vector<double>& alone, const std::vector<double>& beside,
                            const std::vector<double>& after) {
        print_line("without import", alone);
        print_line("beside the import", beside);
        print_line("until in the graph", after);
    }
    // The first half second is that of a database that was just opened.
    void alone() {
        Schedule schedule(*db_, queries_, options_);
        const double end_s = options_.seconds / static_cast<double>(options_.rounds) + 0.5;
        std::this_thread::sleep_for(std::chrono::duration<double>(end_s));
        now_alone_ = between(schedule.stop(), 0.5, end_s);
        add(alone_, now_alone_);
    }
    void beside() {
        struct Tail {
            double at_s = 0;
            uint64_t vectors = 0;
        };
        std::vector<Tail> tails;
        std::atomic<double> imported_s{0};
        Schedule schedule(*db_, queries_, options_);
        std::this_thread::sleep_for(kWindow);
        const double start_s = schedule.now_s();
        std::thread importer([&] {
            import(options_.base, options_.base + options_.more);
            imported_s = schedule.now_s();
        });
        for (bool idle = false; !idle || imported_s == 0;) {
            std::this_thread::sleep_for(kWindow);
            const uint64_t vectors = outside(&idle);
            tails.push_back({schedule.now_s(), vectors});
        }
        importer.join();
        const std::vector<Late> all = schedule.stop();
        double from_s = start_s;
        for (const Tail& tail : tails) {
            char name[64];
            std::snprintf(name, sizeof(name), "%6.2f s %7llu outside", tail.at_s - start_s,
                          static_cast<unsigned long long>(tail.vectors));
            print_line(name, between(all, from_s, tail.at_s));
            from_s = tail.at_s;
        }
        std::printf("%zu vectors imported in %.2f s, in the graph after %.2f s\n", options_.more,
                    imported_s - start_s, from_s - start_s);
        const std::vector<double> now = between(all, start_s, imported_s);
        const std::vector<double> later = between(all, imported_s, from_s);
        print_lines(now_alone_, now, later);
        add(beside_, now);
        add(after_, later);
    }

    const std::string folder_;
    const Options options_;
    const Matrix rows_, queries_;
    std::optional<Database> db_;
    std::vector<double> now_alone_;               // of this round
    std::vector<double> alone_, beside_, after_;  // of all
};

}  // namespace
}  // namespace grape::bench

int main(int argc, char** argv) {
    grape::bench::Options options;
    CLI::App app("Searches on a schedule, alone and beside an import.");
    app.add_option("--data", options.data, "where the data sets lie");
    app.add_option("--base", options.base, "vectors with a graph");
    app.add_option("--import", options.more, "vectors that are imported beside the searches");
    app.add_option("--rate", options.rate, "searches a second");
    app.add_option("--seconds", options.seconds, "of searches without import, in all");
    app.add_option("--readers", options.readers, "threads that search");
    app.add_option("--rounds", options.rounds, "imports, one after the other");
    app.add_option("--slice-us", options.slice_us, "slices that readers ask Linux for");
    CLI11_PARSE(app, argc, argv);
    const grape::test::TemporaryDirectory folder;
    grape::bench::Bench(folder.path(), options).run();
    return 0;
}
