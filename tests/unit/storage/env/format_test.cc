// The codecs of pages and frames.
#include <gtest/gtest.h>

#include <cstring>

#include "storage/env/file_kind.h"
#include "storage/env/frame_codec.h"
#include "storage/env/page_codec.h"
#include "tests/unit/storage/store_fixture.h"

namespace grape::storage::env {
namespace {

constexpr FileIdentity kTable{test_database_id, 17, FileKind::table};
constexpr FileIdentity kLog{test_database_id, 18, FileKind::log};

TEST(FileNames, are_taken_for_what_they_are) {
    struct Case {
        const char* name;
        FileKind kind;
        uint64_t number;
    };
    for (const Case& c :
         {Case{"/a/b/000005.ldb", FileKind::table, 5}, Case{"000123.log", FileKind::log, 123},
          Case{"x/MANIFEST-000007", FileKind::manifest, 7}, Case{"CURRENT", FileKind::current, 0},
          Case{"000004.dbtmp", FileKind::current, 0}, Case{"1234567.sst", FileKind::table, 1234567},
          Case{"LOCK", FileKind::other, 0}, Case{"MANIFEST-", FileKind::other, 0},
          Case{"MANIFEST-1x", FileKind::other, 0}, Case{"5x.ldb", FileKind::other, 0},
          Case{".log", FileKind::other, 0}, Case{"000005.txt", FileKind::other, 0},
          Case{"99999999999999999999999.log", FileKind::other, 0}}) {
        const FileName name = parse_file_name(c.name);
        EXPECT_EQ(name.kind, c.kind) << c.name;
        EXPECT_EQ(name.number, c.number) << c.name;
    }
}

std::vector<uint8_t> sealed_page(uint32_t number, uint32_t payload, bool last) {
    std::vector<uint8_t> page(page_bytes, 0xAB);
    seal_page(page.data(), kTable, {number, payload, last});
    return page;
}

TEST(Page, gives_back_what_its_header_says) {
    const std::vector<uint8_t> page = sealed_page(3, 100, true);
    const Result<PageHeader> header = check_page(page.data(), kTable, 3, "file");
    ASSERT_TRUE(header.ok()) << header.status().to_string();
    EXPECT_EQ(header->payload_bytes, 100u);
    EXPECT_TRUE(header->last);
}

TEST(Page, has_zeros_behind_its_payload_and_room_for_encryption) {
    const std::vector<uint8_t> page = sealed_page(3, 100, true);
    for (size_t i = page_header_bytes + 100; i < page_bytes; ++i) ASSERT_EQ(page[i], 0);
    for (size_t i = 24; i < 56; ++i) ASSERT_EQ(page[i], 0);
}

TEST(Page, finds_every_flipped_bit) {
    std::vector<uint8_t> page = sealed_page(3, page_payload_bytes, false);
    for (size_t bit = 0; bit < page_bytes * 8; ++bit) {
        page[bit / 8] = static_cast<uint8_t>(page[bit / 8] ^ (1u << bit % 8));
        ASSERT_EQ(check_page(page.data(), kTable, 3, "file").status().code(), Code::corrupt) << bit;
        page[bit / 8] = static_cast<uint8_t>(page[bit / 8] ^ (1u << bit % 8));
    }
}

TEST(Page, is_refused_in_another_place) {
    const std::vector<uint8_t> page = sealed_page(3, 100, true);
    const auto code = [&](const FileIdentity& file, uint64_t number) {
        return check_page(page.data(), file, number, "file").status().code();
    };
    EXPECT_EQ(code(kTable, 4), Code::corrupt);
    EXPECT_EQ(code({test_database_id, 16, FileKind::table}, 3), Code::corrupt);
    EXPECT_EQ(code({test_database_id, 17, FileKind::current}, 3), Code::corrupt);
    EXPECT_EQ(code({test_database_id + 1, 17, FileKind::table}, 3), Code::corrupt);
}

TEST(AppendHeader, finds_every_flip_and_another_file) {
    uint8_t header[append_header_bytes];
    const uint64_t sum = encode_append_header(header, kLog);
    const Result<uint64_t> decoded = decode_append_header(header, kLog);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded.value(), sum);
    for (size_t bit = 0; bit < append_header_bytes * 8; ++bit) {
        header[bit / 8] = static_cast<uint8_t>(header[bit / 8] ^ (1u << bit % 8));
        ASSERT_FALSE(decode_append_header(header, kLog).ok()) << bit;
        header[bit / 8] = static_cast<uint8_t>(header[bit / 8] ^ (1u << bit % 8));
    }
    EXPECT_FALSE(decode_append_header(header, {test_database_id, 19, FileKind::log}).ok());
    EXPECT_FALSE(decode_append_header(header, {test_database_id, 18, FileKind::manifest}).ok());
    EXPECT_FALSE(decode_append_header(base::Bytes(header, 63), kLog).ok());
}

TEST(Frame, gives_back_its_header_and_finds_every_flip) {
    std::vector<uint8_t> frame(frame_bytes(50), 0);
    ASSERT_EQ(frame.size(), 144u);
    std::memset(frame.data() + frame_header_bytes, 0xCD, 50);
    FrameHeader written;
    written.payload_bytes = 50;
    written.frame_number = 9;
    written.durable_frames = 7;
    written.previous_checksum = 0x1122334455667788ull;
    const uint64_t sum = encode_frame(frame.data(), kLog, written);
    const std::optional<FrameHeader> read = peek_frame(frame, kLog);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->payload_bytes, 50u);
    EXPECT_EQ(read->frame_number, 9u);
    EXPECT_EQ(read->durable_frames, 7u);
    EXPECT_EQ(read->previous_checksum, written.previous_checksum);
    EXPECT_EQ(read->checksum, sum);
    EXPECT_FALSE(read->seal());
    EXPECT_TRUE(frame_is_sound(frame, kLog, *read));
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
        frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ (1u << bit % 8));
        const std::optional<FrameHeader> damaged = peek_frame(frame, kLog);
        ASSERT_FALSE(damaged && frame_is_sound(frame, kLog, *damaged)) << bit;
        frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ (1u << bit % 8));
    }
    EXPECT_FALSE(peek_frame(frame, kTable).has_value());
    EXPECT_FALSE(frame_is_sound(base::Bytes(frame).first(143), kLog, *read));
}

}  // namespace
}  // namespace grape::storage::env
