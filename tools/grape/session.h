// An open database: requests as JSON, failures as Failure.
//
// Threads: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bindings/cpp/grape.hpp"
#include "tools/grape/arguments.h"
#include "tools/grape/json.h"

namespace grape::cli {

enum class Access {
    read,    // an existing database; no background work
    write,   // an existing database
    create,  // made when it is missing
};

class Session {
  public:
    // The database of the argument DATABASE, with --durability where the command has it.
    Session(const Arguments& arguments, Access access);

    // The reply's "result"; valid until the next request.
    Json request(std::string_view json, const std::vector<grape_blob>& blobs = {});
    // Throws what the closing says; without it the destructor closes and says nothing.
    void close();

  private:
    Database database_;
    Buffer reply_;
};

// An id as it is typed: a number, else text; in quotes it is text whatever it looks like.
std::string id_json(const std::string& typed);
// {"OPERATION": {"collection_name": COLLECTION, REST}}.
std::string request_text(std::string_view operation, std::string_view collection,
                         std::string_view rest = {});

}  // namespace grape::cli
