// What a crash, or damage, leaves of a database, and what open makes of it.
#include "core/engine/recovery.h"

#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

using base::cat;
using storage::files_with;

// Commits of every kind: in `pending`, in the log, in files, changed and deleted since.
OpenOptions::Sizes small_sizes() {
    OpenOptions::Sizes sizes;
    sizes.pending_bytes_max = 200;
    sizes.small_shard_bytes = 1;
    return sizes;
}

class Recovery : public testing::Test {
  public:
    std::string path() const { return directory_.file("db"); }
    std::string crashed() const { return directory_.file("crashed"); }
    std::string directory_for(bool second) const { return directory_.file(second ? "2" : "1"); }

    // Two collections whose points lie everywhere.
    void fill(TestDatabase& database) {
        for (const char* name : {"a", "b"}) {
            make_pairs_collection(database, name);
            EXPECT_EQ(run(database, pairs(name, 0, 100)), "");     // log
            EXPECT_EQ(run(database, pairs(name, 200, 3)), "");     // pending
            EXPECT_EQ(run(database, deletion(name, 10, 10)), "");  // dead rows
            database.run(cat(R"({"delete_vectors": {"collection_name": ")", name,
                             R"(", "points": [30, 31, 201], "vector": [""]}})"));
        }
        database.run(R"({"flush": {}})");
        for (const char* name : {"a", "b"}) {
            EXPECT_EQ(run(database, pairs(name, 50, 100, payload_)), "");  // log again
            EXPECT_EQ(run(database, pairs(name, 30, 1)), "");
            EXPECT_EQ(run(database, deletion(name, 0, 5)), "");
            database.run(cat(R"({"delete_vectors": {"collection_name": ")", name,
                             R"(", "points": [40, 60], "vector": [""]}})"));
            database.run(cat(R"({"set_payload": {"collection_name": ")", name,
                             R"(", "points": [41, 61], "payload": {"x": 1}}})"));
        }
    }
    static std::string run(TestDatabase& database, const RequestBody& body) {
        const std::string reply = database.run(Request{body, {}});
        return reply.starts_with("GRAPE_E_") ? reply : "";
    }
    void crash(TestDatabase& database) { copy_directory(database.path(), crashed()); }

    static std::string both(TestDatabase& database) {
        return everything(database, "a", 2) + "\n" + everything(database, "b", 2);
    }
    // Opens what is in crashed() and compares with `expected`.
    void expect_everything(const std::string& expected) {
        TestDatabase database(crashed(), small_sizes());
        expect_same(both(database), expected);
        EXPECT_EQ(database.problems(), "");
        logged = database.logged();
    }

    std::string logged;

  private:
    TemporaryDirectory directory_;
    const std::string payload_ = base::encode_payload_value(*base::parse_json(R"({"p":[1,2]})"));
};

TEST_F(Recovery, finds_everything_after_a_clean_close) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    EXPECT_EQ(database.problems(), "");
    for (int round = 0; round < 3; ++round) {
        const uint64_t points = database.ask<DatabaseInfoReply>(DatabaseInfo{}).points;
        EXPECT_GT(points, 0u);
        database.reopen();
        // Before anything else asks for a collection.
        EXPECT_EQ(database.ask<DatabaseInfoReply>(DatabaseInfo{}).points, points);
        expect_same(both(database), expected);
        EXPECT_EQ(database.problems(), "");
    }
}

TEST_F(Recovery, finds_everything_after_a_crash) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    crash(database);
    expect_everything(expected);
}

TEST_F(Recovery, finds_everything_after_a_crash_at_any_commit) {
    TestDatabase database(path(), small_sizes());
    make_pairs_collection(database, "a");
    for (uint64_t i = 0; i < 22; ++i) {
        SCOPED_TRACE(i);
        if (i % 3 == 0) run(database, pairs("a", i * 5, 40));
        if (i % 3 == 1) run(database, deletion("a", i * 4, 9));
        if (i % 3 == 2) run(database, pairs("a", i * 3, 2));
        if (i % 7 == 6) database.run(R"({"flush": {}})");
        if (i % 11 == 10) database.run(R"({"optimize": {}})");
        const std::string expected = everything(database, "a", 2);
        crash(database);
        TestDatabase again(crashed(), small_sizes());
        expect_same(everything(again, "a", 2), expected);
        ASSERT_EQ(again.problems(), "");
    }
}

TEST_F(Recovery, derives_the_rows_when_row_files_are_gone) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    crash(database);
    const std::vector<std::string> files = files_with(crashed() + "/files", ".row");
    ASSERT_EQ(files.size(), 2u);
    for (const std::string& file : files) std::filesystem::remove(file);
    expect_everything(expected);
    EXPECT_NE(logged.find("rows are read from the store"), std::string::npos) << logged;
}

