#include "core/engine/graph_build.h"

#include <algorithm>
#include <cstring>

#include "core/engine/run_records.h"
#include "core/index/graph/outside_codes.h"
#include "core/index/graph/scale_training.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// The vectors that become new nodes, and where they are.
struct NewNodes {
    std::vector<index::DenseEntry> entries;
    struct Source {
        uint32_t run = 0, position = 0;  // index in the view's runs
    };
    std::vector<Source> sources;
};

class GraphBuild {
  public:
    GraphBuild(Services& services, Sequencer& sequencer, const GraphPlan& plan)
        : services_(services), sequencer_(sequencer), plan_(plan) {}
    ~GraphBuild();

    // False when there is nothing to build from. `anew`: not from the graph that is there.
    Result<bool> prepare(bool anew);
    Status build(const std::function<bool()>& stop);
    Status write();
    Status enter();
    bool reuses() const { return reuses_; }
    uint64_t linked() const { return linked_; }

  private:
    const VectorRuns& runs() const { return shard_->vectors[plan_.vector]; }
    Status gather(bool reuse);
    Result<bool> gather_new();
    Result<index::ScratchMaker> hold_memory(index::GraphBuildOptions& options, uint64_t kept);
    Status read(uint32_t first, uint32_t count, uint8_t* out) const;
    Status apply(CommitEdit& edit);
    static Status hide_newly_gone(index::RunView& run, const index::RunView& marked,
                                  GraphView& graph, uint64_t edit);

    Services& services_;
    Sequencer& sequencer_;
    const GraphPlan& plan_;
    std::shared_ptr<const View> view_;
    std::shared_ptr<const Collection> collection_;
    std::shared_ptr<const ShardView> shard_;
    NewNodes new_nodes_;
    base::MemoryHold memory_;
    std::unique_ptr<index::GraphBuilder> builder_;
    uint64_t linked_ = 0;
    uint64_t file_ = 0;
    storage::BlobIdentity blob_;
    index::SectionPlace place_;
    std::shared_ptr<const index::GraphRun> run_;
    std::vector<index::RunView> marked_;
    GraphView marked_graph_;
    std::set<uint64_t> old_files_;
    bool reuses_ = false, handed_over_ = false, registered_ = false;
};

GraphBuild::~GraphBuild() {
    if (handed_over_ || file_ == 0) return;
    run_.reset();
    marked_graph_ = {};
    services_.files->doom(file_);
}

// The positions of files that are current and, when the old graph goes on, no nodes of it.
Status GraphBuild::gather(bool reuse) {
    const std::vector<index::RunView>& all = runs().runs;
    std::vector<index::DenseEntry> entries;
    for (uint32_t i = 0; i < all.size(); ++i) {
        const index::RunView& run = all[i];
        if (!run.run->in_file() || run.length == 0) continue;
        entries.resize(run.length);
        GRAPE_TRY(run.run->entries(0, entries));
        for (uint32_t position = 0; position < run.length; ++position) {
            if (run.hidden.test(position) || (reuse && run.graphed.test(position))) continue;
            new_nodes_.entries.push_back(entries[position]);
            new_nodes_.sources.push_back({i, position});
        }
    }
    return {};
}

// Neighbours in the list mostly lie behind one another in a file.
Status GraphBuild::read(uint32_t first, uint32_t count, uint8_t* out) const {
    const std::vector<index::RunView>& all = runs().runs;
    for (uint32_t i = first; i < first + count;) {
        const NewNodes::Source& from = new_nodes_.sources[i];
        uint32_t together = 1;
        while (i + together < first + count && new_nodes_.sources[i + together].run == from.run &&
               new_nodes_.sources[i + together].position == from.position + together) {
            ++together;
        }
        const index::DenseRun& run = *all[from.run].run;
        GRAPE_ASSIGN(const index::DenseBlock block, run.block(from.position, together));
        const size_t bytes = size_t{block.count} * run.row_bytes();
        std::memcpy(out, block.vectors, bytes);
        out += bytes;
        i += block.count;
    }
    return {};
}

