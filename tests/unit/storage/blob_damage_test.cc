// Blob files with every byte flipped, cut at every length, swapped, and with every operation
// failing: a read is right or an error, never wrong and never a crash.
#include <gtest/gtest.h>

#include "storage/blob_disk.h"
#include "tests/unit/storage/file_fixture.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Code;
using test::random_bytes;

constexpr Placement kPlacements[] = {Placement::cached, Placement::pinned, Placement::cold};

class BlobDamage : public testing::Test {
  protected:
    BlobDamage() {
        options_.directory = directory_.path();
        options_.database_id = 77;
        store_ = make_disk_blob_store(options_);
    }
    void write(size_t size, BlobKind kind = BlobKind::vectors) {
        kind_ = kind;
        content_ = random_bytes(size, 99);
        auto writer = store_->create(1, kind);
        ASSERT_TRUE((*writer)->append(content_).ok());
        identity_ = *(*writer)->finish();
        path_ = directory_.path() + "/" + blob_file_name(1, kind);
    }
    // Reads everything page by page. True when damage was reported; wrong bytes fail the test.
    bool finds_damage(Placement placement) {
        const auto blob = store_->open(identity_, kind_, placement);
        if (!blob.ok()) {
            check_report(blob.status());
            return true;
        }
        bool damage = false;
        for (size_t offset = 0; offset < content_.size(); offset += 4096) {
            const size_t size = std::min<size_t>(4096, content_.size() - offset);
            const auto view = (*blob)->read(offset, size);
            if (view.ok()) {
                EXPECT_TRUE(std::equal(view->bytes().begin(), view->bytes().end(),
                                       content_.begin() + static_cast<ptrdiff_t>(offset)));
            } else {
                check_report(view.status());
                damage = true;
            }
        }
        return damage;
    }
    void check_report(const base::Status& status) {
        EXPECT_TRUE(status.code() == Code::corrupt || status.code() == Code::io)
            << status.to_string();
        EXPECT_NE(status.message().find(path_), std::string::npos) << status.to_string();
    }

    test::TemporaryDirectory directory_;
    DiskBlobOptions options_;
    std::unique_ptr<BlobStore> store_;
    std::vector<uint8_t> content_;
    BlobIdentity identity_;
    BlobKind kind_ = BlobKind::vectors;
    std::string path_;
};

TEST_F(BlobDamage, is_found_for_a_flip_of_each_byte) {
    for (const BlobKind kind : {BlobKind::vectors, BlobKind::rows}) {
        write(2 * 4096 + 100, kind);
        for (size_t offset = 0; offset < identity_.size_bytes; ++offset) {
            SCOPED_TRACE(offset);
            const uint8_t with = static_cast<uint8_t>(1u << (offset % 8));
            test::flip_byte(path_, offset, with);
            for (const Placement placement : kPlacements) {
                ASSERT_TRUE(finds_damage(placement));
            }
            test::flip_byte(path_, offset, with);
        }
        for (const Placement placement : kPlacements) EXPECT_FALSE(finds_damage(placement));
    }
}

TEST_F(BlobDamage, in_one_page_leaves_the_other_pages_readable) {
    write(200 * 4096);
    test::flip_byte(path_, 4096 * (1 + 120) + 5, 1);
    for (const Placement placement : {Placement::cached, Placement::cold}) {
        const auto blob = store_->open(identity_, kind_, placement);
        ASSERT_TRUE(blob.ok());
        EXPECT_TRUE((*blob)->read(0, 120 * 4096).ok());
        EXPECT_TRUE((*blob)->read(121 * 4096, 79 * 4096).ok());
        const auto bad = (*blob)->read(120 * 4096 + 17, 1).status();
        EXPECT_EQ(bad.code(), Code::corrupt);
        EXPECT_NE(bad.message().find("page 120 is damaged"), std::string::npos) << bad.message();
        EXPECT_EQ((*blob)->read(0, 200 * 4096).status().code(), Code::corrupt);
        EXPECT_EQ((*blob)->verify().code(), Code::corrupt);
    }
    EXPECT_EQ(store_->open(identity_, kind_, Placement::pinned).status().code(), Code::corrupt);
}

TEST_F(BlobDamage, is_found_at_every_length_that_is_not_the_right_one) {
    write(4096 + 100);
    const auto bytes = test::read_file(path_);
    for (size_t length = bytes.size(); length-- > 0;) {
        SCOPED_TRACE(length);
        std::filesystem::resize_file(path_, length);
        for (const Placement placement : kPlacements) ASSERT_TRUE(finds_damage(placement));
        // The store's record may be damaged in the same way.
        BlobIdentity shorter = identity_;
        shorter.size_bytes = length;
        ASSERT_EQ(store_->open(shorter, kind_, Placement::pinned).status().code(), Code::corrupt);
    }
    test::write_file(path_, bytes);
    EXPECT_FALSE(finds_damage(Placement::cached));
    std::filesystem::resize_file(path_, bytes.size() + 1);
    EXPECT_TRUE(finds_damage(Placement::cached));
}

