// The contract of blob stores, over disk and memory and every placement.
#include "storage/blob.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/base/checksum.h"
#include "storage/blob_disk.h"
#include "storage/disk.h"
#include "tests/unit/storage/file_fixture.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Code;
using test::random_bytes;

constexpr uint64_t kDatabase = 0x1122334455667788;

struct Case {
    const char* name;
    bool memory;
    Placement placement;
};

class BlobContract : public testing::TestWithParam<Case> {
  protected:
    BlobContract() {
        store_ = GetParam().memory ? make_memory_blob_store()
                                   : make_disk_blob_store(directory_.path() + "/files", kDatabase);
    }
    BlobIdentity write(uint64_t number, Bytes content, size_t part, BlobKind kind) {
        auto writer = store_->create(number, kind);
        EXPECT_TRUE(writer.ok()) << writer.status().to_string();
        for (Bytes rest = content; !rest.empty();) {
            const Bytes next = rest.first(std::min(part, rest.size()));
            EXPECT_TRUE((*writer)->append(next).ok());
            rest = rest.subspan(next.size());
        }
        EXPECT_EQ((*writer)->written(), content.size());
        auto identity = (*writer)->finish();
        EXPECT_TRUE(identity.ok()) << identity.status().to_string();
        return *identity;
    }
    std::shared_ptr<Blob> open(const BlobIdentity& identity, BlobKind kind = BlobKind::vectors) {
        auto blob = store_->open(identity, kind, GetParam().placement);
        EXPECT_TRUE(blob.ok()) << blob.status().to_string();
        return blob.ok() ? *blob : nullptr;
    }

    test::TemporaryDirectory directory_;
    std::unique_ptr<BlobStore> store_;
};

void expect_equal(const Blob& blob, uint64_t offset, Bytes expected) {
    const auto view = blob.read(offset, expected.size());
    ASSERT_TRUE(view.ok()) << view.status().to_string();
    ASSERT_TRUE(
        std::equal(expected.begin(), expected.end(), view->bytes().begin(), view->bytes().end()))
        << "at " << offset << ", " << expected.size() << " bytes";
}

TEST_P(BlobContract, gives_back_what_was_written_at_every_size_around_its_parts) {
    uint64_t number = 0;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{4095}, size_t{4096}, size_t{4097},
                              size_t{85 * 4096}, size_t{85 * 4096 + 1}, size_t{256 << 10},
                              size_t{(256 << 10) + 1}, size_t{(1 << 20) + 77}}) {
        SCOPED_TRACE(size);
        const auto content = random_bytes(size, size);
        const auto identity = write(++number, content, 10'000, BlobKind::rows);
        const auto blob = open(identity, BlobKind::rows);
        ASSERT_NE(blob, nullptr);
        EXPECT_EQ(blob->content_bytes(), size);
        EXPECT_EQ(blob->identity().root_checksum, identity.root_checksum);
        expect_equal(*blob, 0, content);
        EXPECT_TRUE(blob->verify().ok());
    }
}

