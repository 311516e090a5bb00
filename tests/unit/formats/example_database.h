// The database that the format pages take their examples from: two collections, nine commits, a
// flush in the middle, and then no close: what is on disk is what a crash at that moment leaves.
// Equal in every run: the clock stands still and the database's id is fixed. Threads: one.
#pragma once

#include <map>

#include "storage/key_format.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {

class ExampleDatabase {
  public:
    ExampleDatabase() {
        OpenOptions::Sizes sizes;
        sizes.pending_bytes_max = 48;  // three vectors of four floats go into the vector log
        sizes.small_shard_bytes = 1;   // any vector is worth a file
        TestDatabase database(directory_.file("db"), sizes);
        for (const char* request : kRequests) {
            const std::string reply = database.run(request);
            EXPECT_EQ(reply.find("GRAPE_E_"), std::string::npos) << request << "\n" << reply;
        }
        copy_directory(directory_.file("db"), path());
        read_store();
    }

    std::string path() const { return directory_.file("copy"); }
    std::string file(const std::string& name) const {
        return storage::read_bytes(path() + "/files/" + name);
    }
    // Everything in the store.
    const std::map<std::string, std::string>& keys() const { return keys_; }
    const std::string& value(const std::string& key) const {
        EXPECT_TRUE(keys_.contains(key));
        static const std::string kNone;
        return keys_.contains(key) ? keys_.at(key) : kNone;
    }

  private:
    void read_store() {
        auto opened = storage::open_at(path() + "/store");
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        const base::Status scanned =
            storage::scan(*opened->store, "", [&](std::string_view key, std::string_view value) {
                keys_.emplace(key, value);
                return base::Status();
            });
        EXPECT_TRUE(scanned.ok()) << scanned.to_string();
    }

    // In the order of the commits, which docs/formats/keys.md tells.
    static constexpr const char* kRequests[] = {
        R"({"create_collection": {"collection_name": "words", "metadata": {"owner": "library"},
            "vectors": {"form": {"size": 2, "distance": "Dot", "datatype": "uint8"},
                        "meaning": {"size": 4, "distance": "Euclid"}}}})",
        R"({"update_aliases": {"actions": [
            {"create_alias": {"collection_name": "words", "alias_name": "dictionary"}}]}})",
        R"({"upsert_points": {"collection_name": "words", "points": [
            {"id": 7, "payload": {"word": "oak"},
             "vector": {"form": [3, 1], "meaning": [1, 0, 0, 0.5]}},
            {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "payload": {"word": "elm"},
             "vector": {"form": [3, 2], "meaning": [0, 1, 0, 0.5]}},
            {"id": "ash tree", "payload": {"word": "ash"},
             "vector": {"meaning": [0, 0, 1, 0.5]}}]}})",
        R"({"delete_vectors": {"collection_name": "words", "points": [7], "vector": ["form"]}})",
        R"({"flush": {}})",
        R"({"upsert_points": {"collection_name": "words", "points": [
            {"id": 8, "vector": {"meaning": [1, 1, 0, 0]}},
            {"id": 9, "vector": {"meaning": [1, 0, 1, 0]}},
            {"id": 10, "vector": {"meaning": [0, 1, 1, 0]}}]}})",
        R"({"upsert_points": {"collection_name": "words", "points": [
            {"id": 7, "payload": {"word": "oak", "old": true},
             "vector": {"meaning": [2, 0, 0, 0.5]}}]}, "idempotency_key": "row-7"})",
        R"({"delete_points": {"collection_name": "words", "points": ["ash tree"]}})",
        R"({"create_collection": {"collection_name": "old",
            "vectors": {"size": 4, "distance": "Cosine"}}})",
        R"({"delete_collection": {"collection_name": "old"}})",
    };

    TemporaryDirectory directory_;
    std::map<std::string, std::string> keys_;
};

}  // namespace grape::engine
