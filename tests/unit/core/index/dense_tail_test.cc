#include "core/index/dense_tail.h"

#include <atomic>
#include <thread>

#include "tests/unit/core/index/index_fixture.h"

namespace grape::index {
namespace {

constexpr uint32_t kDim = 3;

std::vector<TestEntry> entries_of(uint32_t count) {
    std::vector<TestEntry> out;
    for (uint32_t i = 0; i < count; ++i) {
        const auto value = static_cast<float>(i);
        out.push_back({{i * 7, 100 + i}, {value, -value, 0.5F}});
    }
    return out;
}

TEST(DenseTail, gives_back_what_was_put) {
    const std::vector<TestEntry> entries = entries_of(1000);
    const auto tail = make_tail(9, entries, kDim);
    EXPECT_EQ(tail->id(), 9u);
    EXPECT_EQ(tail->row_bytes(), 12u);
    EXPECT_FALSE(tail->in_file());
    std::vector<uint32_t> rows(1000);
    std::vector<DenseEntry> columns(1000);
    ASSERT_TRUE(tail->rows(0, rows).ok());
    ASSERT_TRUE(tail->entries(0, columns).ok());
    for (uint32_t i = 0; i < 1000; ++i) {
        EXPECT_EQ(rows[i], entries[i].entry.row);
        EXPECT_EQ(columns[i].row, entries[i].entry.row);
        EXPECT_EQ(columns[i].commit, entries[i].entry.commit);
        EXPECT_EQ(floats_at(tail->block(i, 1)->vectors, kDim), entries[i].values);
    }
}

TEST(DenseTail, gives_parts_of_its_columns) {
    const auto tail = make_tail(1, entries_of(100), kDim);
    std::vector<uint32_t> rows(20);
    ASSERT_TRUE(tail->rows(10, rows).ok());  // over the edge of the first chunk
    for (uint32_t i = 0; i < 20; ++i) EXPECT_EQ(rows[i], (10 + i) * 7);
}

TEST(DenseTail, blocks_end_where_a_chunk_does) {
    const std::vector<TestEntry> entries = entries_of(300);
    const auto tail = make_tail(1, entries, kDim);
    std::vector<std::pair<uint32_t, uint32_t>> blocks;
    for (uint32_t first = 0; first < 300;) {
        const auto block = tail->block(first, 300 - first);
        ASSERT_TRUE(block.ok());
        ASSERT_GE(block->count, 1u);
        for (uint32_t i = 0; i < block->count; ++i) {
            EXPECT_EQ(floats_at(block->vectors + size_t{i} * 12, kDim), entries[first + i].values);
        }
        blocks.emplace_back(block->first, block->count);
        first += block->count;
    }
    const std::vector<std::pair<uint32_t, uint32_t>> expected = {{0, 16},  {16, 16},   {32, 32},
                                                                 {64, 64}, {128, 128}, {256, 44}};
    EXPECT_EQ(blocks, expected);
}

TEST(DenseTail, vectors_do_not_move_when_it_grows) {
    DenseTail tail(1, 4);
    uint8_t* const first = tail.put(0, 5, 6);
    *first = 42;
    for (uint32_t i = 1; i < 5000; ++i) tail.put(i, i, i);
    EXPECT_EQ(tail.block(0, 1)->vectors, first);
    EXPECT_EQ(*first, 42);
}

TEST(DenseTail, a_position_is_put_again_when_a_request_failed) {
    DenseTail tail(1, 4);
    *tail.put(0, 5, 6) = 1;
    *tail.put(0, 7, 8) = 2;
    DenseEntry entry;
    ASSERT_TRUE(tail.entries(0, std::span(&entry, 1)).ok());
    EXPECT_EQ(entry.row, 7u);
    EXPECT_EQ(entry.commit, 8u);
    EXPECT_EQ(*tail.block(0, 1)->vectors, 2);
}

TEST(DenseTail, counts_its_memory) {
    DenseTail tail(1, 100);
    const size_t empty = tail.heap_bytes(0);
    tail.put(0, 0, 1);
    EXPECT_EQ(tail.heap_bytes(1), empty + 16 * 112);
    for (uint32_t i = 1; i < 64; ++i) tail.put(i, i, 1);
    EXPECT_EQ(tail.heap_bytes(64), empty + 64 * 112);
}

TEST(DenseTail, the_largest_position_has_a_chunk) {
    // Without memory: a vector of no bytes. Chunk 24 alone is 12 bytes an entry of address space.
    DenseTail tail(1, 0);
    const uint32_t position = (16u << 20) - 1;
    tail.put(position, 3, 4);
    uint32_t row = 0;
    ASSERT_TRUE(tail.rows(position, std::span(&row, 1)).ok());
    EXPECT_EQ(row, 3u);
}

// What a view covers does not change while the sequencer appends.
TEST(DenseTail, is_read_while_it_grows) {
    constexpr uint32_t kCount = 20000;
    DenseTail tail(1, 4);
    std::atomic<uint32_t> published{0};
    std::thread reader([&] {
        uint32_t length = 0;
        while (length < kCount) {
            length = published.load(std::memory_order_acquire);
            for (uint32_t position = length > 50 ? length - 50 : 0; position < length; ++position) {
                uint32_t row = 0;
                ASSERT_TRUE(tail.rows(position, std::span(&row, 1)).ok());
                ASSERT_EQ(row, position * 3);
                ASSERT_EQ(*tail.block(position, 1)->vectors, position % 251);
            }
        }
    });
    for (uint32_t i = 0; i < kCount; ++i) {
        *tail.put(i, i * 3, i) = static_cast<uint8_t>(i % 251);
        published.store(i + 1, std::memory_order_release);
    }
    reader.join();
}

}  // namespace
}  // namespace grape::index
