// Nanoseconds per distance, for every target that this CPU can run: rows that stay in the L2 cache,
// and rows that come from memory. Arguments: --benchmark_filter=... and the like.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/vector/convert.h"
#include "core/vector/distance.h"

namespace {

using grape::vector::Datatype;
using grape::vector::Distance;
using grape::vector::Target;

constexpr size_t in_cache_bytes = 128u << 10;
constexpr size_t streaming_bytes = 256u << 20;

struct Case {
    Target target;
    Datatype type;
    Distance distance;
    size_t dim;
    bool streaming;
};

// One array serves all cases: small values, so that any type reads it as harmless numbers.
const uint8_t* rows_for(const Case& c) {
    static const std::unique_ptr<uint8_t[], void (*)(void*)> memory(
        static_cast<uint8_t*>(std::aligned_alloc(4096, streaming_bytes)), std::free);
    static Datatype filled_with{};
    uint8_t* const rows = memory.get();
    if (filled_with == c.type) return rows;
    filled_with = c.type;
    std::mt19937 random(1);
    float values[1024];
    for (float& value : values) value = static_cast<float>(random() % 256);
    const size_t chunk = 1024 * grape::vector::element_bytes(c.type);
    for (size_t at = 0; at < streaming_bytes; at += chunk) {
        grape::vector::encode(values, c.type, Distance::dot, rows + at);
    }
    return rows;
}

void run(benchmark::State& state, const Case& c) {
    const size_t stride = c.dim * grape::vector::element_bytes(c.type);
    const uint8_t* const rows = rows_for(c);
    const size_t count = (c.streaming ? streaming_bytes : in_cache_bytes) / stride;
    const std::vector<float> values(c.dim, 3.0f);
    std::vector<uint8_t> query(c.dim * grape::vector::query_element_bytes(c.type));
    grape::vector::encode_query(values, c.type, Distance::dot, query.data());
    std::vector<float> scores(count);
    const grape::vector::ScoreBlock kernel =
        grape::vector::score_block_for(c.target, c.type, c.distance);
    for (auto step : state) {
        (void)step;
        kernel(query.data(), rows, stride, count, c.dim, scores.data());
        benchmark::ClobberMemory();
    }
    const auto distances = static_cast<double>(count) * static_cast<double>(state.iterations());
    state.counters["ns_per_distance"] = benchmark::Counter(
        distances * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["bytes_per_second"] =
        benchmark::Counter(distances * static_cast<double>(stride), benchmark::Counter::kIsRate);
}

void add(const Case& c) {
    if (grape::vector::score_block_for(c.target, c.type, c.distance) == nullptr) return;
    const std::string name = std::string(grape::vector::datatype_name(c.type)) + "/" +
                             std::string(grape::vector::distance_name(c.distance)) + "/" +
                             grape::vector::target_name(c.target) + "/" + std::to_string(c.dim) +
                             (c.streaming ? "/memory" : "/cache");
    benchmark::RegisterBenchmark(name.c_str(), [c](benchmark::State& state) { run(state, c); });
}

}  // namespace

int main(int argc, char** argv) {
    for (const Datatype type : {Datatype::f32, Datatype::f16, Datatype::u8}) {
        for (const Distance distance :
             {Distance::cosine, Distance::dot, Distance::euclid, Distance::manhattan}) {
            for (const Target target :
                 {Target::scalar, Target::sse41, Target::avx2, Target::avx512, Target::neon}) {
                for (const size_t dim : {128u, 384u, 784u, 1536u}) {
                    add({target, type, distance, dim, false});
                    add({target, type, distance, dim, true});
                }
            }
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
