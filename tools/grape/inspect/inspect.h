// What is in the files of a database directory, read from their headers, without opening the
// database: the one part of the command line that knows the formats (docs/formats/).
//
// Threads: one thread.
// What must stay true: nothing in the directory is written, created or removed, so that a damaged
// database can be looked at before anybody tries to repair it, and a read-only copy too. While it
// is looked at, nobody can open it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace grape::inspect {

struct Fact {
    std::string name;
    std::string value;
    bool is_number = false;
};

struct FileReport {
    std::string path;  // from the directory on
    std::string kind;
    uint64_t size_bytes = 0;
    std::vector<Fact> facts;
    std::string problem;  // empty: what was looked at is sound

    void add(std::string name, std::string value) {
        facts.push_back({std::move(name), std::move(value), false});
    }
    void add(std::string name, uint64_t value) {
        facts.push_back({std::move(name), std::to_string(value), true});
    }
};

struct DirectoryReport {
    int32_t status = 0;  // as grape_status; not 0: there is no report, and `message` says why
    std::string message;
    uint64_t database_id = 0;  // 0: GRAPE is damaged
    std::vector<FileReport> files;
};

DirectoryReport inspect_directory(const std::string& directory);

}  // namespace grape::inspect