TEST_F(Recovery, derives_the_rows_when_row_files_are_damaged) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    for (const size_t offset : {size_t{3}, size_t{4096}, size_t{4096 + 70}, size_t{9000}}) {
        SCOPED_TRACE(offset);
        crash(database);
        for (const std::string& file : files_with(crashed() + "/files", ".row")) {
            storage::flip_bit(file, offset, 2);
        }
        expect_everything(expected);
        EXPECT_NE(logged.find("rows are read from the store"), std::string::npos) << logged;
    }
}

TEST_F(Recovery, damaged_row_files_are_replaced_by_the_next_flush) {
    std::string expected;
    {
        TestDatabase database(path(), small_sizes());
        fill(database);
        expected = both(database);
        crash(database);
    }
    for (const std::string& file : files_with(crashed() + "/files", ".row")) {
        storage::flip_bit(file, 4100, 1);
    }
    expect_everything(expected);  // opens, and flushes at close
    expect_everything(expected);
    EXPECT_EQ(logged.find("rows are read from the store"), std::string::npos) << logged;
}

TEST_F(Recovery, cuts_what_was_not_committed_off_the_log) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    crash(database);
    const std::vector<std::string> logs = files_with(crashed() + "/files", ".vlog");
    ASSERT_FALSE(logs.empty());
    // A frame that was written and not committed, and garbage.
    const std::string bytes = storage::read_bytes(logs.back());
    storage::write_bytes(logs.back(), bytes + bytes.substr(4096, 4096) + "torn");
    {
        TestDatabase again(crashed(), small_sizes());
        expect_same(both(again), expected);
        EXPECT_EQ(again.ask<DatabaseInfoReply>(DatabaseInfo{}).recovered_tail_bytes, 4100u);
    }
    expect_everything(expected);
}

TEST_F(Recovery, damage_in_the_log_is_the_harm_of_one_collection) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = everything(database, "b", 2);
    crash(database);
    // The frames of `a` come first.
    const std::vector<std::string> logs = files_with(crashed() + "/files", ".vlog");
    ASSERT_EQ(logs.size(), 1u);
    for (const size_t offset : {size_t{4096 + 300}, size_t{4096 + 60}}) {
        SCOPED_TRACE(offset);
        crash(database);
        storage::flip_bit(logs[0], offset, 3);
        TestDatabase again(crashed(), small_sizes());
        expect_same(everything(again, "b", 2), expected);
        const std::string refused = "GRAPE_E_CORRUPT: ";
        EXPECT_TRUE(is_error(run(again, pairs("a", 1, 1)), refused));
        EXPECT_TRUE(is_error(again.run(R"({"count_points": {"collection_name": "a"}})"), refused));
        EXPECT_TRUE(is_error(everything(again, "a", 2), refused));
        EXPECT_NE(again.run(R"({"get_collection": {"collection_name": "a"}})").find("red"),
                  std::string::npos);
        EXPECT_NE(again.problems(), "");
        EXPECT_EQ(run(again, pairs("b", 500, 50)), "");  // the other one goes on
        again.run(R"({"optimize": {}})");
        // It stays so: nothing of the log is taken away.
        again.reopen();
        EXPECT_TRUE(is_error(everything(again, "a", 2), refused));
        EXPECT_TRUE(std::filesystem::exists(logs[0]));
        EXPECT_NE(everything(again, "b", 2).find("500"), std::string::npos);
        // It can be dropped, and another one takes its name.
        again.run(R"({"delete_collection": {"collection_name": "a"}})");
        make_pairs_collection(again, "a");
        EXPECT_EQ(run(again, pairs("a", 1, 1)), "");
        again.reopen();
        EXPECT_EQ(again.problems(), "");
    }
}

TEST_F(Recovery, a_missing_log_is_the_harm_of_those_who_used_it) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    make_pairs_collection(database, "small");
    EXPECT_EQ(run(database, pairs("small", 1, 1)), "");
    crash(database);
    std::filesystem::remove(files_with(crashed() + "/files", ".vlog").at(0));
    TestDatabase again(crashed(), small_sizes());
    EXPECT_TRUE(is_error(everything(again, "a", 2), "GRAPE_E_CORRUPT"));
    EXPECT_TRUE(is_error(everything(again, "b", 2), "GRAPE_E_CORRUPT"));
    EXPECT_EQ(everything(again, "small", 2), everything(database, "small", 2));
}

TEST_F(Recovery, a_damaged_vector_file_is_found_where_it_is_read) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = everything(database, "b", 2);
    database.run(R"({"flush": {}})");
    crash(database);
    const std::vector<std::string> files = files_with(crashed() + "/files", ".vec");
    ASSERT_EQ(files.size(), 4u);
    storage::flip_bit(files[0], 4096 + 100, 3);
    TestDatabase again(crashed(), small_sizes());
    const std::string refused = everything(again, "a", 2);
    EXPECT_TRUE(is_error(refused, "GRAPE_E_CORRUPT")) << refused;
    EXPECT_NE(refused.find(files[0].substr(files[0].rfind('/'))), std::string::npos) << refused;
    expect_same(everything(again, "b", 2), expected);
}