TEST_F(BlobDamage, is_found_when_two_pages_or_two_table_slots_change_places) {
    write(3 * 4096);
    const auto bytes = test::read_file(path_);
    const auto swapped = [&](size_t one, size_t two, size_t size) {
        auto changed = bytes;
        std::swap_ranges(changed.begin() + static_cast<ptrdiff_t>(one),
                         changed.begin() + static_cast<ptrdiff_t>(one + size),
                         changed.begin() + static_cast<ptrdiff_t>(two));
        test::write_file(path_, changed);
    };
    for (const Placement placement : kPlacements) {
        swapped(4096, 8192, 4096);
        EXPECT_TRUE(finds_damage(placement));
        swapped(4 * 4096, 4 * 4096 + kPageHeaderBytes, kPageHeaderBytes);
        EXPECT_TRUE(finds_damage(placement));
    }
}

TEST_F(BlobDamage, names_a_file_of_another_database_or_number_or_a_missing_one) {
    write(5000);
    DiskBlobOptions other = options_;
    other.database_id = 78;
    const auto status =
        make_disk_blob_store(other)->open(identity_, kind_, Placement::pinned).status();
    EXPECT_EQ(status.code(), Code::corrupt);
    EXPECT_NE(status.message().find("another database"), std::string::npos) << status.message();
    std::filesystem::copy_file(path_, directory_.path() + "/000002.vec");
    BlobIdentity two = identity_;
    two.file_number = 2;
    EXPECT_EQ(store_->open(two, kind_, Placement::cached).status().code(), Code::corrupt);
    ASSERT_TRUE(store_->remove(1).ok());
    EXPECT_NE(store_->open(identity_, kind_, Placement::cold).status().message().find("missing"),
              std::string::npos);
}

TEST_F(BlobDamage, of_a_file_that_is_cut_under_its_map_is_a_status_at_first_use) {
    write(600 * 4096);
    const auto blob = store_->open(identity_, kind_, Placement::cached);
    ASSERT_TRUE(blob.ok());
    EXPECT_TRUE((*blob)->read(0, 4096).ok());
    std::filesystem::resize_file(path_, 300 * 4096);
    const auto view = (*blob)->read(400 * 4096, 4096);
    EXPECT_FALSE(view.ok());
    check_report(view.status());
}

// Writes, opens, reads and removes blobs; whatever fails, what is read is right.
base::Status use_store(BlobStore& store, Bytes content) {
    GRAPE_ASSIGN(auto writer, store.create(1, BlobKind::vectors));
    GRAPE_TRY(writer->append(content.first(1000)));
    GRAPE_TRY(writer->append(content.subspan(1000)));
    GRAPE_ASSIGN(const BlobIdentity identity, writer->finish());
    for (const Placement placement : kPlacements) {
        GRAPE_ASSIGN(const auto blob, store.open(identity, BlobKind::vectors, placement));
        for (const size_t offset : {size_t{0}, content.size() - 9000}) {
            GRAPE_ASSIGN(const BlobView view, blob->read(offset, 9000));
            EXPECT_TRUE(std::equal(view.bytes().begin(), view.bytes().end(),
                                   content.begin() + static_cast<ptrdiff_t>(offset)));
        }
        GRAPE_TRY(blob->verify());
    }
    GRAPE_ASSIGN(const auto numbers, store.list());
    EXPECT_EQ(numbers, std::vector<uint64_t>{1});
    return store.remove(1);
}

TEST_F(BlobDamage, never_comes_from_an_operation_that_fails) {
    const auto content = random_bytes(700'000, 3);
    for (const bool for_ever : {false, true}) {
        bool failed = true;
        int n = 1;
        for (; failed; ++n) {
            SCOPED_TRACE(n);
            test::TemporaryDirectory directory;
            test::FailNth faults(n, for_ever);
            DiskBlobOptions options = options_;
            options.directory = directory.path() + "/files";
            options.faults = &faults;
            base::Status status;
            {
                const auto store = make_disk_blob_store(options);
                status = use_store(*store, content);
            }
            failed = faults.failed();
            if (failed) {
                EXPECT_EQ(status.code(), Code::io) << status.to_string();
            }
            ASSERT_LT(n, 1000);
        }
        EXPECT_GT(n, 5) << "hardly an operation was made to fail";
    }
}

TEST_F(BlobDamage, never_comes_from_short_writes) {
    test::ShortWrites faults;
    options_.faults = &faults;
    store_ = make_disk_blob_store(options_);
    write(600'000);
    EXPECT_FALSE(finds_damage(Placement::cached));
}

TEST_F(BlobDamage, leaves_no_file_when_a_writer_fails) {
    const auto content = random_bytes(700'000, 3);
    int writer_failures = 0;
    for (int n = 1; n < 12; ++n) {
        test::TemporaryDirectory directory;
        test::FailNth faults(n);
        DiskBlobOptions options = options_;
        options.directory = directory.path();
        options.faults = &faults;
        const auto store = make_disk_blob_store(options);
        auto writer = store->create(1, BlobKind::vectors);
        if (!writer.ok()) continue;
        base::Status status = (*writer)->append(content);
        if (status.ok()) status = (*writer)->finish().status();
        if (status.ok()) continue;
        ++writer_failures;
        // It stays failed.
        EXPECT_EQ((*writer)->append(content).code(), status.code());
        EXPECT_EQ((*writer)->finish().status().code(), status.code());
        writer->reset();
        EXPECT_EQ(directory.file_count(), 0u) << n;
    }
    EXPECT_GE(writer_failures, 5);
}

}  // namespace
}  // namespace grape::storage