// Gathers for going on from the old graph, if it is worth that; else false, and nothing is
// gathered.
Result<bool> GraphBuild::gather_new() {
    const std::optional<GraphView>& old = runs().graph;
    if (!old || is_worn(*old) || old->hidden.count() >= old->run->count()) return false;
    GRAPE_TRY(gather(true));
    const auto count = static_cast<uint32_t>(new_nodes_.entries.size());
    GRAPE_ASSIGN(const bool fits,
                 index::scale_fits(old->run->scale(), collection_->graph_shape(plan_.vector), count,
                                   [this](uint32_t first, uint32_t size, uint8_t* out) {
                                       return read(first, size, out);
                                   }));
    if (!fits) new_nodes_ = {};
    return fits;
}

Result<bool> GraphBuild::prepare(bool anew) {
    builder_.reset();
    new_nodes_ = {};
    view_ = services_.views.current();
    const CollectionView* found = view_->state().collections.find(plan_.collection);
    if (found == nullptr || plan_.vector >= found->collection->vectors()) return false;
    collection_ = found->collection;
    GRAPE_ASSIGN(shard_, found->shard->get());
    view_.reset();  // the runs stay with the shard; keys are not read
    const std::optional<GraphView>& old = runs().graph;
    GRAPE_ASSIGN(const bool reuse, anew ? Result<bool>(false) : gather_new());
    if (!reuse) GRAPE_TRY(gather(false));
    reuses_ = reuse;
    if (new_nodes_.entries.empty()) return false;
    index::GraphReuse from;
    if (reuse) from = {old->run, old->hidden};
    index::GraphBuildOptions options;
    options.threads = plan_.threads;
    const uint64_t kept = reuse ? old->run->count() - old->hidden.count() : 0;
    GRAPE_ASSIGN(index::ScratchMaker scratch, hold_memory(options, kept));
    GRAPE_ASSIGN(builder_, index::GraphBuilder::create(
                               collection_->graph_shape(plan_.vector), options, new_nodes_.entries,
                               [this](uint32_t first, uint32_t count, uint8_t* out) {
                                   return read(first, count, out);
                               },
                               std::move(from), std::move(scratch)));
    return true;
}

// Where the nodes do not fit into the budget they lie in a file, but never in a mapped one where
// the collection is not to have such.
// Each thread takes memory of its own: where that is too much, one builds.
Result<index::ScratchMaker> GraphBuild::hold_memory(index::GraphBuildOptions& options,
                                                    uint64_t kept) {
    const uint64_t nodes = kept + new_nodes_.entries.size();
    const index::GraphShape shape = collection_->graph_shape(plan_.vector);
    index::GraphBuilder::Memory needed = index::GraphBuilder::memory(shape, options, nodes);
    const uint64_t sources =
        new_nodes_.entries.size() * (2 * sizeof(index::DenseEntry) + sizeof(NewNodes::Source));
    memory_ = base::MemoryHold(services_.build_memory);
    if (needed.other_bytes + sources > services_.build_memory.bytes_max()) {
        options.threads = 1;
        needed = index::GraphBuilder::memory(shape, options, nodes);
    }
    GRAPE_TRY(memory_.grow(needed.other_bytes + sources, "graph"));
    const Status blocks = memory_.grow(needed.block_bytes, "graph");
    if (blocks.ok()) return index::ScratchMaker();
    const bool may_map = collection_->vector(plan_.vector).placement != storage::Placement::cold;
    if (!may_map) return blocks;
    return index::ScratchMaker(
        [this](size_t size_bytes) { return services_.blobs->scratch(size_bytes); });
}

Status GraphBuild::build(const std::function<bool()>& stop) {
    GRAPE_TRY(builder_->run(stop));
    linked_ = new_nodes_.entries.size();
    new_nodes_ = {};
    return {};
}

Status GraphBuild::write() {
    const index::BuiltGraph graph = builder_->take();
    builder_.reset();
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::graph));
    GRAPE_ASSIGN(place_, index::write_graph_section(*out, graph));
    GRAPE_ASSIGN(blob_, out->finish());
    file_ = number;
    GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                 services_.files->open(blob_, storage::BlobKind::graph,
                                       collection_->vector(plan_.vector).placement));
    GRAPE_ASSIGN(run_, index::GraphRun::open(std::move(blob), place_,
                                             collection_->graph_shape(plan_.vector)));
    // Its pages have just been written. Checked and mapped by the first searches, they cost each of
    // those 2 to 4 ms.
    return run_->check_all();
}

