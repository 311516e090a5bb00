// Vector log files with every byte flipped, cut at every length, put back from a copy, with frames
// hidden in vectors, and with every operation failing: a scan gives what was appended, or damage.
#include <gtest/gtest.h>

#include "storage/log_format.h"
#include "storage/vector_log.h"
#include "tests/unit/storage/file_fixture.h"
#include "tests/unit/storage/log_fixture.h"

namespace grape::storage {
namespace {

using base::Bytes;
using test::LogContent;
using test::OwnedFrame;

constexpr uint64_t kDatabase = 5;

class VectorLogDamage : public testing::Test {
  protected:
    VectorLogDamage() {
        log_ = make_vector_log(directory_.path(), kDatabase, 1 << 30, [] { return uint64_t{1}; });
        path_ = directory_.path() + "/000001.vlog";
    }
    // Appends frames of one to three pages; the collections are 1, 2, ...
    void append_frames(size_t count, uint64_t seed) {
        std::mt19937_64 random(seed);
        for (size_t i = 0; i < count; ++i) {
            OwnedFrame frame = test::random_frame(random, 60);
            frame.collection = static_cast<uint32_t>(i + 1);
            append(frame);
        }
    }
    void append(const OwnedFrame& frame) {
        starts_.push_back(starts_.empty() ? kLogPageBytes : committed_.length_bytes);
        frames_.push_back(frame);
        const auto position = log_->append(test::views_of({frame}));
        ASSERT_TRUE(position.ok());
        committed_ = *position;
    }
    LogContent scan() const {
        LogContent content;
        const auto status = log_->scan(committed_, content.scan());
        EXPECT_TRUE(status.ok()) << status.to_string();
        return content;
    }
    // The frame that holds byte `offset`; the number of frames for the header page.
    size_t frame_at(size_t offset) const {
        size_t frame = frames_.size();
        for (size_t i = 0; i < starts_.size() && starts_[i] <= offset; ++i) frame = i;
        return frame;
    }
    std::vector<OwnedFrame> all_but(size_t left_out) const {
        auto frames = frames_;
        if (left_out < frames.size())
            frames.erase(frames.begin() + static_cast<ptrdiff_t>(left_out));
        return frames;
    }

