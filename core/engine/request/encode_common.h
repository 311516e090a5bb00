// The parts of JSON replies that stand in more than one of them. Threads: pure functions.
#pragma once

#include "core/base/json.h"
#include "core/engine/request/reply.h"

namespace grape::engine {

void write_id(const base::PointId& id, base::JsonWriter& out);
// {"id", "version", "payload", "vector"}, the last two where they were asked for; with a score
// between version and payload when there is one.
void write_point(const ReplyPoint& point, const float* score, base::JsonWriter& out);
void write_points(const std::vector<ReplyPoint>& points, base::JsonWriter& out);
void write_query(const QueryReply& reply, base::JsonWriter& out);
void write_explain(const ExplainReply& reply, base::JsonWriter& out);
void write_facet(const FacetReply& reply, base::JsonWriter& out);
void write_collection_info(const CollectionInfo& info, base::JsonWriter& out);
void write_database_info(const DatabaseInfoReply& info, base::JsonWriter& out);

}  // namespace grape::engine
