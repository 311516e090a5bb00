#include "core/engine/info.h"

#include <algorithm>

#include "core/engine/graph_choice.h"
#include "core/engine/shard_reader.h"
#include "core/query/field_order.h"
#include "core/vector/distance.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

Result<std::vector<CollectionInfo::FieldInfo>> field_infos(const ShardReader& reader) {
    std::vector<CollectionInfo::FieldInfo> out;
    for (const Collection::Field& field : reader.collection().fields()) {
        CollectionInfo::FieldInfo& info = out.emplace_back();
        info.path = field.path.to_string();
        info.schema = field.schema;
        info.automatic = field.automatic;
        const query::FieldIndex* index = reader.rows().field(field.path);
        if (index == nullptr) continue;
        GRAPE_ASSIGN(info.points,
                     query::count_rows_with_values({reader.rows(), field.path, *index, nullptr}));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return out;
}

}  // namespace

Result<CollectionInfo> collection_info(const Services& services, const View& view,
                                       const GraphWorker& graphs, const GetCollection& request) {
    GRAPE_ASSIGN(const CollectionView* found, view.find(request.collection));
    CollectionInfo out;
    out.config = found->collection->config();
    const Result<std::shared_ptr<const ShardView>> shard = found->shard->get();
    if (!shard.ok()) {
        if (shard.status().code() != base::Code::corrupt) return shard.status();
        out.status = "red";
        return out;
    }
    const ShardView& state = **shard;
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    GRAPE_ASSIGN(out.fields, field_infos(*reader));
    out.points_count = state.rows.live();
    const bool soon = graphs.will_look_at(found->collection->shard().collection);
    const GraphNeed need = soon ? GraphNeed::quiet : GraphNeed::busy;
    if (graph_is_due(services.sizes, state, need)) out.status = "yellow";
    for (const VectorRuns& runs : state.vectors) {
        out.segments_count += runs.runs.size();
        for (const index::RunView& run : runs.runs) {
            if (!run.run->in_file()) out.tail_points += run.current();
            if (runs.graph) out.indexed_vectors += run.current() - run.outside_graph();
        }
    }
    out.file_bytes = state.file_vector_bytes();
    out.heap_bytes = state.heap_bytes();
    out.last_commit = state.last_commit;
    return out;
}

CollectionNames collection_names(const View& view) {
    CollectionNames out;
    view.state().names.for_each([&](const NameTable::Entry& entry) {
        if (!entry.alias) out.names.push_back(entry.name);
    });
    std::sort(out.names.begin(), out.names.end());
    return out;
}

Result<AliasesReply> aliases(const View& view, const GetAliases& request) {
    AliasesReply out;
    const auto add = [&](const NameTable::Entry& entry) {
        const CollectionView* target = view.state().collections.find(entry.collection);
        if (!entry.alias || target == nullptr) return;
        out.aliases.emplace_back(entry.name, target->collection->name());
    };
    if (request.collection) {
        GRAPE_ASSIGN(const CollectionView* found, view.find(*request.collection));
        view.state().names.for_each_alias(found->collection->number(), add);
    } else {
        view.state().names.for_each(add);
    }
    std::sort(out.aliases.begin(), out.aliases.end());
    return out;
}

DatabaseInfoReply database_info(const Services& services, const View& view,
                                const Background& background, const GraphCounts& graphs,
                                const Purge& purge, const Status& health) {
    DatabaseInfoReply out;
    out.version = GRAPE_VERSION;
    out.cpu_target = vector::target_name(vector::best_target());
    out.last_commit = view.commit();
    out.collections = view.state().collections.size();
    view.state().collections.for_each(
        [&](uint32_t, const std::shared_ptr<const CollectionView>& collection) {
            // Loaded where it is not: what is counted must not depend on what was asked before. A
            // damaged collection counts nothing and says so itself.
            const auto shard = collection->shard->get();
            if (!shard.ok()) return;
            out.points += (*shard)->rows.live();
            out.heap_bytes += (*shard)->heap_bytes();
        });
    const BackgroundCounts& counts = background.counts();
    out.background_paused = background.paused();
    out.flushes_started = counts.flushes_started;
    out.flushes_done = counts.flushes_done;
    out.merges_started = counts.merges_started;
    out.merges_done = counts.merges_done;
    out.vectors_flushed = counts.vectors_flushed;
    out.vectors_merged = counts.vectors_merged;
    out.points_purged = purge.rows_purged();
    out.background_failures = counts.failures;
    out.graphs_started = graphs.started;
    out.graphs_done = graphs.done;
    out.vectors_linked = graphs.vectors_linked;
    out.background_error = background.last_error();
    const FileTable::Totals files = services.files->totals();
    out.file_bytes = files.file_bytes;
    out.mapped_bytes = files.mapped_bytes;
    out.heap_bytes += files.heap_bytes + services.store->memory_bytes();
    out.log_bytes = services.unflushed_bytes;
    out.recovered_tail_bytes = services.recovered_tail_bytes;
    out.health = health.ok() ? "ok" : health.to_string();
    return out;
}

}  // namespace grape::engine
