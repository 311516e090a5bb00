// together: several writers on one database at once, each with collections, names and an oracle of
// its own, so that commits of several are made in one group while flushes and merges go on; and
// reopenings between. Threads: starts one a writer.
#pragma once

#include <map>
#include <string>

#include "tests/integration/model/session.h"

namespace grape::model {

struct TogetherOptions {
    uint64_t seed = 1;
    uint64_t operations = 1000;  // of each writer
    uint64_t writers = 4;
    std::string path;
};

// "" when everything agreed. Adds to `counts` how often each kind of operation was done.
Mismatch run_together(const TogetherOptions& options, std::map<std::string, uint64_t>* counts,
                      Recall* recall);

}  // namespace grape::model
