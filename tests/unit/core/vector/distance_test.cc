// Every target that this CPU can run is compared bit by bit with the scalar kernels, and those with
// a plain sum written here.
#include "core/vector/distance.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/vector/convert.h"

namespace grape::vector {
namespace {

constexpr Datatype all_types[] = {Datatype::f32, Datatype::f16, Datatype::u8};
constexpr Distance all_distances[] = {Distance::cosine, Distance::dot, Distance::euclid,
                                      Distance::manhattan};
constexpr Target all_targets[] = {Target::scalar, Target::sse41, Target::avx2, Target::avx512,
                                  Target::neon};

std::vector<Target> targets_here() {
    std::vector<Target> targets;
    for (const Target target : all_targets) {
        if (score_block_for(target, Datatype::f32, Distance::dot) != nullptr) {
            targets.push_back(target);
        }
    }
    return targets;
}

// NaNs have many bit patterns; which one comes out of a sum is not promised.
bool same_score(float a, float b) {
    if (std::isnan(a) && std::isnan(b)) return true;
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

std::string describe(Target target, Datatype type, Distance distance, size_t dim) {
    return std::string(target_name(target)) + " " + std::string(datatype_name(type)) + " " +
           std::string(distance_name(distance)) + " dim " + std::to_string(dim);
}

// A query and rows, raw, at chosen distances from alignment. Gaps between rows are 0xFF bytes: NaN
// for floats and large for u8, so that reading them shows in a score.
struct Block {
    Datatype type;
    size_t dim;
    size_t count;
    size_t stride;
    size_t offset;
    std::vector<uint8_t> query_bytes;
    std::vector<uint8_t> row_bytes;

    Block(Datatype block_type, size_t block_dim, size_t rows, size_t gap, size_t misalignment)
        : type(block_type),
          dim(block_dim),
          count(rows),
          stride(block_dim * element_bytes(block_type) + gap),
          offset(misalignment),
          query_bytes(offset + dim * query_element_bytes(type) + 64, 0xFF),
          row_bytes(offset + stride * count + 64, 0xFF) {}

    uint8_t* query() { return query_bytes.data() + offset; }
    uint8_t* row(size_t i) { return row_bytes.data() + offset + i * stride; }

    void set(uint8_t* elements, size_t i, float value, bool in_query) {
        if (type == Datatype::u8) {
            elements[i] = static_cast<uint8_t>(value);
        } else if (in_query || type == Datatype::f32) {
            std::memcpy(elements + i * 4, &value, 4);
        } else {
            const uint16_t half = f32_to_f16(value);
            std::memcpy(elements + i * 2, &half, 2);
        }
    }
    template <class Make>
    void fill(const Make& make) {
        for (size_t i = 0; i < dim; ++i) set(query(), i, make(), true);
        for (size_t r = 0; r < count; ++r) {
            for (size_t i = 0; i < dim; ++i) set(row(r), i, make(), false);
        }
    }
    std::vector<float> scores(Target target, Distance distance) {
        std::vector<float> result(count, -1.0f);
        score_block_for(target, type, distance)(query(), row(0), stride, count, dim, result.data());
        return result;
    }
};

void expect_equal_on_all_targets(Block& block) {
    for (const Distance distance : all_distances) {
        const std::vector<float> expected = block.scores(Target::scalar, distance);
        for (const Target target : targets_here()) {
            const std::vector<float> found = block.scores(target, distance);
            for (size_t i = 0; i < block.count; ++i) {
                ASSERT_TRUE(same_score(found[i], expected[i]))
                    << describe(target, block.type, distance, block.dim) << " row " << i
                    << " offset " << block.offset << ": " << found[i] << " and not " << expected[i];
            }
        }
    }
}

class Random {
  public:
    explicit Random(uint32_t seed) : engine_(seed) {}
    size_t below(size_t end) { return engine_() % end; }
    uint32_t bits() { return static_cast<uint32_t>(engine_()); }
    // Values of all sizes, so that the order of additions matters.
    float value(Datatype type) {
        if (type == Datatype::u8) return static_cast<float>(below(256));
        return std::ldexp(normal_(engine_), static_cast<int>(below(12)) - 6);
    }

  private:
    std::mt19937 engine_;
    std::normal_distribution<float> normal_;
};

TEST(Distance, targets_agree_for_every_small_dimension) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (const Datatype type : all_types) {
        for (size_t dim = 0; dim <= 300; ++dim) {
            Block block(type, dim, 5, random.below(70), random.below(64));
            block.fill([&] { return random.value(type); });
            ASSERT_NO_FATAL_FAILURE(expect_equal_on_all_targets(block));
        }
    }
}

TEST(Distance, targets_agree_for_large_dimensions) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (const Datatype type : all_types) {
        for (const size_t dim : {384u, 784u, 1000u, 1536u, 4095u, 4097u, 32767u, 65535u, 65536u}) {
            Block block(type, dim, 3, random.below(7), random.below(64));
            block.fill([&] { return random.value(type); });
            ASSERT_NO_FATAL_FAILURE(expect_equal_on_all_targets(block));
        }
    }
}

TEST(Distance, targets_agree_for_special_values) {
    const float huge = std::numeric_limits<float>::max();
    const float infinity = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float tiny = std::numeric_limits<float>::denorm_min();
    const std::vector<std::vector<float>> sets = {
        {0.0f, -0.0f},
        {tiny, -tiny, 1e-40f, -0.0f, 1e-38f},
        {tiny, 1e-20f, -1e-20f, 1e-30f, 1.0f},
        {huge, -huge, 1.0f},
        {infinity, 1.0f, 2.0f},
        {infinity, -infinity, 0.0f},
        {nan, 1.0f},
        {6.1e-5f, 5.9e-8f, -3.1e-5f, 65504.0f},
    };
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (const Datatype type : {Datatype::f32, Datatype::f16}) {
        for (const std::vector<float>& set : sets) {
            for (const size_t dim : {1u, 2u, 7u, 31u, 32u, 33u, 63u, 100u}) {
                Block block(type, dim, 20, 0, random.below(64));
                block.fill([&] { return set[random.below(set.size())]; });
                ASSERT_NO_FATAL_FAILURE(expect_equal_on_all_targets(block));
            }
        }
    }
}

TEST(Distance, targets_agree_for_random_bits_as_rows) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (const Datatype type : all_types) {
        for (size_t dim = 1; dim < 140; dim += 3) {
            Block block(type, dim, 8, random.below(9), random.below(64));
            block.fill([&] { return random.value(type); });
            for (uint8_t& byte : block.row_bytes) byte = static_cast<uint8_t>(random.bits());
            ASSERT_NO_FATAL_FAILURE(expect_equal_on_all_targets(block));
        }
    }
}

