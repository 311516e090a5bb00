// Client: what the kill test does with a database, all through the C ABI: sends the requests of a
// plan, and compares a database with a plan. Threads: belongs to one.
#pragma once

#include <string>

#include "capi/include/grape/grape.h"
#include "core/base/json.h"
#include "core/engine/database.h"
#include "tests/integration/kill/plan.h"

namespace grape::kill {

class Client {
  public:
    Client() = default;
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // All of these say what went wrong, "" when nothing did.
    std::string open(const engine::OpenOptions& options);
    std::string close();
    std::string create_collection();
    std::string send(const Step& step, uint64_t number);
    // Every point of the plan, with its payload and its vector, and no other.
    std::string compare(const Plan& plan);
    std::string verify();

    // Requests that are done, as the database counts them.
    uint64_t requests_done();
    struct Background {
        uint64_t flushes = 0, merges = 0;
        bool running = false;
    };
    Background background();

  private:
    std::string request(const std::string& json, const grape_blob* blobs, size_t count,
                        base::JsonValue* reply);

    grape_db* db_ = nullptr;
};

}  // namespace grape::kill
