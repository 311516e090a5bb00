// What the store makes of its files after a crash and after damage: a torn tail is cut, damage is
// found, and what is read is a whole prefix of the batches, never a hole and never a wrong value.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "storage/env/frame_reader.h"
#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

// A directory with `batches` batches in the log of a store that crashed, or was closed.
struct Image {
    TemporaryDirectory directory;
    std::string path = directory.file("image");
    std::string work = directory.file("work");
    Workload workload;
    int batches = 0;

    Image(int count, Sync sync, bool closed, Workload with = {}) : workload(with), batches(count) {
        const std::string live = directory.file("live");
        Result<OpenedStore> opened = open_at(live);
        EXPECT_TRUE(opened.ok());
        for (int i = 1; i <= count; ++i) {
            EXPECT_TRUE(opened->store->write(workload.batch(i), sync).ok());
        }
        if (closed) opened->store.reset();
        copy_directory(live, path);
    }
    std::string log() const { return files_with(path, ".log").at(0); }
    // The image anew, to be damaged: the path there of a file of the image.
    std::string fresh(const std::string& file) const {
        copy_directory(path, work);
        return work + "/" + std::filesystem::path(file).filename().string();
    }
    // Opens the work directory and checks it: the number of batches, or the failure.
    Result<int> check(uint64_t* cut = nullptr) const {
        GRAPE_ASSIGN(const OpenedStore opened, open_at(work));
        if (cut != nullptr) *cut = opened.recovered_tail_bytes;
        return workload.check(*opened.store);
    }
};

// Where the frames of a log end.
std::vector<uint64_t> frame_ends(const std::string& path) {
    Result<File> file = File::open(path, File::Mode::read, nullptr);
    EXPECT_TRUE(file.ok());
    const env::FileName name = env::parse_file_name(path);
    env::FrameReader reader(std::move(file).value(), {test_database_id, name.number, name.kind});
    EXPECT_TRUE(reader.open().ok());
    std::vector<uint64_t> ends = {reader.offset()};
    while (true) {
        const auto frame = reader.next();
        if (!frame.ok() || !frame.value()) return ends;
        ends.push_back(reader.offset());
    }
}

// What of a log's end was written: zeros are room.
size_t written_bytes(std::string_view tail) {
    return tail.find_last_not_of('\0') + 1;
}

TEST(Recovery, a_log_cut_at_any_length_gives_a_prefix) {
    for (const Sync sync : {Sync::yes, Sync::no}) {
        const Image image(12, sync, false);
        const std::vector<uint64_t> ends = frame_ends(image.log());
        const std::string bytes = read_bytes(image.log()).substr(0, ends.back());
        for (size_t length = 0; length <= bytes.size(); length += length < 300 ? 1 : 7) {
            SCOPED_TRACE(cat("length ", length));
            write_bytes(image.fresh(image.log()), bytes.substr(0, length));
            uint64_t cut = 0;
            const Result<int> count = image.check(&cut);
            ASSERT_TRUE(count.ok()) << count.status().to_string();
            // As many batches as there are whole frames, and all that was written behind them was
            // cut.
            const auto whole = std::upper_bound(ends.begin(), ends.end(), length) - ends.begin();
            ASSERT_EQ(count.value(), std::max<int>(0, static_cast<int>(whole) - 1));
            const uint64_t good = whole == 0 ? 0 : ends.at(static_cast<size_t>(whole) - 1);
            ASSERT_EQ(cut, written_bytes(std::string_view(bytes).substr(good, length - good)));
        }
    }
}

TEST(Recovery, a_recovered_store_goes_on) {
    const Image image(10, Sync::yes, false);
    const std::string log = image.fresh(image.log());
    write_bytes(log, read_bytes(log).substr(0, 700));
    int count = 0;
    for (int round = 0; round < 3; ++round) {
        Result<OpenedStore> opened = open_at(image.work);
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        EXPECT_EQ(opened->recovered_tail_bytes > 0, round == 0);
        const Result<int> found = image.workload.check(*opened->store);
        ASSERT_TRUE(found.ok()) << found.status().to_string();
        if (round > 0) {
            ASSERT_EQ(found.value(), count);
        }
        count = found.value() + 1;
        ASSERT_TRUE(opened->store->write(image.workload.batch(count), Sync::yes).ok());
    }
}

