// The graph library by itself, without the engine: builds a graph of one data set and prints recall
// and speed at several efforts. For tuning; ./dev bench ann is what compares.
//
// usage: graph_curve SET [--folder DIR] [--rows N] [--queries N] [--threads N] [--effort N]...
//                    [--in-links N] [--self N] [--outside N]
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/dataset.h"
#include "core/index/dense_tail.h"
#include "core/index/flat_search.h"
#include "core/index/graph/connect.h"
#include "core/index/graph/outside_search.h"
#include "core/vector/convert.h"
#include "storage/disk.h"

namespace grape::bench {
namespace {

constexpr size_t kAnswers = 10;

struct Arguments {
    std::string set, folder = "../shared/data";
    size_t rows = SIZE_MAX, queries = 1000;
    index::GraphBuildOptions options;
    std::vector<uint32_t> efforts;
    uint32_t outside = 0;  // rows that the graph does not get
    uint32_t self = 0;     // rows that search for themselves at default effort
};

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Rows final : public index::RowOrder {
  public:
    bool before(uint32_t a, uint32_t b) const override { return a < b; }
};

// A data set as f32 rows, and the keys of the true answers.
struct Work {
    index::GraphShape shape;
    Matrix base, queries;
    std::vector<float> truth;  // of each query the greatest key that is an answer