TEST_P(BlobContract, gives_the_same_bytes_and_identity_however_it_was_written) {
    const auto content = random_bytes(900'000, 5);
    const auto first = write(1, content, 1, BlobKind::vectors);
    ASSERT_TRUE(store_->remove(1).ok());
    for (const size_t part : {size_t{4096}, size_t{300'000}, size_t{900'000}}) {
        const auto again = write(1, content, part, BlobKind::vectors);
        EXPECT_EQ(again.root_checksum, first.root_checksum);
        EXPECT_EQ(again.size_bytes, first.size_bytes);
        ASSERT_TRUE(store_->remove(1).ok());
    }
}

TEST_P(BlobContract, reads_any_range) {
    const auto content = random_bytes(700'123, 6);
    const auto blob = open(write(1, content, content.size(), BlobKind::vectors));
    ASSERT_NE(blob, nullptr);
    std::mt19937_64 random(7);
    for (int i = 0; i < 500; ++i) {
        const size_t offset = random() % (content.size() + 1);
        size_t size = random() % (content.size() - offset + 1);
        if (i % 2 == 0) size = std::min<size_t>(size, 3000);
        expect_equal(*blob, offset, Bytes(content).subspan(offset, size));
    }
}

TEST_P(BlobContract, refuses_a_range_that_is_not_inside_the_content) {
    const auto blob = open(write(1, random_bytes(5000, 1), 5000, BlobKind::vectors));
    ASSERT_NE(blob, nullptr);
    EXPECT_TRUE(blob->read(5000, 0).ok());
    EXPECT_EQ(blob->read(5000, 1).status().code(), Code::invalid);
    EXPECT_EQ(blob->read(0, 5001).status().code(), Code::invalid);
    EXPECT_EQ(blob->read(UINT64_MAX, 2).status().code(), Code::invalid);
    EXPECT_EQ(blob->read(4999, SIZE_MAX).status().code(), Code::invalid);
    EXPECT_EQ(blob->read(UINT64_MAX - 1, SIZE_MAX).status().code(), Code::invalid);
}

TEST_P(BlobContract, pads_to_an_alignment_with_zeros) {
    auto writer = store_->create(1, BlobKind::vectors);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->align(4096).ok());
    EXPECT_EQ((*writer)->written(), 0u);
    ASSERT_TRUE((*writer)->append(base::as_bytes("abc")).ok());
    ASSERT_TRUE((*writer)->align(64).ok());
    EXPECT_EQ((*writer)->written(), 64u);
    ASSERT_TRUE((*writer)->align(8192).ok());
    EXPECT_EQ((*writer)->written(), 8192u);
    EXPECT_EQ((*writer)->align(48).code(), Code::invalid);
    EXPECT_EQ((*writer)->align(0).code(), Code::invalid);
    const auto identity = (*writer)->finish();
    ASSERT_TRUE(identity.ok());
    std::vector<uint8_t> expected(8192, 0);
    expected[0] = 'a', expected[1] = 'b', expected[2] = 'c';
    expect_equal(*open(*identity), 0, expected);
}

TEST_P(BlobContract, gives_content_aligned_to_its_offset_when_it_is_borrowed) {
    const auto blob = open(write(1, random_bytes(50'000, 1), 50'000, BlobKind::vectors));
    ASSERT_NE(blob, nullptr);
    const auto view = blob->read(4096 + 64, 100);
    ASSERT_TRUE(view.ok());
    ASSERT_EQ(view->bytes().size(), 100u);
    // Cold views own their bytes: those lie where the allocator put them.
    if (blob->placement() != Placement::cold) {
        EXPECT_EQ(reinterpret_cast<uintptr_t>(view->bytes().data()) % 64, 0u);
    }
}

TEST_P(BlobContract, refuses_another_file_than_the_one_that_is_named) {
    const auto one = write(1, random_bytes(5000, 1), 5000, BlobKind::vectors);
    const auto two = write(2, random_bytes(5000, 2), 5000, BlobKind::vectors);
    const auto open_code = [&](BlobIdentity identity, BlobKind kind) {
        return store_->open(identity, kind, GetParam().placement).status().code();
    };
    EXPECT_EQ(open_code({1, one.size_bytes, two.root_checksum}, BlobKind::vectors), Code::corrupt);
    EXPECT_EQ(open_code({1, one.size_bytes + 1, one.root_checksum}, BlobKind::vectors),
              Code::corrupt);
    EXPECT_EQ(open_code({1, 0, one.root_checksum}, BlobKind::vectors), Code::corrupt);
    EXPECT_EQ(open_code(one, BlobKind::rows), Code::corrupt);
    EXPECT_EQ(open_code({9, one.size_bytes, one.root_checksum}, BlobKind::vectors), Code::corrupt);
    EXPECT_EQ(open_code(one, BlobKind::vectors), Code::ok);
}

TEST_P(BlobContract, lists_files_and_removes_them_without_error_when_missing) {
    EXPECT_TRUE(store_->list()->empty());
    write(12, random_bytes(10, 1), 10, BlobKind::rows);
    write(7, random_bytes(10, 1), 10, BlobKind::vectors);
    write(1'234'567'890'123, random_bytes(10, 1), 10, BlobKind::vectors);
    EXPECT_EQ(*store_->list(), (std::vector<uint64_t>{7, 12, 1'234'567'890'123}));
    EXPECT_TRUE(store_->remove(12).ok());
    EXPECT_TRUE(store_->remove(12).ok());
    EXPECT_EQ(*store_->list(), (std::vector<uint64_t>{7, 1'234'567'890'123}));
}

TEST_P(BlobContract, does_not_create_over_a_file_and_leaves_that_file_alone) {
    const auto content = random_bytes(5000, 1);
    const auto identity = write(1, content, 5000, BlobKind::vectors);
    EXPECT_FALSE(store_->create(1, BlobKind::vectors).ok());
    EXPECT_FALSE(store_->create(0, BlobKind::vectors).ok());
    expect_equal(*open(identity), 0, content);
}

TEST_P(BlobContract, removes_the_file_of_a_dropped_writer_and_keeps_a_finished_one) {
    {
        auto writer = store_->create(1, BlobKind::vectors);
        ASSERT_TRUE((*writer)->append(random_bytes(600'000, 1)).ok());
        EXPECT_EQ(*store_->list(), std::vector<uint64_t>{1});
    }
    EXPECT_TRUE(store_->list()->empty());
    auto writer = store_->create(1, BlobKind::vectors);
    ASSERT_TRUE((*writer)->finish().ok());
    EXPECT_FALSE((*writer)->append(base::as_bytes("x")).ok());
    EXPECT_FALSE((*writer)->finish().ok());
    writer->reset();
    EXPECT_EQ(*store_->list(), std::vector<uint64_t>{1});
}

TEST_P(BlobContract, outlives_its_store) {
    const auto content = random_bytes(9000, 1);
    const auto blob = open(write(1, content, 9000, BlobKind::vectors));
    store_.reset();
    expect_equal(*blob, 0, content);
}

TEST_P(BlobContract, gives_right_bytes_to_many_threads_that_read_it_the_first_time) {
    const auto content = random_bytes(3 << 20, 8);
    const auto identity = write(1, content, content.size(), BlobKind::vectors);
    for (int round = 0; round < 5; ++round) {
        const auto blob = open(identity);
        ASSERT_NE(blob, nullptr);
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (uint64_t thread = 0; thread < 8; ++thread) {
            threads.emplace_back([&, thread] {
                std::mt19937_64 random(thread);
                for (int i = 0; i < 60; ++i) {
                    const size_t offset = random() % content.size();
                    const size_t size = std::min<size_t>(content.size() - offset,
                                                         random() % (i % 8 == 0 ? 900'000 : 9000));
                    const auto view = blob->read(offset, size);
                    const bool right =
                        view.ok() && std::equal(view->bytes().begin(), view->bytes().end(),
                                                content.begin() + static_cast<ptrdiff_t>(offset));
                    if (!right) ++wrong;
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(wrong, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, BlobContract,
                         testing::Values(Case{"disk_cached", false, Placement::cached},
                                         Case{"disk_pinned", false, Placement::pinned},
                                         Case{"disk_cold", false, Placement::cold},
                                         Case{"memory", true, Placement::cached}),
                         [](const auto& tested) { return std::string(tested.param.name); });

class BlobDisk : public testing::Test {
  protected:
    BlobDisk() {
        options_.directory = directory_.path();
        options_.database_id = kDatabase;
    }
    BlobIdentity write(BlobStore& store, uint64_t number, Bytes content) {
        auto writer = store.create(number, BlobKind::vectors);
        EXPECT_TRUE((*writer)->append(content).ok());
        return *(*writer)->finish();
    }
    static size_t descriptor_count() {
        size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator("/proc/self/fd")) {
            ++count;
        }
        return count;
    }

    test::TemporaryDirectory directory_;
    DiskBlobOptions options_;
};

TEST_F(BlobDisk, writes_the_bytes_of_format_version_1) {
    const auto store = make_disk_blob_store(options_);
    std::vector<uint8_t> content(100 * 4096 + 10);
    for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<uint8_t>(i * i / 7);
    const auto identity = write(*store, 42, content);
    const auto file = test::read_file(directory_.path() + "/000042.vec");
    ASSERT_EQ(file.size(), identity.size_bytes);
    // Header, 101 content pages, 2 table pages, 2 checksums, footer.
    ASSERT_EQ(file.size(), 4096u * (1 + 101 + 2) + 2 * 8 + 64);
    EXPECT_EQ(base::as_text(Bytes(file).first(8)), "GRAPEBLB");
    EXPECT_TRUE(std::equal(content.begin(), content.end(), file.begin() + 4096));
    EXPECT_EQ(base::checksum(file), 0xdb049153d1ad547full)
        << "the bytes of the format have changed";
    EXPECT_EQ(identity.root_checksum, 0x11948bc79693c19full);
}

TEST_F(BlobDisk, opens_cached_blobs_as_cold_ones_when_there_are_too_many_maps) {
    options_.maps_max = 2;
    const auto store = make_disk_blob_store(options_);
    const auto content = random_bytes(10'000, 1);
    const auto identity = write(*store, 1, content);
    const auto open = [&] { return *store->open(identity, BlobKind::vectors, Placement::cached); };
    auto first = open();
    const auto second = open();
    EXPECT_EQ(first->placement(), Placement::cached);
    EXPECT_EQ(second->placement(), Placement::cached);
    EXPECT_GE(second->mapped_bytes(), content.size());
    const auto third = open();
    EXPECT_EQ(third->placement(), Placement::cold);
    EXPECT_EQ(third->mapped_bytes(), 0u);
    expect_equal(*third, 0, content);
    first.reset();
    EXPECT_EQ(open()->placement(), Placement::cached);
}

TEST_F(BlobDisk, keeps_few_descriptors_and_little_memory_for_many_open_blobs) {
    options_.descriptors_max = 3;
    const auto store = make_disk_blob_store(options_);
    const auto content = random_bytes(1 << 20, 1);
    const size_t before = descriptor_count();
    std::vector<std::shared_ptr<Blob>> blobs;
    for (uint64_t number = 1; number <= 30; ++number) {
        const Placement placement = number % 2 == 0 ? Placement::cold : Placement::cached;
        const auto identity = write(*store, number, content);
        blobs.push_back(*store->open(identity, BlobKind::vectors, placement));
        EXPECT_LT(blobs.back()->heap_bytes(), 1000u);
    }
    EXPECT_EQ(descriptor_count(), before);
    for (int round = 0; round < 2; ++round) {
        for (const auto& blob : blobs)
            expect_equal(*blob, 70'000, Bytes(content).subspan(70'000, 99));
    }
    EXPECT_LE(descriptor_count(), before + 3);
    ASSERT_TRUE(store->remove(30).ok());
    ASSERT_TRUE(store->remove(28).ok());
    ASSERT_TRUE(store->remove(26).ok());
    EXPECT_EQ(descriptor_count(), before);
}

TEST_F(BlobDisk, ignores_files_with_other_names) {
    const auto store = make_disk_blob_store(options_);
    for (const char* name : {"7.vec", "0000007.vec", "000007.vec.tmp", "00000x.vec", "000000.vec",
                             "-00007.row", "000008.vlog", "LOCK", "99999999999999999999999.vec"}) {
        test::write_file(directory_.path() + "/" + name, {1});
    }
    EXPECT_TRUE(store->list()->empty());
    test::write_file(directory_.path() + "/000007.row", {1});
    EXPECT_EQ(*store->list(), std::vector<uint64_t>{7});
}

}  // namespace
}  // namespace grape::storage