// Synced frames are written over room that stands behind them; a closed log has none.
TEST(Recovery, room_for_more_frames_is_no_torn_tail) {
    for (const Sync sync : {Sync::yes, Sync::no}) {
        for (const bool closed : {false, true}) {
            const Image image(5, sync, closed);
            const uint64_t end = frame_ends(image.log()).back();
            const uint64_t size = std::filesystem::file_size(image.log());
            EXPECT_EQ(size > end, sync == Sync::yes && !closed);
            const std::string log = image.fresh(image.log());
            uint64_t cut = 0;
            const Result<int> count = image.check(&cut);
            ASSERT_TRUE(count.ok()) << count.status().to_string();
            EXPECT_EQ(count.value(), 5);
            EXPECT_EQ(cut, 0u);
        }
    }
}

class NoRoom final : public FileFaults {
  public:
    int before(FileOperation operation, const std::string&, size_t* bytes) override {
        if (operation != FileOperation::write || *bytes < 100'000) return 0;
        *bytes = 0;
        return ENOSPC;
    }
};

TEST(Recovery, a_store_without_room_goes_on) {
    const TemporaryDirectory directory;
    NoRoom faults;
    const Workload workload;
    Result<OpenedStore> opened = open_at(directory.file("store"), &faults);
    ASSERT_TRUE(opened.ok());
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::yes).ok());
    }
    const std::string log = files_with(directory.file("store"), ".log").at(0);
    EXPECT_LT(std::filesystem::file_size(log), 100'000u);
    const Result<int> count = workload.check(*opened->store);
    ASSERT_TRUE(count.ok()) << count.status().to_string();
    EXPECT_EQ(count.value(), 5);
}