    const float* row(size_t index) const { return base.row(index); }
};

void find_truth(Work& work) {
    const Rows order;
    index::DenseTail tail(1, static_cast<uint32_t>(work.shape.row_bytes()));
    for (uint32_t i = 0; i < work.base.rows(); ++i) {
        std::memcpy(tail.put(i, i, 1), work.row(i), work.shape.row_bytes());
    }
    const index::RunView run{std::shared_ptr<const index::DenseRun>(&tail, [](const auto*) {}),
                             static_cast<uint32_t>(work.base.rows()),
                             {}};
    std::vector<index::TopK> tops(work.queries.rows(), index::TopK(kAnswers, order));
    std::vector<index::FlatQuery> queries;
    for (size_t i = 0; i < tops.size(); ++i) queries.push_back({work.queries.row(i), &tops[i]});
    const index::FlatShape shape{work.shape.datatype, work.shape.distance, work.shape.dim};
    if (!index::flat_search({&run, 1}, shape, queries).ok()) std::exit(1);
    for (index::TopK& top : tops) work.truth.push_back(top.take().back().key);
}

Work load(const Arguments& arguments) {
    auto loaded = load_dataset(arguments.folder, arguments.set);
    if (!loaded.ok()) {
        std::fprintf(stderr, "%s\n", loaded.status().to_string().c_str());
        std::exit(1);
    }
    Work out;
    out.base = std::move(loaded->base);
    out.queries = std::move(loaded->queries);
    out.base.values.resize(std::min(arguments.rows, out.base.rows()) * out.base.dim);
    out.queries.values.resize(std::min(arguments.queries, out.queries.rows()) * out.base.dim);
    const bool cosine = loaded->distance == "Cosine";
    out.shape = {0, vector::Datatype::f32,
                 cosine ? vector::Distance::cosine : vector::Distance::euclid, out.base.dim};
    for (Matrix* matrix : {&out.base, &out.queries}) {
        for (size_t i = 0; i < matrix->rows(); ++i) {
            float* values = matrix->values.data() + i * matrix->dim;
            vector::encode({values, matrix->dim}, out.shape.datatype, out.shape.distance, values);
        }
    }
    find_truth(out);
    return out;
}

std::shared_ptr<index::GraphRun> build(const Work& work, const Arguments& arguments) {
    std::vector<index::DenseEntry> entries(work.base.rows() - arguments.outside);
    for (uint32_t i = 0; i < entries.size(); ++i) entries[i] = {i, 1};
    const auto read = [&](uint32_t first, uint32_t count, uint8_t* out) {
        std::memcpy(out, work.row(first), count * work.shape.row_bytes());
        return base::Status();
    };
    const double start = cpu_seconds();
    auto builder = index::GraphBuilder::create(work.shape, arguments.options, entries, read);
    if (!builder.ok() || !(*builder)->run().ok()) std::exit(1);
    const uint64_t distances = (*builder)->progress().distances;
    const index::BuiltGraph graph = (*builder)->take();
    const double seconds = cpu_seconds() - start;
    uint64_t links = 0;
    for (uint32_t node = 0; node < entries.size(); ++node) {
        links += index::link_count(graph.blocks.links(node), graph.degree);
    }
    std::printf("%s: %zu rows, build %.2f CPU-s, %.0f us and %.0f distances a row, %.1f links\n",
                arguments.set.c_str(), entries.size(), seconds,
                1e6 * seconds / static_cast<double>(entries.size()),
                static_cast<double>(distances) / static_cast<double>(entries.size()),
                static_cast<double>(links) / static_cast<double>(entries.size()));
    static const auto blobs = storage::make_memory_blob_store();
    auto writer = blobs->create(1, storage::BlobKind::vectors);
    const auto place = index::write_graph_section(**writer, graph);
    const auto identity = (*writer)->finish();
    auto blob = blobs->open(*identity, storage::BlobKind::vectors, storage::Placement::pinned);
    auto run = index::GraphRun::open(*blob, *place, work.shape);
    if (!run.ok() || !(*run)->verify().ok()) std::exit(1);
    return *run;
}

index::ExactKeys exact_keys(const Work& work, const void* query) {
    const vector::ScoreBlock kernel = vector::score_block(work.shape.datatype, work.shape.distance);
    return
        [&work, query, kernel](std::span<const index::GraphCandidate> all, std::span<float> keys) {
            for (const auto& each : all) __builtin_prefetch(work.row(each.row));
            for (size_t c = 0; c < all.size(); ++c) {
                float score = 0;
                kernel(query, work.row(all[c].row), 0, 1, work.shape.dim, &score);
                keys[c] = index::key_of_score(score, work.shape.distance);
            }
            return base::Status();
        };
}

// How many of some rows come first, or something at the same place does.
void find_themselves(const Work& work, const index::GraphRun& run, uint32_t rows) {
    const Rows order;
    index::GraphScratchPool scratch;
    uint32_t found = 0;
    rows = std::min(rows, static_cast<uint32_t>(work.base.rows()));
    for (uint32_t row = 0; row < rows; ++row) {
        index::TopK top(1, order);
        index::GraphQuery query;
        query.query = work.row(row);
        query.k = 1;
        query.top = &top;
        query.exact_keys = exact_keys(work, query.query);
        if (!index::graph_search(run, query, scratch).ok()) std::exit(1);
        const std::vector<index::Candidate> best = top.take();
        if (best.empty()) continue;
        const float* const other = work.row(best.front().row);
        found += std::equal(other, other + work.shape.dim, work.row(row)) ? 1 : 0;
    }
    std::printf("  %u of %u rows find themselves\n", found, rows);
}

void measure(const Work& work, const index::GraphRun& run, uint32_t effort) {
    const Rows order;
    index::GraphScratchPool scratch;
    size_t found = 0;
    uint64_t visits = 0, scored = 0;
    double best = 1e9;
    for (int round = 0; round < 4; ++round) {
        found = visits = scored = 0;
        const double start = cpu_seconds();
        for (size_t i = 0; i < work.queries.rows(); ++i) {
            index::TopK top(kAnswers, order);
            index::GraphQuery query;
            query.query = work.queries.row(i);
            query.effort = effort;
            query.top = &top;
            query.exact_keys = exact_keys(work, query.query);
            const auto reply = index::graph_search(run, query, scratch);
            if (!reply.ok()) std::exit(1);
            visits += reply->visits;
            scored += reply->scored;
            const float limit = work.truth[i] + std::abs(work.truth[i]) * 1e-5F;
            for (const auto& each : top.take()) found += each.key <= limit ? 1 : 0;
        }
        best = std::min(best, cpu_seconds() - start);
    }
    const auto queries = static_cast<double>(work.queries.rows());
    std::printf("  effort %4u  recall %.4f  QPS %7.0f  visits %.0f  scored %.1f\n", effort,
                static_cast<double>(found) / (queries * kAnswers), queries / best,
                static_cast<double>(visits) / queries, static_cast<double>(scored) / queries);
}

// The last rows as a tail beside the graph of the others: microseconds of a search of the tail that
// knows what the walk found, by codes and by a plain scan.
void search_outside(const Work& work, const std::shared_ptr<index::GraphRun>& run, uint32_t rows) {
    const Rows order;
    index::GraphScratchPool scratch;
    const auto begin = static_cast<uint32_t>(work.base.rows()) - rows;
    auto tail =
        std::make_shared<index::DenseTail>(1, static_cast<uint32_t>(work.shape.row_bytes()));
    for (uint32_t i = 0; i < rows; ++i) {
        std::memcpy(tail->put(i, begin + i, 1), work.row(begin + i), work.shape.row_bytes());
    }
    const index::RunView view{tail, rows, {}};
    const index::FlatShape shape{work.shape.datatype, work.shape.distance, work.shape.dim};
    index::OutsideCodes codes(run);
    double start = cpu_seconds();
    if (!codes.cover({&view, 1}).ok()) std::exit(1);
    const double coded = cpu_seconds() - start;
    double best[2] = {1e9, 1e9};
    for (int round = 0; round < 6; ++round) {
        double seconds = 0;
        for (size_t i = 0; i < work.queries.rows(); ++i) {
            index::TopK top(kAnswers, order);
            index::GraphQuery query;
            query.query = work.queries.row(i);
            query.top = &top;
            query.exact_keys = exact_keys(work, query.query);
            if (!index::graph_search(*run, query, scratch).ok()) std::exit(1);
            const index::FlatQuery flat{query.query, &top};
            start = cpu_seconds();
            const base::Status searched =
                round % 2 == 0
                    ? index::outside_search(*run, codes, {&view, 1}, shape, flat, scratch)
                    : index::flat_search({&view, 1}, shape, {&flat, 1});
            seconds += cpu_seconds() - start;
            if (!searched.ok()) std::exit(1);
        }
        best[round % 2] = std::min(best[round % 2], seconds);
    }
    const double queries = static_cast<double>(work.queries.rows());
    std::printf("  %u rows outside: coded in %.2f us each; searched in %.0f us, plainly %.0f us\n",
                rows, 1e6 * coded / rows, 1e6 * best[0] / queries, 1e6 * best[1] / queries);
}

Arguments parse(int count, char** words) {
    Arguments out;
    out.set = count > 1 ? words[1] : "";
    for (int i = 2; i + 1 < count; i += 2) {
        const std::string name = words[i];
        const auto number = static_cast<uint32_t>(std::strtoul(words[i + 1], nullptr, 10));
        if (name == "--folder") out.folder = words[i + 1];
        if (name == "--rows") out.rows = number;
        if (name == "--queries") out.queries = number;
        if (name == "--threads") out.options.threads = number;
        if (name == "--build-effort") out.options.effort = number;
        if (name == "--in-links") out.options.in_links = number;
        if (name == "--outside") out.outside = number;
        if (name == "--self") out.self = number;
        if (name == "--effort") out.efforts.push_back(number);
    }
    if (out.efforts.empty()) out.efforts = {10, 14, 20, 28, 40, 56, 80, 100, 112, 160, 224};
    return out;
}

int run(int count, char** words) {
    const Arguments arguments = parse(count, words);
    const Work work = load(arguments);
    const auto graph = build(work, arguments);
    // The graph lacks rows of which recall would speak.
    if (arguments.outside != 0) {
        search_outside(work, graph, arguments.outside);
        return 0;
    }
    for (const uint32_t effort : arguments.efforts) measure(work, *graph, effort);
    if (arguments.self != 0) find_themselves(work, *graph, arguments.self);
    return 0;
}

}  // namespace
}  // namespace grape::bench

int main(int argc, char** argv) {
    return grape::bench::run(argc, argv);
}