TEST_F(Recovery, removes_files_that_nothing_names) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    crash(database);
    const std::string files = crashed() + "/files/";
    for (const char* name : {"000071.vec", "000072.row", "000073.vlog"}) {
        storage::write_bytes(files + name, "left by a crash");
    }
    expect_everything(expected);
    for (const char* name : {"000071.vec", "000072.row", "000073.vlog"}) {
        EXPECT_FALSE(std::filesystem::exists(files + name)) << name;
    }
    // Numbers are not given twice, not even those of files that were removed.
    EXPECT_EQ(files_with(files, "00007").size(), 4u);
}

TEST_F(Recovery, undoes_a_commit_that_did_not_end) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = both(database);
    const uint64_t commit = database.ask<DatabaseInfoReply>(DatabaseInfo{}).last_commit + 1;
    crash(database);
    size_t keys = 0;
    const auto count_keys = [&](storage::Store& store, storage::WriteBatch&) {
        keys = 0;
        ASSERT_TRUE(storage::scan(store, "", [&](std::string_view, std::string_view) {
                        ++keys;
                        return base::Status();
                    }).ok());
    };
    change_store(crashed(), count_keys);
    const size_t before = keys;
    change_store(crashed(), [&](storage::Store& store, storage::WriteBatch& batch) {
        const storage::ShardKey shard{1, 0};
        batch.put(storage::intent_key(), storage::encode(storage::Intent{commit, {shard}}));
        for (uint32_t i = 0; i < 200; ++i) {
            // New ids, and ids that exist and got a second row.
            const base::PointId id = base::PointId::number(i < 100 ? 5000 + i : i);
            const std::string key = storage::id_key(shard, id);
            auto entries =
                storage::decode_id_entries(store.get(key)->value_or(std::string())).value();
            entries.insert(entries.begin(), {7000 + i, commit});
            batch.put(key, storage::encode_id_entries(entries));
            std::string id_bytes;
            id.append_key(id_bytes);
            batch.put(storage::point_key(shard, 7000 + i, commit),
                      storage::encode_point(id_bytes, base::empty_payload()));
            batch.put(storage::pending_key(shard, 0, 7000 + i, commit), "12345678");
        }
    });
    change_store(crashed(), count_keys);
    EXPECT_GT(keys, before + 400);
    {
        TestDatabase again(crashed(), small_sizes());
        expect_same(both(again), expected);
        EXPECT_EQ(again.problems(), "");
        copy_directory(crashed(), crashed() + "2");
    }
    change_store(crashed() + "2", count_keys);
    EXPECT_EQ(keys, before);
}

TEST_F(Recovery, refuses_commit_records_with_a_gap) {
    for (const bool changed : {false, true}) {
        TestDatabase database(directory_for(changed), small_sizes());
        fill(database);
        crash(database);
        change_store(crashed(), [&](storage::Store& store, storage::WriteBatch& batch) {
            const std::string key = storage::commit_key(5);
            auto record = storage::decode_commit(**store.get(key)).value();
            record.wall_ms += 1;
            if (changed) {
                batch.put(key, storage::encode(record));
            } else {
                batch.remove(key);
            }
        });
        OpenOptions options;
        options.path = crashed();
        const auto opened = Database::open(options);
        EXPECT_EQ(opened.status().code(), base::Code::corrupt);
        EXPECT_NE(opened.status().message().find("commit record 6"), std::string::npos)
            << opened.status().to_string();
    }
}

TEST_F(Recovery, goes_on_dropping_a_collection) {
    TestDatabase database(path(), small_sizes());
    fill(database);
    const std::string expected = everything(database, "b", 2);
    database.run(R"({"delete_collection": {"collection_name": "a"}})");
    crash(database);
    TestDatabase again(crashed(), small_sizes());
    EXPECT_EQ(again.run(R"({"collection_exists": {"collection_name": "a"}})"),
              R"({"exists":false})");
    again.run(R"({"optimize": {}})");
    expect_same(everything(again, "b", 2), expected);
    EXPECT_EQ(again.problems(), "");
    EXPECT_TRUE(again.close().ok());
    change_store(crashed(), [&](storage::Store& store, storage::WriteBatch&) {
        for (const storage::Tree tree : {storage::Tree::ids, storage::Tree::points,
                                         storage::Tree::pending, storage::Tree::runs}) {
            EXPECT_FALSE(store.iterate(storage::shard_prefix(tree, {1, 0}))->valid());
        }
        EXPECT_FALSE(store.iterate(storage::dropped_prefix())->valid());
    });
}

}  // namespace
}  // namespace grape::engine
