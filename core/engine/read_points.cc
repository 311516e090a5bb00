#include "core/engine/read_points.h"

#include <algorithm>

#include "core/engine/commit_edit.h"
#include "core/engine/shard_reader.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Pages of a scroll: takes points in their order until the page is full.
class Page {
  public:
    Page(const ShardReader& reader, const ScrollPoints& request, query::RowFilter* filter)
        : reader_(reader), request_(request), filter_(filter) {}

    // False when the page was full before this point, which is the first of the next one.
    Result<bool> take(uint32_t row, const base::PointId& id) {
        if (filter_ != nullptr) {
            if (!filter_->may_match(row)) return true;
            GRAPE_ASSIGN(const bool matches, filter_->matches(row));
            if (!matches) return true;
        }
        if (reply_.points.size() == request_.limit) {
            reply_.next_page_offset = id;
            return false;
        }
        GRAPE_ASSIGN(ReplyPoint point,
                     reader_.points().read(row, request_.with_payload, request_.with_vectors));
        reply_.points.push_back(std::move(point));
        return true;
    }
    ScrollReply reply() {
        if (filter_ != nullptr) reply_.payload_reads = filter_->payload_reads();
        reply_.memory = reader_.points().memory();
        return std::move(reply_);
    }

  private:
    const ShardReader& reader_;
    const ScrollPoints& request_;
    query::RowFilter* filter_;
    ScrollReply reply_;
};

using OwnId = std::pair<std::string_view, const std::vector<storage::IdEntry>*>;

// The ids that a transaction gave rows itself, from `first` on, in the order of their keys.
std::vector<OwnId> own_ids(const ShardReader& reader, const std::string& first) {
    std::vector<OwnId> out;
    const KeyOverlay* own = reader.points().own_keys();
    if (own == nullptr) return out;
    const std::string prefix =
        storage::shard_prefix(storage::Tree::ids, reader.collection().shard());
    for (const auto& [key, entries] : own->ids) {
        if (key.starts_with(prefix) && key >= first) out.emplace_back(key, &entries);
    }
    std::sort(out.begin(), out.end());
    return out;
}

Result<bool> take_id(const ShardReader& reader, std::string_view key,
                     const std::vector<storage::IdEntry>& entries, Page& page) {
    GRAPE_ASSIGN(const base::PointId id, base::PointId::from_key(storage::id_of_key(key)));
    const RowTable& rows = reader.shard().rows;
    for (const storage::IdEntry& entry : entries) {
        if (rows.alive(entry.row) && rows.id(entry.row) == id) return page.take(entry.row, id);
    }
    return true;
}

// The ids of the store, and a transaction's own, in their order, as far as the view has them.
Status scroll_ids(const Services& services, const ShardReader& reader,
                  const std::optional<base::PointId>& offset, Page& page) {
    const storage::ShardKey shard = reader.collection().shard();
    // Made after the view was taken: it sees all of the view's ids and maybe newer ones.
    const auto iterator = services.store->iterate(storage::shard_prefix(storage::Tree::ids, shard));
    const std::string first = offset ? storage::id_key(shard, *offset) : std::string();
    if (offset) iterator->seek(first);
    const std::vector<OwnId> own = own_ids(reader, first);
    auto next_own = own.begin();
    for (; iterator->valid(); iterator->next()) {
        for (; next_own != own.end() && next_own->first < iterator->key(); ++next_own) {
            GRAPE_ASSIGN(const bool more,
                         take_id(reader, next_own->first, *next_own->second, page));
            if (!more) return {};
        }
        // The transaction's entry comes in its place.
        if (next_own != own.end() && next_own->first == iterator->key()) continue;
        GRAPE_ASSIGN(const std::vector<storage::IdEntry> entries,
                     storage::decode_id_entries(iterator->value()));
        GRAPE_ASSIGN(const bool more, take_id(reader, iterator->key(), entries, page));
        if (!more) return {};
    }
    GRAPE_TRY(iterator->status());
    for (; next_own != own.end(); ++next_own) {
        GRAPE_ASSIGN(const bool more, take_id(reader, next_own->first, *next_own->second, page));
        if (!more) return {};
    }
    return {};
}

using Point = std::pair<base::PointId, uint32_t>;

// The same for a filter that leaves few rows: these are put in order.
Status scroll_rows(const ShardReader& reader, const query::RowFilter& filter,
                   const std::optional<base::PointId>& offset, Page& page) {
    std::vector<Point> points;
    filter.possible().for_each([&](uint32_t row) {
        const base::PointId id = reader.shard().rows.id(row);
        if (!offset || !(id < *offset)) points.emplace_back(id, row);
    });
    std::sort(points.begin(), points.end());
    for (const auto& [id, row] : points) {
        GRAPE_ASSIGN(const bool more, page.take(row, id));
        if (!more) break;
    }
    return {};
}

}  // namespace

Result<PointsReply> get_points(const Services& services, const View& view,
                               const GetPoints& request) {
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    const PointReader& points = reader->points();
    GRAPE_TRY(points.check(request.with_vectors));
    PointsReply out;
    for (const base::PointId& id : request.ids) {
        GRAPE_ASSIGN(const std::optional<uint32_t> row, points.find_row(id));
        if (!row) continue;
        GRAPE_ASSIGN(ReplyPoint point,
                     points.read(*row, request.with_payload, request.with_vectors));
        out.points.push_back(std::move(point));
    }
    out.memory = points.memory();
    return out;
}

Result<ScrollReply> scroll_points(const Services& services, const View& view,
                                  const ScrollPoints& request) {
    // Reading ids from the store costs some times as much a point as sorting them.
    constexpr uint64_t kSortPerPoint = 8;
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    GRAPE_TRY(reader->points().check(request.with_vectors));
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> filter, reader->filter(request.filter));
    Page page(*reader, request, filter.get());
    const bool few =
        filter != nullptr && filter->count_max() * kSortPerPoint < reader->shard().rows.live();
    // The list of them may not fit; the ids of the store need none.
    if (few && reader->points().take_memory(filter->count_max() * 2 * sizeof(Point)).ok()) {
        GRAPE_TRY(scroll_rows(*reader, *filter, request.offset, page));
    } else {
        GRAPE_TRY(scroll_ids(services, *reader, request.offset, page));
    }
    return page.reply();
}

Result<CountReply> count_points(const Services& services, const View& view,
                                const CountPoints& request) {
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> filter, reader->filter(request.filter));
    if (filter == nullptr) return CountReply{reader->shard().rows.live(), std::nullopt};
    GRAPE_TRY(filter->settle());
    return CountReply{filter->count_max(), filter->payload_reads()};
}

}  // namespace grape::engine
