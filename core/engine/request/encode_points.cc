// Points in JSON replies.
#include "core/engine/request/encode_common.h"

namespace grape::engine {

using base::JsonWriter;

namespace {

// u8 elements are whole numbers and are written as such.
void write_elements(const ReplyVector& vector, JsonWriter& out) {
    out.begin_array();
    for (const float value : vector.values) {
        if (vector.datatype == vector::Datatype::u8) {
            out.value(static_cast<int64_t>(value));
        } else {
            out.value(value);
        }
    }
    out.end_array();
}

// Qdrant writes the unnamed vector as a bare array; where it has company, all get their names.
void write_vectors(const std::vector<ReplyVector>& vectors, JsonWriter& out) {
    if (vectors.size() == 1 && vectors[0].name.empty()) return write_elements(vectors[0], out);
    out.begin_object();
    for (const ReplyVector& vector : vectors) {
        out.key(vector.name);
        write_elements(vector, out);
    }
    out.end_object();
}

}  // namespace

void write_id(const base::PointId& id, JsonWriter& out) {
    if (id.kind() == base::IdKind::number) {
        out.value(id.as_number());
    } else {
        out.value(std::string_view(id.to_string()));
    }
}

void write_point(const ReplyPoint& point, const float* score, JsonWriter& out) {
    out.begin_object().key("id");
    write_id(point.id, out);
    out.key("version").value(point.version);
    if (score != nullptr) out.key("score").value(*score);
    if (point.payload) {
        out.key("payload");
        const bool empty = point.payload->empty();
        base::write_payload_json(
            base::PayloadView(empty ? base::empty_payload() : std::string_view(*point.payload)),
            out);
    }
    if (point.vectors) {
        out.key("vector");
        write_vectors(*point.vectors, out);
    }
    if (point.order_value) {
        out.key("order_value");
        std::visit([&out](const auto value) { out.value(value); }, *point.order_value);
    }
    out.end_object();
}

void write_points(const std::vector<ReplyPoint>& points, JsonWriter& out) {
    out.begin_array();
    for (const ReplyPoint& point : points) write_point(point, nullptr, out);
    out.end_array();
}

void write_facet(const FacetReply& reply, JsonWriter& out) {
    out.begin_object().key("hits").begin_array();
    for (const FacetHit& hit : reply.hits) {
        out.begin_object().key("value");
        if (const auto* text = std::get_if<std::string>(&hit.value)) {
            out.value(std::string_view(*text));
        } else if (const auto* number = std::get_if<int64_t>(&hit.value)) {
            out.value(*number);
        } else {
            out.value(std::get<bool>(hit.value));
        }
        out.key("count").value(hit.count).end_object();
    }
    out.end_array().end_object();
}

void write_query(const QueryReply& reply, JsonWriter& out) {
    out.begin_object().key("points").begin_array();
    for (const ScoredPoint& scored : reply.points) write_point(scored.point, &scored.score, out);
    out.end_array().end_object();
}

}  // namespace grape::engine