TEST(Recovery, zeros_and_garbage_behind_the_log_are_cut) {
    for (const bool closed : {false, true}) {
        const Image image(5, Sync::yes, closed);
        const std::string bytes = read_bytes(image.log()).substr(0, frame_ends(image.log()).back());
        std::mt19937 random(7);
        for (const size_t size : {1u, 15u, 16u, 100u, 4096u, 300'000u}) {
            for (const bool zeros : {true, false}) {
                std::string tail(size, '\0');
                if (!zeros) std::generate(tail.begin(), tail.end(), std::ref(random));
                write_bytes(image.fresh(image.log()), bytes + tail);
                uint64_t cut = 0;
                const Result<int> count = image.check(&cut);
                ASSERT_TRUE(count.ok()) << count.status().to_string();
                EXPECT_EQ(count.value(), 5);
                EXPECT_EQ(cut, written_bytes(tail));
            }
        }
    }
}

TEST(Recovery, a_flip_in_a_synced_log_is_damage_but_in_its_last_frame) {
    const Image image(8, Sync::yes, false);
    const std::vector<uint64_t> ends = frame_ends(image.log());
    const uint64_t last_frame = ends.at(ends.size() - 2);
    for (size_t offset = 0; offset < ends.back(); offset += offset < 300 ? 1 : 3) {
        SCOPED_TRACE(cat("offset ", offset));
        const std::string log = image.fresh(image.log());
        flip_bit(log, offset, offset % 8);
        const Result<int> count = image.check();
        if (offset >= last_frame) {
            ASSERT_TRUE(count.ok()) << count.status().to_string();
            ASSERT_EQ(count.value(), 7);
        } else {
            ASSERT_EQ(count.ok() ? Code::ok : count.status().code(), Code::corrupt);
            ASSERT_NE(count.status().message().find(log), std::string::npos);
        }
    }
}

TEST(Recovery, a_flip_in_a_closed_log_is_always_found) {
    const Image image(8, Sync::no, true);
    const std::vector<uint64_t> ends = frame_ends(image.log());
    ASSERT_EQ(ends.size(), 10u);  // eight batches and the seal
    for (size_t offset = 0; offset < ends.back(); offset += 5) {
        SCOPED_TRACE(cat("offset ", offset));
        flip_bit(image.fresh(image.log()), offset, 1);
        const Result<int> count = image.check();
        if (offset >= ends.at(8)) {  // the seal says nothing that is lost with it
            ASSERT_TRUE(count.ok()) << count.status().to_string();
            ASSERT_EQ(count.value(), 8);
        } else {
            ASSERT_EQ(count.ok() ? Code::ok : count.status().code(), Code::corrupt);
        }
    }
}

TEST(Recovery, a_flip_in_an_unsynced_log_ends_it_there) {
    const Image image(8, Sync::no, false);
    const std::vector<uint64_t> ends = frame_ends(image.log());
    for (size_t offset = env::append_header_bytes; offset < ends.back(); offset += 5) {
        SCOPED_TRACE(cat("offset ", offset));
        flip_bit(image.fresh(image.log()), offset, 6);
        const Result<int> count = image.check();
        ASSERT_TRUE(count.ok()) << count.status().to_string();
        const auto before = std::upper_bound(ends.begin(), ends.end(), offset) - ends.begin();
        ASSERT_EQ(count.value(), static_cast<int>(before) - 1);
    }
}

TEST(Recovery, unsynced_frames_may_reach_the_disk_in_any_order) {
    // Four synced batches, then four that were not, of which the first was lost and the rest not.
    TemporaryDirectory directory;
    const Workload workload;
    Result<OpenedStore> opened = open_at(directory.file("live"));
    ASSERT_TRUE(opened.ok());
    for (int i = 1; i <= 8; ++i) {
        ASSERT_TRUE(opened->store->write(workload.batch(i), i <= 4 ? Sync::yes : Sync::no).ok());
    }
    const std::string image = directory.file("image");
    for (const size_t lost : {3u, 4u}) {
        copy_directory(directory.file("live"), image);
        const std::string log = files_with(image, ".log").at(0);
        const std::vector<uint64_t> ends = frame_ends(log);
        std::string bytes = read_bytes(log);
        std::fill(bytes.begin() + static_cast<ptrdiff_t>(ends[lost]),
                  bytes.begin() + static_cast<ptrdiff_t>(ends[lost + 1]), '\0');
        write_bytes(log, bytes);
        Result<OpenedStore> crashed = open_at(image);
        if (lost == 4) {
            ASSERT_TRUE(crashed.ok()) << crashed.status().to_string();
            EXPECT_EQ(workload.check(*crashed->store).value(), 4);
            EXPECT_EQ(crashed->recovered_tail_bytes,
                      written_bytes(std::string_view(bytes).substr(ends[lost])));
        } else {
            EXPECT_EQ(crashed.status().code(), Code::corrupt);
        }
    }
}

TEST(Recovery, a_power_cut_that_keeps_any_blocks_of_the_unsynced_tail_opens) {
    // Some batches are synced, later ones are not, and one of those has many frames. Of the blocks
    // that were written since the sync each one reaches the disk or does not.
    TemporaryDirectory directory;
    const Workload workload{.keys_per_batch = 5, .value_bytes = 3000};
    Result<OpenedStore> opened = open_at(directory.file("live"));
    ASSERT_TRUE(opened.ok());
    constexpr int kSynced = 5;
    std::string synced;
    for (int i = 1; i <= 12; ++i) {
        ASSERT_TRUE(
            opened->store->write(workload.batch(i), i <= kSynced ? Sync::yes : Sync::no).ok());
        if (i == kSynced) synced = read_bytes(files_with(directory.file("live"), ".log").at(0));
    }
    const std::string image = directory.file("image");
    const std::string all = read_bytes(files_with(directory.file("live"), ".log").at(0));
    for (unsigned seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE(cat("seed ", seed));
        std::mt19937 random(seed);
        const size_t block = seed % 2 == 0 ? 512 : 4096;
        std::string found = synced;
        found.resize(synced.size() + random() % (all.size() - synced.size() + 1), '\0');
        const unsigned kept_of_8 = 1 + random() % 8;
        for (size_t at = 0; at < found.size(); at += block) {
            if (random() % 8 < kept_of_8)
                found.replace(at, block, all, at, std::min(block, found.size() - at));
        }
        copy_directory(directory.file("live"), image);
        write_bytes(files_with(image, ".log").at(0), found);
        Result<OpenedStore> crashed = open_at(image);
        ASSERT_TRUE(crashed.ok()) << crashed.status().to_string();
        const Result<int> count = workload.check(*crashed->store);
        ASSERT_TRUE(count.ok()) << count.status().to_string();
        ASSERT_GE(count.value(), kSynced);
    }
}

TEST(Recovery, a_batch_of_many_frames_is_there_as_a_whole_or_not) {
    // The second batch is 3 MB: LevelDB writes it in some hundred pieces, each a frame.
    const Image image(2, Sync::yes, false, {.keys_per_batch = 30, .value_bytes = 100'000});
    std::mt19937 random(11);
    const std::string bytes = read_bytes(image.log());
    ASSERT_GT(bytes.size(), 3'000'000u);
    for (int i = 0; i < 12; ++i) {
        const size_t length = i == 0 ? bytes.size() : random() % bytes.size();
        SCOPED_TRACE(cat("length ", length));
        write_bytes(image.fresh(image.log()), bytes.substr(0, length));
        const Result<int> count = image.check();
        ASSERT_TRUE(count.ok()) << count.status().to_string();
        ASSERT_EQ(count.value() == 2, i == 0);
    }
}

// Keeps logs from being removed, as when a crash comes before the removal is on disk.
class KeepLogs final : public FileFaults {
  public:
    int before(FileOperation operation, const std::string& path, size_t*) override {
        const bool log = operation == FileOperation::remove && path.ends_with(".log");
        return log && std::filesystem::exists(path) ? EIO : 0;
    }
};

TEST(Recovery, an_older_log_without_its_end_is_damage) {
    TemporaryDirectory directory;
    const std::string live = directory.file("live");
    const std::string image = directory.file("image");
    KeepLogs keep;
    const Workload workload;
    Result<OpenedStore> opened = open_at(live, &keep);
    ASSERT_TRUE(opened.ok());
    for (int i = 1; i <= 4; ++i) {
        ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::no).ok());
        if (i == 2) {
            ASSERT_TRUE(opened->store->settle().ok());
        }
    }
    copy_directory(live, image);
    const std::vector<std::string> logs = files_with(image, ".log");
    ASSERT_EQ(logs.size(), 2u);
    {
        Result<OpenedStore> whole = open_at(image);
        ASSERT_TRUE(whole.ok()) << whole.status().to_string();
        EXPECT_EQ(workload.check(*whole->store).value(), 4);
    }
    const std::string bytes =
        read_bytes(directory.file("live/") + std::filesystem::path(logs[0]).filename().string());
    for (const size_t missing : {1u, 80u, 200u}) {
        copy_directory(live, image);
        write_bytes(logs[0], bytes.substr(0, bytes.size() - missing));
        const Result<OpenedStore> cut = open_at(image);
        ASSERT_EQ(cut.status().code(), Code::corrupt);
        EXPECT_NE(cut.status().message().find(logs[0]), std::string::npos);
    }
}

// Flips bits over a file of a closed and settled store. Whatever happens, nothing read is wrong.
int flips_found(const Image& image, const std::string& file, size_t step) {
    int found = 0;
    const size_t size = read_bytes(file).size();
    for (size_t offset = 0; offset < size; offset += step) {
        SCOPED_TRACE(cat(file, " offset ", offset));
        flip_bit(image.fresh(file), offset, static_cast<unsigned>(offset / step % 8));
        const Result<int> count = image.check();
        if (count.ok()) {
            EXPECT_EQ(count.value(), image.batches);
            continue;
        }
        EXPECT_EQ(count.status().code(), Code::corrupt) << count.status().to_string();
        ++found;
    }
    return found;
}

// A store whose batches all stand in tables: settled, opened and closed again.
struct TableImage : Image {
    TableImage() : Image(60, Sync::no, true, {.keys_per_batch = 4, .value_bytes = 100}) {
        copy_directory(path, work);
        EXPECT_TRUE(open_at(work).ok());
        copy_directory(work, path);
    }
};

TEST(Recovery, a_flip_in_a_table_is_found_or_without_effect) {
    const TableImage image;
    const std::vector<std::string> tables = files_with(image.path, ".ldb");
    ASSERT_FALSE(tables.empty());
    const std::string& table = tables.at(0);
    const auto flips = static_cast<int>((read_bytes(table).size() + 96) / 97);
    EXPECT_GE(flips_found(image, table, 97), flips * 8 / 10);  // the filter is not needed
}

TEST(Recovery, a_cut_or_lengthened_table_is_found) {
    const TableImage image;
    const std::string table = files_with(image.path, ".ldb").at(0);
    const std::string bytes = read_bytes(table);
    for (size_t length = 0; length < bytes.size(); length += 1024) {
        write_bytes(image.fresh(table), bytes.substr(0, length));
        ASSERT_EQ(image.check().status().code(), Code::corrupt) << length;
    }
    write_bytes(image.fresh(table), bytes + bytes.substr(0, 4096));
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
    std::filesystem::remove(image.fresh(table));
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
}

TEST(Recovery, a_flip_in_the_manifest_is_found_or_without_effect) {
    const TableImage image;
    const std::string manifest = files_with(image.path, "MANIFEST").at(0);
    EXPECT_GT(flips_found(image, manifest, 1), 100);
}

TEST(Recovery, a_manifest_cut_before_its_last_words_is_no_way_back) {
    // The store removed its old log on the word of the manifest's last edit; without that edit the
    // data would be gone silently.
    TemporaryDirectory directory;
    const std::string live = directory.file("live");
    const Workload workload;
    Result<OpenedStore> opened = open_at(live);
    ASSERT_TRUE(opened.ok());
    for (int i = 1; i <= 5; ++i)
        ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::yes).ok());
    ASSERT_TRUE(opened->store->settle().ok());
    const std::string image = directory.file("image");
    copy_directory(live, image);
    const std::string manifest = files_with(image, "MANIFEST").at(0);
    const std::vector<uint64_t> ends = frame_ends(manifest);
    const uint64_t edit = ends.at(ends.size() - 3);  // then the seal
    flip_bit(manifest, edit + 90, 0);
    EXPECT_EQ(open_at(image).status().code(), Code::corrupt);
}

TEST(Recovery, current_is_checked_and_never_made_anew) {
    const TableImage image;
    const std::string current = image.path + "/CURRENT";
    EXPECT_EQ(flips_found(image, current, 11), (4096 + 10) / 11);
    std::filesystem::remove(image.fresh(current));
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
    write_bytes(image.fresh(current), "");
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
    write_bytes(image.fresh(current), "MANIFEST-000001\n");
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
    std::filesystem::remove(image.fresh(files_with(image.path, "MANIFEST").at(0)));
    EXPECT_EQ(image.check().status().code(), Code::corrupt);
}

TEST(Recovery, damage_changes_no_file) {
    const Image image(6, Sync::yes, false);
    const std::string log = image.fresh(image.log());
    flip_bit(log, 300, 2);
    write_bytes(log, read_bytes(log) + "torn");
    const std::string before = read_bytes(log);
    const std::vector<std::string> names = files_with(image.work, "");
    ASSERT_EQ(image.check().status().code(), Code::corrupt);
    EXPECT_EQ(read_bytes(log), before);
    EXPECT_EQ(files_with(image.work, ""), names);
}

}  // namespace
}  // namespace grape::storage
