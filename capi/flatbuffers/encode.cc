#include "capi/flatbuffers/encode.h"

#include <utility>
#include <vector>

#include "capi/flatbuffers/encode_fields.h"
#include "capi/flatbuffers/encode_points.h"

namespace grape::capi {
namespace {

using base::Result;

// A member of the union ReplyBody.
struct Body {
    fb::ReplyBody type;
    Offset<void> offset;
};

template <typename T>
Body body(fb::ReplyBody type, Offset<T> offset) {
    return {type, offset.Union()};
}

fb::Durability encode_durability(engine::Durability durability) {
    switch (durability) {
        case engine::Durability::full:
            return fb::Durability::FULL;
        case engine::Durability::group:
            return fb::Durability::GROUP;
        case engine::Durability::none:
            return fb::Durability::NONE;
    }
    return fb::Durability::UNSET;
}

fb::Placement encode_placement(storage::Placement placement) {
    switch (placement) {
        case storage::Placement::cached:
            return fb::Placement::CACHED;
        case storage::Placement::pinned:
            return fb::Placement::PINNED;
        case storage::Placement::cold:
            return fb::Placement::COLD;
    }
    return fb::Placement::UNSET;
}

fb::Distance encode_distance(vector::Distance distance) {
    switch (distance) {
        case vector::Distance::cosine:
            return fb::Distance::COSINE;
        case vector::Distance::dot:
            return fb::Distance::DOT;
        case vector::Distance::euclid:
            return fb::Distance::EUCLID;
        case vector::Distance::manhattan:
            return fb::Distance::MANHATTAN;
    }
    return fb::Distance::UNSET;
}

Offset<fb::CollectionConfig> encode_config(Builder& builder,
                                           const engine::CollectionConfig& config) {
    std::vector<Offset<fb::VectorParams>> vectors;
    for (const engine::VectorParams& vector : config.vectors) {
        const auto name = builder.CreateString(vector.name);
        vectors.push_back(fb::CreateVectorParams(
            builder, name, vector.size, encode_distance(vector.distance),
            encode_datatype(vector.datatype), encode_placement(vector.memory)));
    }
    std::string metadata;
    base::JsonWriter(metadata).value(config.metadata);
    const auto list = builder.CreateVector(vectors);
    return fb::CreateCollectionConfig(builder, list, builder.CreateString(metadata));
}

// One overload for each alternative of engine::ReplyBody.
struct Encoder {
    Builder& builder;
    size_t bytes_max;