Status GraphBuild::enter() {
    const std::shared_ptr<const View> view = services_.views.current();
    const CollectionView* found = view->state().collections.find(plan_.collection);
    if (found == nullptr) return {};
    GRAPE_ASSIGN(const std::shared_ptr<const ShardView> shard, found->shard->get());
    marked_ = shard->vectors[plan_.vector].runs;
    for (index::RunView& run : marked_) {
        run.graphed = {};
        run.hidden_graphed = 0;
    }
    marked_graph_ = GraphView::of(run_, services_.pinned_memory);
    GRAPE_TRY(mark_graphed(marked_graph_, marked_, shard->rows.high(), base::next_edit()));
    // What came during the build: no search shall be the one that makes all its codes.
    GRAPE_TRY(marked_graph_.outside->cover(marked_));
    Change change;
    change.is_commit = false;
    change.apply = [this](CommitEdit& edit) { return apply(edit); };
    change.committed = [this](CommitEdit&) { registered_ = handed_over_; };
    GRAPE_TRY(sequencer_.run(change));
    if (!registered_) return {};
    for (const uint64_t file : old_files_) services_.files->doom(file);
    return {};
}

// Vectors that went since the runs were marked.
Status GraphBuild::hide_newly_gone(index::RunView& run, const index::RunView& marked,
                                   GraphView& graph, uint64_t edit) {
    if (run.hidden.count() == marked.hidden.count()) return {};
    for (uint32_t position = 0; position < run.length; ++position) {
        if (!run.graphed.test(position) || !run.hidden.test(position)) continue;
        ++run.hidden_graphed;
        uint32_t row = 0;
        GRAPE_TRY(run.run->rows(position, std::span(&row, 1)));
        GRAPE_ASSIGN(const uint32_t node, graph.run->find(row));
        graph.hidden.set(node, edit);
    }
    return {};
}

Status GraphBuild::apply(CommitEdit& edit) {
    const CollectionView* found = edit.state().collections.find(plan_.collection);
    if (found == nullptr) return {};  // dropped meanwhile: the file goes
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
    VectorRuns& now = shard->view->vectors[plan_.vector];
    GraphView graph = marked_graph_;
    graph.id = shard->view->next_run_id++;
    for (index::RunView& run : now.runs) {
        run.graphed = {};
        run.hidden_graphed = 0;
        const auto same = std::find_if(
            marked_.begin(), marked_.end(),
            [&run](const index::RunView& each) { return each.run->id() == run.run->id(); });
        if (same == marked_.end()) continue;
        run.graphed = same->graphed;
        GRAPE_TRY(hide_newly_gone(run, *same, graph, edit.edit()));
    }
    const uint32_t index = storage::kGraphIndexBase + plan_.vector;
    old_files_.clear();
    GRAPE_TRY(remove_run_records(edit, shard->change.shard, index, &old_files_));
    storage::RunRecord record;
    record.blob = blob_;
    record.offset = place_.offset;
    record.length = place_.length;
    record.run_id = graph.id;
    record.count = run_->count();
    edit.batch().put(storage::run_key(shard->change.shard, index, graph.id),
                     storage::encode(record));
    now.graph = std::move(graph);
    edit.add_file(file_);
    handed_over_ = true;
    return {};
}

}  // namespace

Status build_graph(Services& services, Sequencer& sequencer, base::Mutex& work_mutex,
                   const GraphPlan& plan, const std::function<bool()>& stop, GraphCounts& counts) {
    GraphBuild build(services, sequencer, plan);
    GRAPE_ASSIGN(bool any, build.prepare(false));
    if (!any) return {};
    ++counts.started;
    Status built = build.build(stop);
    // What is wrong with the old graph does not matter to one that is made of the vectors.
    if (built.code() == base::Code::corrupt && build.reuses()) {
        GRAPE_ASSIGN(any, build.prepare(true));
        built = any ? build.build(stop) : Status();
    }
    GRAPE_TRY(built);
    if (!any) return {};
    GRAPE_TRY(build.write());
    {
        const base::MutexLock work(work_mutex);
        GRAPE_TRY(build.enter());
    }
    ++counts.done;
    counts.vectors_linked += build.linked();
    return {};
}

}  // namespace grape::engine
