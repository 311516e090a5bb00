// What JSON replies say about a collection and about the database.
#include "core/engine/request/encode_common.h"
#include "core/engine/request/field_schema.h"

namespace grape::engine {

using base::JsonWriter;

namespace {

std::string_view placement_name(storage::Placement placement) {
    switch (placement) {
        case storage::Placement::cached:
            return "cached";
        case storage::Placement::pinned:
            return "pinned";
        case storage::Placement::cold:
            return "cold";
    }
    return "";
}

void write_params(const VectorParams& params, JsonWriter& out) {
    out.begin_object();
    out.key("size").value(uint64_t{params.size});
    out.key("distance").value(vector::distance_name(params.distance));
    out.key("datatype").value(vector::datatype_name(params.datatype));
    out.key("memory").value(placement_name(params.memory));
    out.end_object();
}

void write_config(const CollectionConfig& config, JsonWriter& out) {
    out.begin_object().key("params").begin_object().key("vectors");
    if (config.vectors.size() == 1 && config.vectors[0].name.empty()) {
        write_params(config.vectors[0], out);
    } else {
        out.begin_object();
        for (const VectorParams& params : config.vectors) {
            out.key(params.name);
            write_params(params, out);
        }
        out.end_object();
    }
    out.key("shard_number").value(uint64_t{1});
    out.key("replication_factor").value(uint64_t{1});
    out.key("write_consistency_factor").value(uint64_t{1});
    out.key("on_disk_payload").value(true);
    out.end_object();
    out.key("metadata").value(config.metadata);
    out.end_object();
}

void write_field(const CollectionInfo::FieldInfo& field, JsonWriter& out) {
    out.key(field.path).begin_object();
    out.key("data_type").value(field_kind_name(field.schema.kind));
    out.key("params").value(field_schema_json(field.schema));
    out.key("points").value(field.points);
    if (field.automatic) out.key("automatic").value(true);
    out.end_object();
}

}  // namespace

void write_collection_info(const CollectionInfo& info, JsonWriter& out) {
    out.begin_object();
    out.key("status").value(std::string_view(info.status));
    out.key("optimizer_status").value("ok");
    out.key("indexed_vectors_count").value(info.indexed_vectors);
    out.key("points_count").value(info.points_count);
    out.key("segments_count").value(info.segments_count);
    out.key("config");
    write_config(info.config, out);
    out.key("payload_schema").begin_object();
    for (const CollectionInfo::FieldInfo& field : info.fields) write_field(field, out);
    out.end_object();
    out.key("grape").begin_object();
    out.key("tail_points").value(info.tail_points);
    out.key("file_bytes").value(info.file_bytes);
    out.key("heap_bytes").value(info.heap_bytes);
    out.key("last_commit").value(info.last_commit);
    out.end_object().end_object();
}

void write_database_info(const DatabaseInfoReply& info, JsonWriter& out) {
    out.begin_object();
    out.key("version").value(std::string_view(info.version));
    out.key("cpu_target").value(std::string_view(info.cpu_target));
    out.key("health").value(std::string_view(info.health));
    out.key("last_commit").value(info.last_commit);
    out.key("collections").value(info.collections);
    out.key("points").value(info.points);
    out.key("background").begin_object();
    out.key("paused").value(info.background_paused);
    out.key("flushes_started").value(info.flushes_started);
    out.key("flushes_done").value(info.flushes_done);
    out.key("merges_started").value(info.merges_started);
    out.key("merges_done").value(info.merges_done);
    out.key("vectors_flushed").value(info.vectors_flushed);
    out.key("vectors_merged").value(info.vectors_merged);
    out.key("points_purged").value(info.points_purged);
    out.key("graphs_started").value(info.graphs_started);
    out.key("graphs_done").value(info.graphs_done);
    out.key("vectors_linked").value(info.vectors_linked);
    out.key("failures").value(info.background_failures);
    out.key("error").value(std::string_view(info.background_error));
    out.end_object();
    out.key("file_bytes").value(info.file_bytes);
    out.key("log_bytes").value(info.log_bytes);
    out.key("heap_bytes").value(info.heap_bytes);
    out.key("mapped_bytes").value(info.mapped_bytes);
    out.key("recovered_tail_bytes").value(info.recovered_tail_bytes);
    out.end_object();
}

void write_explain(const ExplainReply& reply, JsonWriter& out) {
    out.begin_object();
    out.key("points").value(reply.points);
    out.key("surely").value(reply.surely);
    out.key("possibly").value(reply.possibly);
    out.key("reads_payloads").value(reply.surely != reply.possibly);
    out.key("search").value(std::string_view(reply.search));
    out.key("conditions").begin_array();
    for (const ExplainReply::Condition& each : reply.conditions) {
        out.begin_object();
        out.key("condition").value(std::string_view(each.place));
        out.key("about").value(std::string_view(each.about));
        out.key("index");
        if (each.index) {
            out.value(field_kind_name(*each.index));
            out.key("min").value(each.min);
            out.key("expected").value(each.expected);
            out.key("max").value(each.max);
        } else {
            out.null();
        }
        out.key("surely").value(each.surely);
        out.key("possibly").value(each.possibly);
        out.end_object();
    }
    out.end_array().end_object();
}

}  // namespace grape::engine
