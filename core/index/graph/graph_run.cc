#include "core/index/graph/graph_run.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/index/graph/graph_header.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

constexpr uint64_t kPieceBytes = 64u << 10;
constexpr uint32_t kVerifyNodes = 1024;

template <typename Number, typename Put>
Status read_numbers(const storage::Blob& blob, uint64_t offset, size_t count, Put put) {
    if (count == 0) return {};
    GRAPE_ASSIGN(const storage::BlobView view, blob.read(offset, count * sizeof(Number)));
    for (size_t i = 0; i < count; ++i) {
        put(i, base::load_le<Number>(view.bytes().data() + i * sizeof(Number)));
    }
    return {};
}

}  // namespace

Status GraphRun::malformed(const char* what) const {
    return Status::make_corrupt("vector file ", blob_->identity().file_number,
                                ": the graph of vector ", shape_.vector, " is malformed: ", what);
}

Status GraphRun::bad_link() const {
    return malformed("a link leads to no node");
}

Result<std::shared_ptr<GraphRun>> GraphRun::open(std::shared_ptr<storage::Blob> blob,
                                                 SectionPlace place, const GraphShape& shape) {
    std::shared_ptr<GraphRun> run(new GraphRun);
    run->blob_ = std::move(blob);
    run->shape_ = shape;
    const uint64_t content = run->blob_->content_bytes();
    if (place.length < kGraphHeaderBytes || place.length > content ||
        place.offset > content - place.length || place.offset % kGraphAlignment != 0) {
        return run->malformed("its place in the file");
    }
    GRAPE_ASSIGN(const storage::BlobView view, run->blob_->read(place.offset, kGraphHeaderBytes));
    GraphHeader header;
    if (!decode_header(view.bytes(), &header)) return run->malformed("magic or version");
    if (!header.has_shape(shape)) return run->malformed("it is of another vector");
    if (!header.is_sane()) return run->malformed("a number of the header");
    const GraphLayout layout(header, shape);
    if (layout.end != place.length) return run->malformed("its length");
    run->block_shape_ = {header.count, header.degree, shape.code_bytes()};
    run->rows_at_ = place.offset + layout.rows;
    run->commits_at_ = place.offset + layout.commits;
    run->sorted_at_ = place.offset + layout.sorted;
    run->blocks_at_ = place.offset + layout.blocks;
    GRAPE_TRY(run->read_small(place.offset, header));
    GRAPE_TRY(run->place_memory());
    return run;
}

// Scale and entry points.
Status GraphRun::read_small(uint64_t offset, const GraphHeader& header) {
    const GraphLayout layout(header, shape_);
    CodeScale::Parameters parameters{header.step, header.norm_max, header.query_norm, {}};
    parameters.centres.resize(shape_.code_dims());
    GRAPE_TRY(read_numbers<uint32_t>(
        *blob_, offset + layout.centres, parameters.centres.size(),
        [&](size_t i, uint32_t bits) { parameters.centres[i] = std::bit_cast<float>(bits); }));
    if (!CodeScale::is_valid(shape_, parameters)) return malformed("its scale");
    scale_ = CodeScale(shape_, std::move(parameters));
    entry_points_.resize(header.entry_points);
    GRAPE_TRY(read_numbers<uint32_t>(*blob_, offset + layout.entry_points, entry_points_.size(),
                                     [&](size_t i, uint32_t node) { entry_points_[i] = node; }));
    const bool inside = std::all_of(entry_points_.begin(), entry_points_.end(),
                                    [&](uint32_t node) { return node < count(); });
    return inside ? Status() : malformed("an entry point is no node");
}

// A cold blob is read block by block. The others give pointers into one stretch of memory; in a
// map each page is checked at its first use, so each piece is asked for once.
Status GraphRun::place_memory() {
    if (blob_->placement() == storage::Placement::cold) return {};
    const uint64_t stride = block_shape_.stride();
    const uint64_t wanted = blob_->placement() == storage::Placement::pinned
                                ? count()
                                : std::max<uint64_t>(kPieceBytes / stride, 1);
    piece_nodes_ = static_cast<uint32_t>(std::min<uint64_t>(wanted, count()));
    const uint32_t pieces = (count() - 1) / piece_nodes_ + 1;
    checked_.reset(new std::atomic<uint8_t>[pieces]());
    unchecked_ = pieces;
    GRAPE_ASSIGN(const storage::BlobView first, blocks(0, 1));
    memory_ = first.bytes().data();
    if (reinterpret_cast<uintptr_t>(memory_) % kGraphAlignment != 0) memory_ = nullptr;
    if (pieces == 1) return check_piece(0);
    return {};
}

Status GraphRun::check_piece(uint32_t piece) const {
    const uint32_t first = piece * piece_nodes_;
    GRAPE_ASSIGN(const storage::BlobView view,
                 blocks(first, std::min(piece_nodes_, count() - first)));
    if (checked_[piece].exchange(1, std::memory_order_acq_rel) == 0) {
        unchecked_.fetch_sub(1, std::memory_order_acq_rel);
    }
    return {};
}

Status GraphRun::check_all() const {
    if (checked_ == nullptr) return {};
    for (uint32_t piece = 0; piece <= (count() - 1) / piece_nodes_; ++piece) {
        if (!is_checked(piece)) GRAPE_TRY(check_piece(piece));
    }
    return {};
}

Status GraphRun::rows(uint32_t first, std::span<uint32_t> rows) const {
    return read_numbers<uint32_t>(*blob_, rows_at_ + 4 * uint64_t{first}, rows.size(),
                                  [&](size_t i, uint32_t row) { rows[i] = row; });
}

