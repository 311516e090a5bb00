// The contract of the vector log, on disk and in memory.
#include "storage/vector_log.h"

#include <gtest/gtest.h>

#include "storage/log_format.h"
#include "tests/unit/storage/file_fixture.h"
#include "tests/unit/storage/log_fixture.h"

namespace grape::storage {
namespace {

using base::Code;
using test::LogContent;
using test::OwnedFrame;

class VectorLogContract : public testing::TestWithParam<bool> {
  protected:
    VectorLogContract() { reopen(1u << 20); }
    // A log over the same files; in memory, an empty one.
    void reopen(uint64_t file_bytes_max) {
        const auto next = [this] { return ++last_number_; };
        log_ = GetParam() ? make_memory_vector_log(file_bytes_max, next)
                          : make_vector_log(directory_.path() + "/files", 5, file_bytes_max, next);
    }

    test::TemporaryDirectory directory_;
    uint64_t last_number_ = 0;
    std::unique_ptr<VectorLog> log_;
};

TEST_P(VectorLogContract, gives_back_what_was_appended) {
    const uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::map<uint64_t, LogPosition> committed;
    std::map<uint64_t, std::vector<OwnedFrame>> expected;
    for (int i = 0; i < 60; ++i) {
        std::vector<OwnedFrame> frames;
        for (uint64_t count = 1 + random() % 4; count > 0; --count) {
            frames.push_back(test::random_frame(random));
        }
        const auto position = log_->append(test::views_of(frames));
        ASSERT_TRUE(position.ok()) << position.status().to_string();
        EXPECT_EQ(position->length_bytes % kLogPageBytes, 0u);
        committed[position->file_number] = *position;
        auto& of_file = expected[position->file_number];
        of_file.insert(of_file.end(), frames.begin(), frames.end());
        if (random() % 10 == 0) log_->roll();
    }
    EXPECT_GT(committed.size(), 1u);
    for (const auto& [number, position] : committed) {
        LogContent content;
        ASSERT_TRUE(log_->scan(position, content.scan()).ok());
        EXPECT_TRUE(content.damage.empty()) << content.damage.front().second.to_string();
        EXPECT_TRUE(content.frames == expected[number]);
    }
    EXPECT_EQ(log_->list()->size(), committed.size());
}

TEST_P(VectorLogContract, takes_frames_without_rows_and_rows_without_bytes) {
    std::mt19937_64 random(1);
    std::vector<OwnedFrame> frames(2, test::random_frame(random));
    frames[0].rows.clear();
    frames[0].vectors.clear();
    frames[1].row_bytes = 0;
    frames[1].vectors.clear();
    const auto position = log_->append(test::views_of(frames));
    ASSERT_TRUE(position.ok());
    LogContent content;
    ASSERT_TRUE(log_->scan(*position, content.scan()).ok());
    EXPECT_TRUE(content.frames == frames);
}

TEST_P(VectorLogContract, sees_only_what_is_committed) {
    std::mt19937_64 random(2);
    const std::vector<OwnedFrame> one{test::random_frame(random)};
    const std::vector<OwnedFrame> two{test::random_frame(random)};
    const auto first = log_->append(test::views_of(one));
    const auto second = log_->append(test::views_of(two));
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(first->file_number, second->file_number);
    LogContent content;
    ASSERT_TRUE(log_->scan(*first, content.scan()).ok());
    EXPECT_TRUE(content.damage.empty());
    EXPECT_TRUE(content.frames == one);
    LogContent nothing;
    ASSERT_TRUE(log_->scan({first->file_number, 0, 0}, nothing.scan()).ok());
    EXPECT_TRUE(nothing.frames.empty() && nothing.damage.empty());
}

TEST_P(VectorLogContract, cuts_what_is_past_the_committed_length) {
    std::mt19937_64 random(3);
    const std::vector<OwnedFrame> one{test::random_frame(random)};
    const auto first = log_->append(test::views_of(one));
    const auto second = log_->append(test::views_of(one));
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(log_->truncate(*first).status().code(), Code::invalid) << "it is open for append";
    log_->roll();
    EXPECT_EQ(*log_->truncate(*first), second->length_bytes - first->length_bytes);
    EXPECT_EQ(*log_->truncate(*first), 0u);
    EXPECT_EQ(*log_->truncate({99, 4096, 0}), 0u) << "scan reports a missing file";
    EXPECT_EQ(log_->truncate({first->file_number, 5000, 0}).status().code(), Code::corrupt);
    LogContent content;
    ASSERT_TRUE(log_->scan(*first, content.scan()).ok());
    EXPECT_TRUE(content.damage.empty());
    EXPECT_TRUE(content.frames == one);
    LogContent cut;
    ASSERT_TRUE(log_->scan(*second, cut.scan()).ok());
    EXPECT_FALSE(cut.damage.empty());
}

TEST_P(VectorLogContract, opens_a_new_file_when_one_is_full_or_rolled_or_removed) {
    reopen(3 * kLogPageBytes);
    std::mt19937_64 random(4);
    std::vector<OwnedFrame> small{test::random_frame(random)};
    small[0].resize(4, 16);
    EXPECT_EQ(log_->current_file(), 0u);
    EXPECT_EQ(log_->append(test::views_of(small))->file_number, 1u);
    EXPECT_EQ(log_->current_file(), 1u);
    EXPECT_EQ(log_->append(test::views_of(small))->file_number, 1u);
    EXPECT_EQ(log_->current_file(), 0u) << "it is full";
    EXPECT_EQ(log_->append(test::views_of(small))->file_number, 2u);
    log_->roll();
    EXPECT_EQ(log_->current_file(), 0u);
    EXPECT_EQ(log_->append(test::views_of(small))->file_number, 3u);
    EXPECT_TRUE(log_->remove(3).ok());
    EXPECT_TRUE(log_->remove(3).ok());
    EXPECT_EQ(log_->append(test::views_of(small))->file_number, 4u);
    EXPECT_EQ(*log_->list(), (std::vector<uint64_t>{1, 2, 4}));
}

TEST_P(VectorLogContract, refuses_frames_whose_vectors_do_not_fit_their_rows) {
    std::mt19937_64 random(5);
    std::vector<OwnedFrame> frames{test::random_frame(random)};
    frames[0].resize(4, 16);
    frames[0].vectors.pop_back();
    EXPECT_EQ(log_->append(test::views_of(frames)).status().code(), Code::invalid);
    EXPECT_EQ(log_->append({}).status().code(), Code::invalid);
    EXPECT_TRUE(log_->list()->empty());
    frames[0].row_bytes = UINT32_MAX;
    frames[0].rows.resize(1000);
    EXPECT_EQ(log_->append(test::views_of(frames)).status().code(), Code::limit);
}

TEST_P(VectorLogContract, passes_on_the_failure_of_a_callback) {
    std::mt19937_64 random(6);
    const std::vector<OwnedFrame> frames{test::random_frame(random)};
    const auto position = log_->append(test::views_of(frames));
    LogContent content;
    LogScan scan = content.scan();
    scan.frame = [](const LogFrame&) { return base::Status::make_cancelled("enough"); };
    EXPECT_EQ(log_->scan(*position, scan).code(), Code::cancelled);
}

INSTANTIATE_TEST_SUITE_P(Logs, VectorLogContract, testing::Values(false, true),
                         [](const auto& tested) { return tested.param ? "memory" : "disk"; });

TEST(VectorLogDisk, never_extends_a_file_of_an_earlier_opening) {
    test::TemporaryDirectory directory;
    uint64_t number = 0;
    const auto next = [&] { return ++number; };
    std::mt19937_64 random(7);
    const std::vector<OwnedFrame> frames{test::random_frame(random)};
    const auto first =
        make_vector_log(directory.path(), 5, 1 << 20, next)->append(test::views_of(frames));
    ASSERT_TRUE(first.ok());
    const auto again = make_vector_log(directory.path(), 5, 1 << 20, next);
    EXPECT_EQ(again->current_file(), 0u);
    EXPECT_EQ(again->append(test::views_of(frames))->file_number, 2u);
    LogContent content;
    ASSERT_TRUE(again->scan(*first, content.scan()).ok());
    EXPECT_TRUE(content.frames == frames);
}

TEST(VectorLogDisk, writes_the_bytes_of_format_version_1) {
    test::TemporaryDirectory directory;
    const auto log = make_vector_log(directory.path(), 0x55, 1 << 20, [] { return uint64_t{42}; });
    OwnedFrame frame;
    frame.commit = 9, frame.collection = 3, frame.shard = 1, frame.vector = 2;
    frame.resize(100, 48);
    for (size_t i = 0; i < frame.rows.size(); ++i) frame.rows[i] = static_cast<uint32_t>(i * 3);
    for (size_t i = 0; i < frame.vectors.size(); ++i) {
        frame.vectors[i] = static_cast<uint8_t>(i * i / 5);
    }
    const std::vector<OwnedFrame> frames{frame, frame};
    const auto position = log->append(test::views_of(frames));
    ASSERT_TRUE(position.ok());
    const auto file = test::read_file(directory.path() + "/000042.vlog");
    // A header page and two frames of two pages.
    ASSERT_EQ(file.size(), 5 * kLogPageBytes);
    EXPECT_EQ(base::as_text(base::Bytes(file).first(8)), "GRAPEVLG");
    EXPECT_EQ(base::as_text(base::Bytes(file).subspan(3 * kLogPageBytes, 8)), "GRAPEFRM");
    EXPECT_EQ(base::checksum(file), 0x8b64d52f8c4d4655ull)
        << "the bytes of the format have changed";
    EXPECT_EQ(position->chain, 0x495bbb59d68a7ccfull);
}

}  // namespace
}  // namespace grape::storage