    test::TemporaryDirectory directory_;
    std::unique_ptr<VectorLog> log_;
    std::string path_;
    std::vector<OwnedFrame> frames_;
    std::vector<uint64_t> starts_;
    LogPosition committed_;
};

TEST_F(VectorLogDamage, of_each_byte_names_its_frame_and_leaves_the_others) {
    append_frames(4, 1);
    for (size_t offset = 0; offset < committed_.length_bytes; ++offset) {
        SCOPED_TRACE(offset);
        const uint8_t with = static_cast<uint8_t>(1u << (offset % 8));
        test::flip_byte(path_, offset, with);
        const LogContent content = scan();
        test::flip_byte(path_, offset, with);
        const size_t frame = frame_at(offset);
        ASSERT_TRUE(content.frames == all_but(frame));
        ASSERT_EQ(content.damage.size(), 1u);
        const auto& [header, status] = content.damage.front();
        EXPECT_EQ(status.code(), base::Code::corrupt);
        EXPECT_NE(status.message().find(path_), std::string::npos) << status.message();
        const bool in_header =
            frame == frames_.size() || offset < starts_[frame] + kFrameHeaderBytes;
        EXPECT_EQ(header.collection, in_header ? 0 : frame + 1);
    }
    EXPECT_TRUE(scan().frames == frames_ && scan().damage.empty());
}

TEST_F(VectorLogDamage, of_a_cut_at_each_length_names_the_frame_and_keeps_those_before) {
    append_frames(4, 2);
    for (uint64_t length = committed_.length_bytes; length-- > 0;) {
        SCOPED_TRACE(length);
        std::filesystem::resize_file(path_, length);
        const LogContent content = scan();
        const size_t cut = length < kLogPageBytes ? 0 : frame_at(length);
        ASSERT_TRUE(content.frames ==
                    std::vector<OwnedFrame>(frames_.begin(),
                                            frames_.begin() + static_cast<ptrdiff_t>(cut)));
        ASSERT_GE(content.damage.size(), 1u);
        if (length >= starts_[cut] + kFrameHeaderBytes) {
            EXPECT_EQ(content.damage.front().first.collection, cut + 1);
        }
    }
    std::filesystem::remove(path_);
    EXPECT_EQ(scan().damage.size(), 1u);
}

TEST_F(VectorLogDamage, of_two_headers_gives_only_frames_that_the_chain_ties) {
    append_frames(6, 3);
    test::flip_byte(path_, starts_[1], 1);
    test::flip_byte(path_, starts_[4], 1);
    const LogContent content = scan();
    EXPECT_TRUE(content.frames == (std::vector<OwnedFrame>{frames_[0], frames_[5]}));
    std::vector<uint32_t> collections;
    for (const auto& [header, status] : content.damage) collections.push_back(header.collection);
    EXPECT_EQ(collections, (std::vector<uint32_t>{0, 3, 4, 0}));
}

TEST_F(VectorLogDamage, never_makes_a_frame_of_the_bytes_of_a_vector) {
    append_frames(1, 4);
    // A frame that is authentic for its place, as a vector of the frame around it.
    OwnedFrame hidden;
    hidden.commit = 66, hidden.collection = 666;
    hidden.resize(3, 16);
    LogTail tail{{kDatabase, 1}, committed_.length_bytes + kLogPageBytes, 0, 2};
    const std::vector<OwnedFrame> inner{hidden};
    const auto encoded = encode_frames(tail, test::views_of(inner));
    OwnedFrame outer;
    outer.collection = 2;
    outer.resize(1, 3 * kLogPageBytes);
    // One row: the vectors start at byte 256, so the second page starts 3840 bytes into them.
    size_t to = kLogPageBytes - 256;
    for (const Bytes piece : encoded.frames[0].pieces) {
        std::copy(piece.begin(), piece.end(), outer.vectors.begin() + static_cast<ptrdiff_t>(to));
        to += piece.size();
    }
    const uint64_t start = committed_.length_bytes;
    append(outer);
    append_frames(1, 5);
    EXPECT_TRUE(scan().frames == frames_ && scan().damage.empty());
    test::flip_byte(path_, start + 9, 1);
    const LogContent content = scan();
    EXPECT_TRUE(content.frames == all_but(1));
    ASSERT_EQ(content.damage.size(), 3u);
    EXPECT_EQ(content.damage[1].first.collection, 666u) << "the test hides no frame";
}

TEST_F(VectorLogDamage, of_a_file_put_back_from_a_copy_gives_no_frame_of_it) {
    append_frames(3, 6);
    const auto copy = test::read_file(path_);
    frames_.clear();
    starts_.clear();
    ASSERT_TRUE(log_->remove(1).ok());
    append_frames(2, 6);
    OwnedFrame other = frames_[0];
    other.resize(other.rows.size() + 1, other.row_bytes);
    append(other);
    const uint64_t length = committed_.length_bytes;
    committed_.length_bytes = copy.size();
    test::write_file(path_, copy);
    const LogContent content = scan();
    EXPECT_NE(length, 0u);
    EXPECT_TRUE(content.frames.empty());
    EXPECT_EQ(content.damage.size(), 4u);
}

TEST_F(VectorLogDamage, of_the_file_of_another_database_is_found) {
    append_frames(2, 7);
    const auto other = make_vector_log(directory_.path(), 6, 1 << 20, [] { return uint64_t{9}; });
    LogContent content;
    ASSERT_TRUE(other->scan(committed_, content.scan()).ok());
    EXPECT_TRUE(content.frames.empty());
    EXPECT_FALSE(content.damage.empty());
}

TEST_F(VectorLogDamage, of_the_committed_position_is_found) {
    append_frames(3, 8);
    const LogPosition right = committed_;
    committed_.chain ^= 1;
    EXPECT_FALSE(scan().damage.empty());
    EXPECT_TRUE(scan().frames.empty());
    committed_ = right;
    for (const uint64_t length : {uint64_t{1}, uint64_t{4096}, right.length_bytes - 4096,
                                  right.length_bytes + 4096, UINT64_MAX}) {
        committed_.length_bytes = length;
        EXPECT_FALSE(scan().damage.empty()) << length;
    }
}

// Appends until the end or a failure that is not one of the file's; gives what was acknowledged.
struct Acknowledged {
    std::map<uint64_t, LogPosition> committed;
    std::map<uint64_t, std::vector<OwnedFrame>> frames;
    int failures = 0;
};

Acknowledged append_with_faults(const std::string& directory, FileFaults* faults) {
    Acknowledged acknowledged;
    uint64_t number = 0;
    const auto log = make_vector_log(
        directory, kDatabase, 8 * kLogPageBytes, [&] { return ++number; }, faults);
    std::mt19937_64 random(11);
    uint64_t failed_file = 0;
    for (int i = 0; i < 12; ++i) {
        const std::vector<OwnedFrame> frames{test::random_frame(random, 30),
                                             test::random_frame(random, 30)};
        const auto position = log->append(test::views_of(frames));
        if (!position.ok()) {
            ++acknowledged.failures;
            EXPECT_EQ(position.status().code(), base::Code::io);
            EXPECT_EQ(log->current_file(), 0u);
            failed_file = number;
            continue;
        }
        EXPECT_GT(position->file_number, failed_file) << "a failed file was written again";
        acknowledged.committed[position->file_number] = *position;
        auto& of_file = acknowledged.frames[position->file_number];
        of_file.insert(of_file.end(), frames.begin(), frames.end());
    }
    return acknowledged;
}

TEST(VectorLogFaults, lose_nothing_that_was_acknowledged) {
    for (const bool for_ever : {false, true}) {
        bool failed = true;
        int n = 1;
        for (; failed; ++n) {
            SCOPED_TRACE(n);
            test::TemporaryDirectory directory;
            test::FailNth faults(n, for_ever);
            const auto acknowledged = append_with_faults(directory.path(), &faults);
            failed = faults.failed();
            EXPECT_EQ(acknowledged.failures > 0, failed);
            const auto log = make_vector_log(directory.path(), kDatabase, 1, [] { return 1ull; });
            for (const auto& [number, position] : acknowledged.committed) {
                EXPECT_TRUE(log->truncate(position).ok());
                LogContent content;
                ASSERT_TRUE(log->scan(position, content.scan()).ok());
                EXPECT_TRUE(content.damage.empty());
                EXPECT_TRUE(content.frames == acknowledged.frames.at(number));
            }
            ASSERT_LT(n, 1000);
        }
        EXPECT_GT(n, 5) << "hardly an operation was made to fail";
    }
}

TEST(VectorLogFaults, do_not_come_from_short_writes) {
    test::TemporaryDirectory directory;
    test::ShortWrites faults;
    const auto acknowledged = append_with_faults(directory.path(), &faults);
    EXPECT_EQ(acknowledged.failures, 0);
    const auto log = make_vector_log(directory.path(), kDatabase, 1, [] { return 1ull; });
    for (const auto& [number, position] : acknowledged.committed) {
        LogContent content;
        ASSERT_TRUE(log->scan(position, content.scan()).ok());
        EXPECT_TRUE(content.damage.empty() && content.frames == acknowledged.frames.at(number));
    }
}

TEST(VectorLogFaults, in_a_scan_are_a_failure_or_damage) {
    test::TemporaryDirectory directory;
    const auto acknowledged = append_with_faults(directory.path(), nullptr);
    bool failed = true;
    int n = 1;
    for (; failed; ++n) {
        SCOPED_TRACE(n);
        test::FailNth faults(n);
        const auto log = make_vector_log(
            directory.path(), kDatabase, 1, [] { return 1ull; }, &faults);
        for (const auto& [number, position] : acknowledged.committed) {
            const bool before = faults.failed();
            LogContent content;
            const auto status = log->scan(position, content.scan());
            const bool complete = content.frames == acknowledged.frames.at(number);
            const bool reported = !status.ok() || !content.damage.empty();
            EXPECT_TRUE(complete || reported);
            EXPECT_EQ(reported, faults.failed() && !before);
        }
        failed = faults.failed();
        ASSERT_LT(n, 1000);
    }
    EXPECT_GT(n, 5) << "hardly an operation was made to fail";
}

}  // namespace
}  // namespace grape::storage
