// How answers to searches are compared. One that looks at everything must give the oracle's answer.
// One that walked a graph may have missed near points, but what it gives must be points that are
// there and match, in their order and with their scores, and never fewer than were asked for.
// Threads: pure functions.
#pragma once

#include "tests/integration/model/world.h"

namespace grape::model {

// What a mismatch prints; "" when all agreed.
using Mismatch = std::string;

// Of searches at default effort that went by a graph: how many points the oracle gives, and how
// many of them came.
struct Recall {
    uint64_t searches = 0;
    uint64_t inexact = 0;  // answers that were not the oracle's
    uint64_t wanted = 0, found = 0;

    void add(const Recall& other) {
        searches += other.searches;
        inexact += other.inexact;
        wanted += other.wanted;
        found += other.found;
    }
};

bool is_search(const engine::RequestBody& body);

// `uses_graph` is called for a search at default effort, and for one whose answer is not the
// oracle's though it may be one: whether the engine went by a graph's codes.
using UsesGraph = std::function<bool(const engine::QueryPoints&)>;
Mismatch compare_search(const World& world, const engine::QueryPoints& request,
                        const base::Result<engine::QueryReply>& wanted,
                        const base::Result<engine::QueryReply>& got, const UsesGraph& uses_graph,
                        Recall* recall);

}  // namespace grape::model
