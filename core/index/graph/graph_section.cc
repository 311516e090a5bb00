// Writing a graph's section; reading it is in graph_run.cc, the layout in graph_header.h.
#include <algorithm>
#include <bit>

#include "core/base/bytes.h"
#include "core/index/graph/graph_header.h"
#include "core/index/graph/graph_run.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

constexpr uint32_t kMagic = 0x31524747;  // "GGR1"
constexpr uint32_t kVersion = 1;
constexpr uint32_t kEntryPointsMax = 4096;
constexpr uint32_t kDegreeStep = 16;
constexpr uint32_t kDegreeMaxStored = 64;
constexpr size_t kBufferBytes = 64u << 10;

constexpr uint64_t align_up(uint64_t value) {
    return (value + kGraphAlignment - 1) / kGraphAlignment * kGraphAlignment;
}

// Small numbers on their way to a blob.
class Column {
  public:
    explicit Column(storage::BlobWriter& out) : out_(out) {}
    template <typename Number>
    Status put(Number number) {
        base::append_le(buffer_, number);
        return buffer_.size() >= kBufferBytes ? flush() : Status();
    }
    Status flush() {
        if (buffer_.empty()) return {};
        GRAPE_TRY(out_.append(base::as_bytes(buffer_)));
        buffer_.clear();
        return {};
    }

  private:
    storage::BlobWriter& out_;
    std::string buffer_;
};

Status append_small(storage::BlobWriter& out, const BuiltGraph& graph,
                    const std::vector<uint32_t>& new_of) {
    Column column(out);
    for (const float centre : graph.scale.parameters().centres) {
        GRAPE_TRY(column.put(std::bit_cast<uint32_t>(centre)));
    }
    for (const uint32_t node : graph.entry_points) GRAPE_TRY(column.put(new_of[node]));
    GRAPE_TRY(column.flush());
    return out.align(kGraphAlignment);
}

Status append_entries(storage::BlobWriter& out, const BuiltGraph& graph) {
    Column column(out);
    for (const uint32_t node : graph.order) GRAPE_TRY(column.put(graph.entries[node].row));
    GRAPE_TRY(column.flush());
    GRAPE_TRY(out.align(kGraphAlignment));
    for (const uint32_t node : graph.order) GRAPE_TRY(column.put(graph.entries[node].commit));
    return column.flush();
}

Status append_sorted(storage::BlobWriter& out, const BuiltGraph& graph) {
    const auto row_of = [&](uint32_t place) { return graph.entries[graph.order[place]].row; };
    std::vector<uint32_t> sorted(graph.order.size());
    for (uint32_t place = 0; place < sorted.size(); ++place) sorted[place] = place;
    std::sort(sorted.begin(), sorted.end(),
              [&](uint32_t a, uint32_t b) { return row_of(a) < row_of(b); });
    Column column(out);
    for (size_t i = 0; i < sorted.size(); ++i) {
        if (GRAPE_NEVER(i > 0 && row_of(sorted[i]) == row_of(sorted[i - 1]))) {
            return Status::make_internal("a graph with two nodes of one row");
        }
        GRAPE_TRY(column.put(sorted[i]));
    }
    GRAPE_TRY(column.flush());
    return out.align(kGraphAlignment);
}

Status append_blocks(storage::BlobWriter& out, const BuiltGraph& graph,
                     const std::vector<uint32_t>& new_of) {
    Column column(out);
    for (const uint32_t node : graph.order) {
        GRAPE_TRY(column.flush());
        GRAPE_TRY(out.append({graph.blocks.code(node), graph.blocks.shape.code_bytes}));
        const uint8_t* links = graph.blocks.links(node);
        for (uint32_t i = 0; i < graph.degree; ++i) {
            const uint32_t link = link_at(links, i);
            GRAPE_TRY(column.put(link == kNoNode ? kNoNode : new_of[link]));
        }
    }
    return column.flush();
}

}  // namespace

bool GraphHeader::has_shape(const GraphShape& shape) const {
    return vector == shape.vector && datatype == static_cast<uint32_t>(shape.datatype) &&
           distance == static_cast<uint32_t>(shape.distance) && dim == shape.dim &&
           code_bytes == shape.code_bytes();
}

bool GraphHeader::is_sane() const {
    return count > 0 && count < kNoNode && entry_points > 0 && entry_points <= kEntryPointsMax &&
           degree > 0 && degree <= kDegreeMaxStored && degree % kDegreeStep == 0;
}

GraphLayout::GraphLayout(const GraphHeader& header, const GraphShape& shape) {
    const uint64_t count = header.count;
    const BlockShape block{header.count, header.degree, shape.code_bytes()};
    centres = kGraphHeaderBytes;
    entry_points = centres + 4u * shape.code_dims();
    rows = align_up(entry_points + 4u * header.entry_points);
    commits = align_up(rows + 4 * count);
    sorted = commits + 8 * count;
    blocks = align_up(sorted + 4 * count);
    end = blocks + block.stride() * count;
}

std::string encode_header(const GraphHeader& header) {
    std::string out;
    for (const uint32_t number :
         {kMagic, kVersion, header.vector, header.datatype, header.distance, header.dim,
          header.code_bytes, header.degree, header.count, header.entry_points,
          std::bit_cast<uint32_t>(header.step), std::bit_cast<uint32_t>(header.norm_max),
          std::bit_cast<uint32_t>(header.query_norm)}) {
        base::append_le(out, number);
    }
    out.resize(kGraphHeaderBytes, '\0');
    return out;
}

bool decode_header(base::Bytes bytes, GraphHeader* header) {
    base::ByteReader in(base::as_text(bytes));
    if (in.le<uint32_t>() != kMagic || in.le<uint32_t>() != kVersion) return false;
    for (uint32_t* const number :
         {&header->vector, &header->datatype, &header->distance, &header->dim, &header->code_bytes,
          &header->degree, &header->count, &header->entry_points}) {
        *number = in.le<uint32_t>();
    }
    for (float* const number : {&header->step, &header->norm_max, &header->query_norm}) {
        *number = std::bit_cast<float>(in.le<uint32_t>());
    }
    return in.ok();
}

Result<SectionPlace> write_graph_section(storage::BlobWriter& out, const BuiltGraph& graph) {
    std::vector<uint32_t> new_of(graph.order.size());
    for (uint32_t place = 0; place < new_of.size(); ++place) new_of[graph.order[place]] = place;
    const CodeScale::Parameters& scale = graph.scale.parameters();
    GraphHeader header;
    header.vector = graph.shape.vector;
    header.datatype = static_cast<uint32_t>(graph.shape.datatype);
    header.distance = static_cast<uint32_t>(graph.shape.distance);
    header.dim = graph.shape.dim;
    header.code_bytes = static_cast<uint32_t>(graph.shape.code_bytes());
    header.degree = graph.degree;
    header.count = graph.blocks.shape.count;
    header.entry_points = static_cast<uint32_t>(graph.entry_points.size());
    header.step = scale.step;
    header.norm_max = scale.norm_max;
    header.query_norm = scale.query_norm;
    GRAPE_TRY(out.align(kGraphAlignment));
    SectionPlace place;
    place.offset = out.written();
    GRAPE_TRY(out.append(base::as_bytes(encode_header(header))));
    GRAPE_TRY(append_small(out, graph, new_of));
    GRAPE_TRY(append_entries(out, graph));
    GRAPE_TRY(append_sorted(out, graph));
    GRAPE_TRY(append_blocks(out, graph, new_of));
    place.length = out.written() - place.offset;
    return place;
}

}  // namespace grape::index
