#include "core/vector/code_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

namespace grape::vector {
namespace {

constexpr CodeTarget kTargets[] = {CodeTarget::scalar, CodeTarget::sse41, CodeTarget::avx2,
                                   CodeTarget::vnni, CodeTarget::neon};
constexpr CodeMeasure kMeasures[] = {CodeMeasure::squares, CodeMeasure::differences};

struct alignas(code_line_bytes) Line {
    uint8_t bytes[code_line_bytes];
};
using Code = std::vector<Line>;

const uint8_t* bytes_of(const Code& code) {
    return code.front().bytes;
}

Code random_code(std::mt19937_64& random, size_t lines) {
    Code out(lines);
    for (Line& line : out) {
        for (uint8_t& byte : line.bytes) {
            // The extremes often: there a narrow sum would overflow.
            const auto draw = random();
            byte = draw % 4 == 0 ? 0 : draw % 4 == 1 ? code_max : uint8_t(draw >> 8 & code_max);
        }
    }
    return out;
}

uint32_t expected(const Code& a, const Code& b, CodeMeasure measure) {
    uint32_t sum = 0;
    for (size_t i = 0; i < a.size() * code_line_bytes; ++i) {
        const int apart = std::abs(int{bytes_of(a)[i]} - int{bytes_of(b)[i]});
        sum += static_cast<uint32_t>(measure == CodeMeasure::squares ? apart * apart : apart);
    }
    return sum;
}

TEST(CodeDistance, every_target_gives_the_exact_sum) {
    std::mt19937_64 random(1);
    int targets = 0;
    for (const CodeTarget target : kTargets) {
        if (code_distances_for(target, CodeMeasure::squares) == nullptr) continue;
        ++targets;
        for (size_t lines = 1; lines <= 20; ++lines) {
            const Code query = random_code(random, lines);
            std::vector<Code> rows;
            std::vector<const uint8_t*> pointers;
            for (int i = 0; i < 40; ++i) rows.push_back(random_code(random, lines));
            for (const Code& row : rows) pointers.push_back(bytes_of(row));
            for (const CodeMeasure measure : kMeasures) {
                std::vector<uint32_t> distances(rows.size());
                code_distances_for(target, measure)(bytes_of(query), pointers.data(), rows.size(),
                                                    lines * code_line_bytes, distances.data());
                for (size_t i = 0; i < rows.size(); ++i) {
                    ASSERT_EQ(distances[i], expected(query, rows[i], measure))
                        << "target " << int(target) << ", lines " << lines;
                }
            }
        }
    }
    EXPECT_GE(targets, 1);
}

// The codes of blocks, four bytes of each at a time.
Code in_columns(const std::vector<Code>& codes) {
    const size_t bytes = codes.front().size() * code_line_bytes;
    Code out(codes.size() * codes.front().size());
    uint8_t* const to = out.front().bytes;
    for (size_t i = 0; i < codes.size(); ++i) {
        for (size_t byte = 0; byte < bytes; ++byte) {
            to[i / code_columns * code_columns * bytes + byte / 4 * code_line_bytes +
               i % code_columns * 4 + byte % 4] = bytes_of(codes[i])[byte];
        }
    }
    return out;
}

TEST(CodeDistance, columns_give_the_exact_sum_where_it_is_small_enough) {
    std::mt19937_64 random(2);
    for (const CodeTarget target : kTargets) {
        if (column_distances_for(target, CodeMeasure::squares) == nullptr) continue;
        for (size_t lines = 1; lines <= 8; ++lines) {
            const Code query = random_code(random, lines);
            std::vector<Code> codes;
            for (size_t i = 0; i < 5 * code_columns; ++i)
                codes.push_back(random_code(random, lines));
            const Code columns = in_columns(codes);
            for (const CodeMeasure measure : kMeasures) {
                std::vector<uint32_t> sums;
                for (const Code& code : codes) sums.push_back(expected(query, code, measure));
                std::vector<uint32_t> sorted = sums;
                std::sort(sorted.begin(), sorted.end());
                for (const uint32_t most :
                     {sorted.front() - 1, sorted[2], sorted[20], UINT32_MAX}) {
                    std::vector<uint32_t> found(codes.size());
                    column_distances_for(target, measure)(
                        bytes_of(query), bytes_of(columns), codes.size() / code_columns,
                        lines * code_line_bytes, most, found.data());
                    for (size_t i = 0; i < codes.size(); ++i) {
                        ASSERT_TRUE(sums[i] <= most ? found[i] == sums[i] : found[i] > most)
                            << int(target) << " " << i << " of " << lines << ": " << sums[i] << " "
                            << found[i] << " " << most;
                    }
                }
            }
        }
    }
}

TEST(CodeDistance, the_largest_sum_fits) {
    constexpr size_t lines = 65600 / code_line_bytes;
    Code low(lines), high(lines);
    for (Line& line : low) std::fill(std::begin(line.bytes), std::end(line.bytes), uint8_t{0});
    for (Line& line : high) std::fill(std::begin(line.bytes), std::end(line.bytes), code_max);
    const uint8_t* row = bytes_of(high);
    for (const CodeTarget target : kTargets) {
        const CodeDistances kernel = code_distances_for(target, CodeMeasure::squares);
        if (kernel == nullptr) continue;
        uint32_t distance = 0;
        kernel(bytes_of(low), &row, 1, lines * code_line_bytes, &distance);
        EXPECT_EQ(distance, 127u * 127u * lines * code_line_bytes);
        EXPECT_LT(distance, 1u << 30);
    }
}

TEST(CodeDistance, the_best_target_is_one_of_them) {
    for (const CodeMeasure measure : kMeasures) {
        bool known = false;
        for (const CodeTarget target : kTargets) {
            known |= code_distances_for(target, measure) == code_distances(measure);
        }
        EXPECT_TRUE(known);
    }
    EXPECT_EQ(code_distances_for(CodeTarget::scalar, static_cast<CodeMeasure>(0)), nullptr);
    EXPECT_EQ(code_distances_for(CodeTarget::scalar, static_cast<CodeMeasure>(3)), nullptr);
}

}  // namespace
}  // namespace grape::vector
