#include "core/engine/field_runs.h"

namespace grape::engine {

void FieldRuns::put(uint32_t row, uint64_t commit, const index::FieldValues& values) {
    if (!open_tail) {
        tails.push_back({std::make_shared<index::FieldTail>(type), 0});
        open_tail = true;
    }
    FieldTailPart& part = tails.back();
    part.tail->put(part.length, row, commit, values);
    ++part.length;
}

query::FieldIndex FieldRuns::index() const {
    query::FieldIndex out;
    out.type = type;
    out.covered_after = covered_after;
    out.sources.assign(runs.begin(), runs.end());
    for (const FieldTailPart& part : tails) {
        if (part.length == 0) continue;
        out.sources.push_back(std::make_shared<index::FieldTailView>(part.tail, part.length));
    }
    return out;
}

size_t FieldRuns::tail_bytes() const {
    size_t bytes = 0;
    for (const FieldTailPart& part : tails) bytes += part.tail->heap_bytes(part.length);
    return bytes;
}

size_t FieldRuns::heap_bytes() const {
    size_t bytes = tail_bytes();
    for (const auto& run : runs) bytes += run->heap_bytes();
    return bytes;
}

}  // namespace grape::engine