Status GraphRun::entries(uint32_t first, std::span<DenseEntry> entries) const {
    GRAPE_TRY(read_numbers<uint32_t>(*blob_, rows_at_ + 4 * uint64_t{first}, entries.size(),
                                     [&](size_t i, uint32_t row) { entries[i].row = row; }));
    return read_numbers<uint64_t>(*blob_, commits_at_ + 8 * uint64_t{first}, entries.size(),
                                  [&](size_t i, uint64_t commit) { entries[i].commit = commit; });
}

Result<storage::BlobView> GraphRun::blocks(uint32_t first, uint32_t size) const {
    const uint64_t stride = block_shape_.stride();
    return blob_->read(blocks_at_ + stride * first, static_cast<size_t>(stride * size));
}

// Rows mostly have no gaps, so the next one stands where it would stand without any; else it stands
// before that.
Status GraphRun::find_all(std::span<const uint32_t> rows,
                          const std::function<void(uint32_t node)>& use) const {
    const size_t bytes = size_t{count()} * sizeof(uint32_t);
    GRAPE_ASSIGN(const storage::BlobView rows_view, blob_->read(rows_at_, bytes));
    GRAPE_ASSIGN(const storage::BlobView sorted_view, blob_->read(sorted_at_, bytes));
    const uint8_t* const sorted = sorted_view.bytes().data();
    const uint8_t* const row_of = rows_view.bytes().data();
    uint64_t low = 0, last_row = 0;  // the next row stands at `low` or later
    bool inside = true;
    const auto row_at = [&](uint64_t place) {
        const auto node = base::load_le<uint32_t>(sorted + 4 * place);
        inside = inside && node < count();
        return inside ? base::load_le<uint32_t>(row_of + 4 * size_t{node}) : 0;
    };
    for (const uint32_t row : rows) {
        uint64_t high = std::min<uint64_t>(count(), low + (row - last_row) + 1);
        uint64_t place = high - 1;
        while (low < high) {
            const uint32_t found = row_at(place);
            if (found == row) break;
            if (found < row) {
                low = place + 1;
            } else {
                high = place;
            }
            place = low + (high - low) / 2;
        }
        last_row = row;
        if (!inside || low == count()) break;
        if (low == high) continue;
        use(base::load_le<uint32_t>(sorted + 4 * place));
        low = place + 1;
        ++last_row;
    }
    return inside ? Status() : malformed("the order of its rows");
}

Result<uint32_t> GraphRun::find(uint32_t row) const {
    uint32_t low = 0, high = count();
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        uint32_t node = 0, found = 0;
        GRAPE_TRY(read_numbers<uint32_t>(*blob_, sorted_at_ + 4 * uint64_t{middle}, 1,
                                         [&](size_t, uint32_t value) { node = value; }));
        if (node >= count()) return malformed("the order of its rows");
        GRAPE_TRY(rows(node, std::span(&found, 1)));
        if (found == row) return node;
        if (found < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return kNoNode;
}

Status GraphRun::verify_piece(uint32_t first, uint32_t size) const {
    GRAPE_ASSIGN(const storage::BlobView view, blocks(first, size));
    for (uint32_t i = 0; i < size; ++i) {
        const uint8_t* block = view.bytes().data() + block_shape_.stride() * i;
        for (size_t d = 0; d < block_shape_.code_bytes; ++d) {
            if (block[d] > vector::code_max) return malformed("a code is too large");
        }
        const uint8_t* links = block + block_shape_.code_bytes;
        const uint32_t linked = link_count(links, block_shape_.degree);
        for (uint32_t l = 0; l < block_shape_.degree; ++l) {
            const uint32_t link = link_at(links, l);
            if (l < linked ? link >= count() : link != kNoNode) return bad_link();
        }
    }
    return {};
}

// A walk that never ended would meet every node.
Status GraphRun::verify_reach() const {
    std::vector<bool> met(count());
    std::vector<uint32_t> todo;
    uint32_t reached = 0;
    const auto meet = [&](uint32_t node) {
        if (met[node]) return;
        met[node] = true;
        ++reached;
        todo.push_back(node);
    };
    for (const uint32_t node : entry_points_) meet(node);
    while (!todo.empty()) {
        GRAPE_ASSIGN(const storage::BlobView view, blocks(todo.back(), 1));
        todo.pop_back();
        const uint8_t* links = view.bytes().data() + block_shape_.code_bytes;
        const uint32_t linked = link_count(links, block_shape_.degree);
        for (uint32_t i = 0; i < linked; ++i) meet(link_at(links, i));
    }
    return reached == count() ? Status() : malformed("no path leads to some of its nodes");
}

Status GraphRun::verify() const {
    uint64_t next_row = 0;  // the least that the next one may be
    for (uint32_t first = 0; first < count(); first += kVerifyNodes) {
        const uint32_t size = std::min(kVerifyNodes, count() - first);
        GRAPE_TRY(verify_piece(first, size));
        std::vector<uint32_t> nodes(size);
        GRAPE_TRY(read_numbers<uint32_t>(*blob_, sorted_at_ + 4 * uint64_t{first}, size,
                                         [&](size_t i, uint32_t node) { nodes[i] = node; }));
        for (const uint32_t node : nodes) {
            if (node >= count()) return malformed("the order of its rows");
            uint32_t row = 0;
            GRAPE_TRY(rows(node, std::span(&row, 1)));
            if (row < next_row) return malformed("the order of its rows");
            next_row = uint64_t{row} + 1;
        }
    }
    return verify_reach();
}

size_t GraphRun::heap_bytes() const {
    return sizeof(*this) + blob_->heap_bytes() + entry_points_.size() * sizeof(uint32_t) +
           scale_.parameters().centres.size() * sizeof(float) +
           (checked_ == nullptr ? 0 : (count() - 1) / piece_nodes_ + 1);
}

}  // namespace grape::index