    Result<Body> operator()(const engine::WriteReply& in) {
        return body(fb::ReplyBody::WriteReply,
                    fb::CreateWriteReply(builder, in.commit, encode_durability(in.durability),
                                         in.repeated, in.existed, in.pending));
    }
    Result<Body> operator()(const engine::TransactionReply& in) {
        return body(fb::ReplyBody::TransactionReply,
                    fb::CreateTransactionReply(builder, in.transaction, in.view, in.operations));
    }
    Result<Body> operator()(const engine::PointsReply& in) {
        GRAPE_ASSIGN(const auto points, encode_points(builder, bytes_max, in.points));
        return body(fb::ReplyBody::PointsReply, fb::CreatePointsReply(builder, points));
    }
    Result<Body> operator()(const engine::ScrollReply& in) {
        GRAPE_ASSIGN(const auto points, encode_points(builder, bytes_max, in.points));
        Offset<fb::PointId> next;
        if (in.next_page_offset.has_value()) next = encode_id(builder, *in.next_page_offset);
        return body(
            fb::ReplyBody::ScrollReply,
            fb::CreateScrollReply(builder, points, next, encode_optional(in.payload_reads)));
    }
    Result<Body> operator()(const engine::CountReply& in) {
        return body(fb::ReplyBody::CountReply,
                    fb::CreateCountReply(builder, in.count, encode_optional(in.payload_reads)));
    }
    Result<Body> operator()(const engine::QueryReply& in) {
        GRAPE_ASSIGN(const auto hits, encode_hits(builder, bytes_max, in.points));
        return body(fb::ReplyBody::QueryReply,
                    fb::CreateQueryReply(builder, hits, encode_optional(in.payload_reads)));
    }
    Result<Body> operator()(const engine::QueryBatchReply& in) {
        std::vector<Offset<fb::QueryReply>> results;
        for (const engine::QueryReply& result : in.results) {
            GRAPE_ASSIGN(const auto hits, encode_hits(builder, bytes_max, result.points));
            results.push_back(
                fb::CreateQueryReply(builder, hits, encode_optional(result.payload_reads)));
        }
        const auto list = builder.CreateVector(results);
        return body(fb::ReplyBody::QueryBatchReply, fb::CreateQueryBatchReply(builder, list));
    }
    Result<Body> operator()(const engine::FacetReply& in) {
        GRAPE_ASSIGN(const auto facet, encode_facet(builder, bytes_max, in));
        return body(fb::ReplyBody::FacetReply, facet);
    }
    // Is asked for in JSON alone.
    Result<Body> operator()(const engine::ExplainReply&) {
        return base::Status::make_unsupported("explain: its reply is JSON");
    }
    Result<Body> operator()(const engine::CollectionInfo& in) {
        const auto status = builder.CreateString(in.status);
        const auto config = encode_config(builder, in.config);
        const auto fields = encode_field_infos(builder, in.fields);
        return body(fb::ReplyBody::CollectionInfo,
                    fb::CreateCollectionInfo(builder, status, in.points_count, in.segments_count,
                                             in.tail_points, in.file_bytes, in.heap_bytes,
                                             in.last_commit, config, fields, in.indexed_vectors));
    }
    Result<Body> operator()(const engine::CollectionNames& in) {
        const auto names = builder.CreateVectorOfStrings(in.names);
        return body(fb::ReplyBody::CollectionNames, fb::CreateCollectionNames(builder, names));
    }
    Result<Body> operator()(const engine::ExistsReply& in) {
        return body(fb::ReplyBody::ExistsReply, fb::CreateExistsReply(builder, in.exists));
    }
    Result<Body> operator()(const engine::AliasesReply& in) {
        std::vector<Offset<fb::AliasEntry>> aliases;
        for (const auto& [alias, collection] : in.aliases) {
            const auto name = builder.CreateString(alias);
            const auto target = builder.CreateString(collection);
            aliases.push_back(fb::CreateAliasEntry(builder, name, target));
        }
        const auto list = builder.CreateVector(aliases);
        return body(fb::ReplyBody::AliasesReply, fb::CreateAliasesReply(builder, list));
    }
    Result<Body> operator()(const engine::DatabaseInfoReply& in);
    Result<Body> operator()(const engine::VerifyReply& in) {
        const auto problems = builder.CreateVectorOfStrings(in.problems);
        return body(fb::ReplyBody::VerifyReply,
                    fb::CreateVerifyReply(builder, in.files, in.pages, in.keys, in.points,
                                          in.commits, problems));
    }
};

Result<Body> Encoder::operator()(const engine::DatabaseInfoReply& in) {
    const auto version = builder.CreateString(in.version);
    const auto cpu_target = builder.CreateString(in.cpu_target);
    const auto background_error = builder.CreateString(in.background_error);
    const auto health = builder.CreateString(in.health);
    fb::DatabaseInfoReplyBuilder out(builder);
    out.add_version(version);
    out.add_cpu_target(cpu_target);
    out.add_last_commit(in.last_commit);
    out.add_collections(in.collections);
    out.add_points(in.points);
    out.add_background_paused(in.background_paused);
    out.add_flushes_started(in.flushes_started);
    out.add_flushes_done(in.flushes_done);
    out.add_merges_started(in.merges_started);
    out.add_merges_done(in.merges_done);
    out.add_vectors_flushed(in.vectors_flushed);
    out.add_vectors_merged(in.vectors_merged);
    out.add_points_purged(in.points_purged);
    out.add_background_failures(in.background_failures);
    out.add_graphs_started(in.graphs_started);
    out.add_graphs_done(in.graphs_done);
    out.add_vectors_linked(in.vectors_linked);
    out.add_background_error(background_error);
    out.add_file_bytes(in.file_bytes);
    out.add_log_bytes(in.log_bytes);
    out.add_heap_bytes(in.heap_bytes);
    out.add_mapped_bytes(in.mapped_bytes);
    out.add_recovered_tail_bytes(in.recovered_tail_bytes);
    out.add_health(health);
    return body(fb::ReplyBody::DatabaseInfoReply, out.Finish());
}

}  // namespace

Result<std::string> encode_reply_flatbuffers(const engine::Reply& reply, size_t bytes_max) {
    Builder builder;
    GRAPE_ASSIGN(const Body body, std::visit(Encoder{builder, bytes_max}, reply.body));
    fb::FinishReplyBuffer(builder, fb::CreateReply(builder, body.type, body.offset, reply.time_s));
    return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                       builder.GetSize());
}

}  // namespace grape::capi
