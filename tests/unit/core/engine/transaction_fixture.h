// What the tests of transactions share: one transaction spoken to in JSON. Threads: one a
// transaction.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {

inline constexpr std::string_view kMakeVectors =
    R"({"create_collection":{"collection_name":"v","vectors":{"size":2,"distance":"Euclid"}}})";

// `json` with the member "transaction" before its others.
inline std::string inside(uint64_t transaction, std::string_view json) {
    return base::cat(R"({"transaction":)", transaction, ",", json.substr(json.find('{') + 1));
}

class TestTransaction {
  public:
    explicit TestTransaction(TestDatabase& database, std::string_view options = "{}")
        : database_(database) {
        const std::string reply = database.run(base::cat(R"({"begin_transaction":)", options, "}"));
        constexpr std::string_view kBegin = R"({"transaction":)";
        EXPECT_TRUE(reply.starts_with(kBegin)) << reply;
        id_ = std::strtoull(reply.c_str() + kBegin.size(), nullptr, 10);
    }

    uint64_t id() const { return id_; }
    std::string run(std::string_view json) { return database_.run(inside(id_, json)); }
    std::string commit() { return run(R"({"commit_transaction":{}})"); }
    std::string roll_back() { return run(R"({"rollback_transaction":{}})"); }
    bool commits() {
        const std::string reply = commit();
        return reply.find(R"("status":"completed")") != std::string::npos;
    }
    bool conflicts() { return is_error(commit(), "GRAPE_E_CONFLICT"); }

  private:
    TestDatabase& database_;
    uint64_t id_ = 0;
};

// A database with one collection `test` of points without vectors, whose payloads are
// {"value": n}, as the tests of Hermitage have a table of ids and values.
class ValueTable {
  public:
    ValueTable() {
        database.run(
            R"({"create_collection":{"collection_name":"test","vectors":{"size":2,"distance":"Dot"}}})");
        EXPECT_EQ(database.run(put(1, 10)).find("GRAPE_E"), std::string::npos);
        database.run(put(2, 20));
    }
    static std::string put(uint64_t id, int value) {
        return base::cat(R"({"upsert_points":{"collection_name":"test","points":[{"id":)", id,
                         R"(,"payload":{"value":)", value, "}}]}}");
    }
    static std::string remove(uint64_t id) {
        return base::cat(R"({"delete_points":{"collection_name":"test","points":[)", id, "]}}");
    }
    static std::string get(uint64_t id) {
        return base::cat(R"({"get_points":{"collection_name":"test","ids":[)", id, "]}}");
    }
    static std::string filter(int value) {
        return base::cat(R"("filter":{"must":{"key":"value","match":{"value":)", value, "}}}");
    }
    static std::string count(int value) {
        return base::cat(R"({"count_points":{"collection_name":"test",)", filter(value), "}}");
    }
    // The value of a point, as somebody reads it; -1: there is none.
    template <typename Reader>
    static int value(Reader& reader, uint64_t id) {
        const std::string reply = reader.run(get(id));
        const size_t at = reply.find(R"("value":)");
        return at == std::string::npos ? -1 : std::atoi(reply.c_str() + at + 8);
    }
    // How many points have the value.
    template <typename Reader>
    static int counted(Reader& reader, int wanted) {
        const std::string reply = reader.run(count(wanted));
        const size_t at = reply.find(R"("count":)");
        return at == std::string::npos ? -1 : std::atoi(reply.c_str() + at + 8);
    }
    // All values in the order of ids: "10 20 ".
    template <typename Reader>
    static std::string values(Reader& reader) {
        std::string out;
        for (uint64_t id = 1; id <= 5; ++id) {
            const int found = value(reader, id);
            if (found >= 0) out += base::cat(found, " ");
        }
        return out;
    }

    TestDatabase database;
};

}  // namespace grape::engine