TEST(Distance, every_half_is_widened_exactly_by_every_target) {
    const std::vector<float> ones(32, 1.0f);
    for (const Target target : targets_here()) {
        const ScoreBlock kernel = score_block_for(target, Datatype::f16, Distance::dot);
        for (uint32_t bits = 0; bits <= 0xFFFFu; ++bits) {
            const std::vector<uint16_t> halves(32, static_cast<uint16_t>(bits));
            const float value = f16_to_f32(static_cast<uint16_t>(bits));
            float alone = -1;
            float thirty_two = -1;
            kernel(ones.data(), halves.data(), 64, 1, 1, &alone);
            kernel(ones.data(), halves.data(), 64, 1, 32, &thirty_two);
            // A sum starts at +0, so -0 comes out as +0.
            ASSERT_TRUE(same_score(alone, value + 0.0f)) << target_name(target) << bits;
            ASSERT_TRUE(same_score(thirty_two, value * 32 + 0.0f)) << target_name(target) << bits;
        }
    }
}

// Rows that end where the readable memory ends.
TEST(Distance, nothing_is_read_behind_the_last_element) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* map = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(map, MAP_FAILED);
    uint8_t* const end = static_cast<uint8_t*>(map) + page;
    ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
    for (const Target target : targets_here()) {
        for (const Datatype type : all_types) {
            for (const Distance distance : all_distances) {
                const ScoreBlock kernel = score_block_for(target, type, distance);
                for (size_t dim = 1; dim <= 140; ++dim) {
                    float score = -1;
                    kernel(end - dim * query_element_bytes(type), end - dim * element_bytes(type),
                           dim * element_bytes(type), 1, dim, &score);
                    ASSERT_EQ(score, 0.0f) << describe(target, type, distance, dim);
                }
            }
        }
    }
    munmap(map, 2 * page);
}

// The definition in distance.h, element by element.
float canonical(const std::vector<float>& a, const std::vector<float>& b, Distance distance) {
    float lanes[32] = {};
    for (size_t i = 0; i < a.size(); ++i) {
        const float difference = a[i] - b[i];
        float term = std::fabs(difference);
        if (distance == Distance::euclid) term = difference * difference;
        if (distance == Distance::dot || distance == Distance::cosine) term = a[i] * b[i];
        lanes[i % 32] = lanes[i % 32] + term;
    }
    for (const size_t half : {16u, 8u, 4u, 2u, 1u}) {
        for (size_t lane = 0; lane < half; ++lane) lanes[lane] = lanes[lane] + lanes[lane + half];
    }
    return distance == Distance::euclid ? std::sqrt(lanes[0]) : lanes[0];
}

TEST(Distance, scalar_kernels_sum_in_the_canonical_order) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    for (size_t dim = 1; dim < 400; dim += 7) {
        Block block(Datatype::f32, dim, 1, 0, 0);
        std::vector<float> query(dim);
        std::vector<float> row(dim);
        for (size_t i = 0; i < dim; ++i) {
            query[i] = random.value(Datatype::f32);
            row[i] = random.value(Datatype::f32);
            block.set(block.query(), i, query[i], true);
            block.set(block.row(0), i, row[i], false);
        }
        for (const Distance distance : all_distances) {
            const float found = block.scores(Target::scalar, distance)[0];
            ASSERT_TRUE(same_score(found, canonical(query, row, distance)))
                << describe(Target::scalar, Datatype::f32, distance, dim);
        }
    }
}

