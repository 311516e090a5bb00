// Replies as JSON: {"result": ..., "status": "ok", "time": seconds}, in Qdrant's spelling.
#include "core/engine/request/encode_common.h"
#include "core/engine/request/request_json.h"

namespace grape::engine {

using base::JsonWriter;

namespace {

std::string_view durability_name(Durability durability) {
    switch (durability) {
        case Durability::full:
            return "full";
        case Durability::group:
            return "group";
        case Durability::none:
            return "none";
    }
    return "";
}

void write_strings(const std::vector<std::string>& strings, JsonWriter& out) {
    out.begin_array();
    for (const std::string& text : strings) out.value(std::string_view(text));
    out.end_array();
}

// Writes the value of "result"; one function for each kind of reply.
struct ResultWriter {
    JsonWriter& out;

    void operator()(const WriteReply& reply) const {
        if (reply.boolean_result) {
            out.value(reply.existed);
        } else {
            write_commit(reply);
        }
    }
    void operator()(const TransactionReply& reply) const {
        out.begin_object();
        out.key("transaction").value(reply.transaction);
        out.key("view").value(reply.view);
        out.key("operations").value(reply.operations);
        out.end_object();
    }
    void operator()(const PointsReply& reply) const { write_points(reply.points, out); }
    void operator()(const ScrollReply& reply) const {
        out.begin_object().key("points");
        write_points(reply.points, out);
        out.key("next_page_offset");
        if (reply.next_page_offset) {
            write_id(*reply.next_page_offset, out);
        } else {
            out.null();
        }
        out.end_object();
    }
    void operator()(const CountReply& reply) const {
        out.begin_object().key("count").value(reply.count).end_object();
    }
    void operator()(const QueryReply& reply) const { write_query(reply, out); }
    void operator()(const QueryBatchReply& reply) const {
        out.begin_array();
        for (const QueryReply& result : reply.results) write_query(result, out);
        out.end_array();
    }
    void operator()(const FacetReply& reply) const { write_facet(reply, out); }
    void operator()(const ExplainReply& reply) const { write_explain(reply, out); }
    void operator()(const CollectionInfo& reply) const { write_collection_info(reply, out); }
    void operator()(const CollectionNames& reply) const {
        out.begin_object().key("collections").begin_array();
        for (const std::string& name : reply.names) {
            out.begin_object().key("name").value(std::string_view(name)).end_object();
        }
        out.end_array().end_object();
    }
    void operator()(const ExistsReply& reply) const {
        out.begin_object().key("exists").value(reply.exists).end_object();
    }
    void operator()(const AliasesReply& reply) const {
        out.begin_object().key("aliases").begin_array();
        for (const auto& [alias, collection] : reply.aliases) {
            out.begin_object();
            out.key("alias_name").value(std::string_view(alias));
            out.key("collection_name").value(std::string_view(collection));
            out.end_object();
        }
        out.end_array().end_object();
    }
    void operator()(const DatabaseInfoReply& reply) const { write_database_info(reply, out); }
    void operator()(const VerifyReply& reply) const {
        out.begin_object();
        out.key("files").value(reply.files);
        out.key("pages").value(reply.pages);
        out.key("keys").value(reply.keys);
        out.key("points").value(reply.points);
        out.key("commits").value(reply.commits);
        out.key("problems");
        write_strings(reply.problems, out);
        out.end_object();
    }

    void write_commit(const WriteReply& reply) const {
        out.begin_object();
        if (reply.pending) {
            out.key("operation_id").null();
            out.key("status").value("acknowledged").end_object();
            return;
        }
        out.key("operation_id").value(reply.commit);
        out.key("status").value("completed");
        out.key("durability").value(durability_name(reply.durability));
        if (reply.repeated) out.key("repeated").value(true);
        out.end_object();
    }
};

// How many payloads the filters of the request read; nothing for requests
// without one.
struct PayloadReads {
    using Count = std::optional<uint64_t>;

    Count operator()(const ScrollReply& reply) const { return reply.payload_reads; }
    Count operator()(const CountReply& reply) const { return reply.payload_reads; }
    Count operator()(const FacetReply& reply) const { return reply.payload_reads; }
    Count operator()(const QueryReply& reply) const { return reply.payload_reads; }
    Count operator()(const QueryBatchReply& reply) const {
        Count sum;
        for (const QueryReply& result : reply.results) {
            if (result.payload_reads) sum = sum.value_or(0) + *result.payload_reads;
        }
        return sum;
    }
    template <typename Other>
    Count operator()(const Other&) const {
        return std::nullopt;
    }
};

}  // namespace

std::string encode_reply_json(const Reply& reply) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("result");
    std::visit(ResultWriter{out}, reply.body);
    const auto* write = std::get_if<WriteReply>(&reply.body);
    if (write != nullptr && write->boolean_result) {
        out.key("grape");
        ResultWriter{out}.write_commit(*write);
    }
    if (const std::optional<uint64_t> reads = std::visit(PayloadReads{}, reply.body)) {
        out.key("usage").begin_object().key("payload_reads").value(*reads).end_object();
    }
    out.key("status").value("ok").key("time").value(reply.time_s).end_object();
    return text;
}

}  // namespace grape::engine
