// What the tests of this folder share: requests on lists and their answers. A list is a point whose
// payload is {"list": [numbers]}. Threads: a Session belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/engine/database.h"
#include "core/engine/request/request_json.h"

namespace grape::lists {

using List = std::vector<int64_t>;

// The seed of a run: GRAPE_SEED, or a new one.
inline uint64_t choose_seed() {
    const char* given = std::getenv("GRAPE_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

// Requests of one thread, inside a transaction while there is one.
class Session {
  public:
    explicit Session(engine::Database& database) : database_(database) {}

    // The status of the last request.
    const base::Status& status() const { return status_; }

    std::optional<engine::Reply> run(engine::Request request) {
        request.transaction = transaction_;
        auto reply = database_.execute(request);
        status_ = reply.ok() ? base::Status() : reply.status();
        if (!reply.ok()) return std::nullopt;
        return std::move(reply).value();
    }
    bool run_json(std::string_view json) {
        auto request = engine::decode_request_json(json, {});
        if (request.ok()) return run(std::move(request).value()).has_value();
        status_ = request.status();
        return false;
    }

    // Gives the commit as of which it reads.
    uint64_t begin() {
        transaction_ = 0;
        const auto reply = run({engine::BeginTransaction{}, {}});
        if (!reply) return 0;
        const auto& begun = std::get<engine::TransactionReply>(reply->body);
        transaction_ = begun.transaction;
        return begun.view;
    }
    // The number of the commit, or nothing.
    std::optional<uint64_t> commit() {
        const auto reply = run({engine::CommitTransaction{}, {}});
        transaction_ = 0;
        if (!reply) return std::nullopt;
        return std::get<engine::WriteReply>(reply->body).commit;
    }

    std::optional<List> read(const std::string& collection, uint64_t id) {
        engine::GetPoints get;
        get.collection = collection;
        get.ids = {base::PointId::number(id)};
        const auto reply = run({get, {}});
        if (!reply) return std::nullopt;
        const auto& points = std::get<engine::PointsReply>(reply->body).points;
        List out;
        if (points.empty()) return out;
        const base::JsonValue tree = base::decode_payload(base::PayloadView(*points[0].payload));
        for (const base::JsonValue& item : tree.find("list")->items()) {
            out.push_back(item.as_integer());
        }
        return out;
    }
    bool write(const std::string& collection, uint64_t id, const List& list) {
        std::string json = base::cat(R"({"upsert_points":{"collection_name":")", collection,
                                     R"(","points":[{"id":)", id, R"(,"payload":{"list":[)");
        for (size_t i = 0; i < list.size(); ++i) json += base::cat(i == 0 ? "" : ",", list[i]);
        return run_json(json + "]}}]}}");
    }
    bool append(const std::string& collection, uint64_t id, int64_t value) {
        std::optional<List> list = read(collection, id);
        if (!list) return false;
        list->push_back(value);
        return write(collection, id, *list);
    }
    // How many lists hold the value.
    std::optional<uint64_t> count(const std::string& collection, int64_t value) {
        auto request = engine::decode_request_json(
            base::cat(R"({"count_points":{"collection_name":")", collection,
                      R"(","filter":{"must":{"key":"list","match":{"value":)", value, "}}}}}"),
            {});
        const auto reply = run(std::move(request).value());
        if (!reply) return std::nullopt;
        return std::get<engine::CountReply>(reply->body).count;
    }

  private:
    engine::Database& database_;
    uint64_t transaction_ = 0;
    base::Status status_;
};

inline bool make_collections(engine::Database& database) {
    Session session(database);
    bool made = true;
    for (const char* name : {"a", "b"}) {
        made =
            made && session.run_json(base::cat(R"({"create_collection":{"collection_name":")", name,
                                               R"(","vectors":{"size":2,"distance":"Dot"}}})"));
    }
    return made;
}

}  // namespace grape::lists