TEST(Distance, byte_sums_are_exact_up_to_the_largest_vectors) {
    constexpr size_t dim = 65536;
    const std::vector<uint8_t> full(dim, 255);
    const std::vector<uint8_t> none(dim, 0);
    const auto score = [](Target target, Distance distance, const auto& a, const auto& b) {
        float result = -1;
        score_block_for(target, Datatype::u8, distance)(a.data(), b.data(), dim, 1, dim, &result);
        return result;
    };
    for (const Target target : targets_here()) {
        EXPECT_EQ(score(target, Distance::dot, full, full), 4261478400.0f);
        EXPECT_EQ(score(target, Distance::dot, full, none), 0.0f);
        EXPECT_EQ(score(target, Distance::euclid, full, none), 65280.0f);
        EXPECT_EQ(score(target, Distance::euclid, none, full), 65280.0f);
        EXPECT_EQ(score(target, Distance::manhattan, none, full), 16711680.0f);
        EXPECT_EQ(score(target, Distance::cosine, full, full), 1.0f);
        EXPECT_EQ(score(target, Distance::cosine, full, none), 0.0f);
        EXPECT_EQ(score(target, Distance::cosine, none, full), 0.0f);
    }
}

TEST(Distance, byte_cosine_is_the_angle_of_the_stored_bytes) {
    const uint8_t query[3] = {1, 2, 2};
    const uint8_t rows[6] = {2, 4, 4, 0, 0, 3};
    for (const Target target : targets_here()) {
        float scores[2];
        score_block_for(target, Datatype::u8, Distance::cosine)(query, rows, 3, 2, 3, scores);
        EXPECT_EQ(scores[0], 1.0f);
        EXPECT_EQ(scores[1], static_cast<float>(6.0 / 9.0));
    }
}

TEST(Distance, an_empty_block_writes_nothing) {
    for (const Target target : targets_here()) {
        for (const Datatype type : all_types) {
            float score = 42;
            const float query = 0;
            score_block_for(target, type, Distance::dot)(&query, &query, 4, 0, 1, &score);
            EXPECT_EQ(score, 42.0f);
        }
    }
}

// The same numbers must come out of every build on every machine, so they are written down.
TEST(Distance, scores_have_the_recorded_bits_on_every_machine) {
    constexpr uint64_t recorded[3][4] = {{0x392421FF4A2D36E2ull, 0x392421FF4A2D36E2ull,
                                          0xDA6E844FA1112856ull, 0x60BF3DF2934A9155ull},
                                         {0x255FED6F50CA6246ull, 0x255FED6F50CA6246ull,
                                          0x567D916044198E03ull, 0xFAB63496FDB4904Aull},
                                         {0x37D687F71818A548ull, 0xBE9DD63598C2CD7Cull,
                                          0x45CE9FF9621D8B8Cull, 0xE84F032BA4774FE5ull}};
    for (const Target target : targets_here()) {
        for (size_t t = 0; t < 3; ++t) {
            for (size_t d = 0; d < 4; ++d) {
                uint32_t state = 2026;
                uint64_t hash = 0xCBF29CE484222325ull;
                for (const size_t dim : {3u, 50u, 128u, 777u}) {
                    Block block(all_types[t], dim, 4, 0, 0);
                    block.fill([&] {
                        state = state * 1664525u + 1013904223u;
                        if (all_types[t] == Datatype::u8) return static_cast<float>(state >> 24);
                        return static_cast<float>(static_cast<int32_t>(state)) * 0x1p-30f;
                    });
                    for (const float score : block.scores(target, all_distances[d])) {
                        hash = (hash ^ std::bit_cast<uint32_t>(score)) * 0x100000001B3ull;
                    }
                }
                EXPECT_EQ(hash, recorded[t][d])
                    << describe(target, all_types[t], all_distances[d], 0);
            }
        }
    }
}

TEST(Dispatch, chooses_a_target_that_runs_here) {
    EXPECT_NE(score_block_for(best_target(), Datatype::f32, Distance::dot), nullptr);
    for (const Datatype type : all_types) {
        for (const Distance distance : all_distances) {
            EXPECT_EQ(score_block(type, distance), score_block_for(best_target(), type, distance));
        }
    }
    RecordProperty("target", target_name(best_target()));
}

TEST(Dispatch, gives_no_kernel_for_values_outside_the_enums) {
    for (const Target target : targets_here()) {
        for (const int bad : {0, 4, 200}) {
            EXPECT_EQ(score_block_for(target, static_cast<Datatype>(bad), Distance::dot), nullptr);
        }
        for (const int bad : {0, 5, 255}) {
            EXPECT_EQ(score_block_for(target, Datatype::f32, static_cast<Distance>(bad)), nullptr);
        }
    }
    EXPECT_EQ(score_block_for(static_cast<Target>(77), Datatype::f32, Distance::dot), nullptr);
}

TEST(Dispatch, names_every_target) {
    for (const Target target : all_targets) EXPECT_STRNE(target_name(target), "unknown");
}

}  // namespace
}  // namespace grape::vector
