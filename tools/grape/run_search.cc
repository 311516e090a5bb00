// grape search.
#include <cstdio>
#include <memory>

#include "tools/grape/filter_option.h"
#include "tools/grape/points_output.h"
#include "tools/grape/run.h"
#include "tools/grape/session.h"
#include "tools/grape/standard_input.h"
#include "tools/grape/vector_file.h"

namespace grape::cli {
namespace {

struct Query {
    std::string json;
    std::vector<grape_blob> blobs;
    std::unique_ptr<VectorFile> file;  // owns what the blob points at
};

Query by_vector(const Arguments& arguments) {
    std::string text = arguments.text("vector");
    if (text == "-") text = read_standard_input();
    const base::Result<base::JsonParts> read = base::split_json(text);
    if (!read.ok()) {
        throw Failure(Exit::invalid, "--vector: " + read.status().message() +
                                         "; expected a JSON array of numbers");
    }
    if (read->value.kind != base::JsonKind::array) {
        throw Failure(Exit::invalid, "--vector: expected a JSON array of numbers");
    }
    Query query;
    query.json = std::move(text);
    return query;
}

Query by_row(const Arguments& arguments) {
    const std::string path = arguments.text("file");
    Query query;
    query.file = std::make_unique<VectorFile>(path, file_format(path, ""));
    const uint64_t row = arguments.number("row").value_or(0);
    if (row >= query.file->rows()) {
        throw Failure(Exit::invalid, "--row: " + std::to_string(row) + ", and " + path + " has " +
                                         std::to_string(query.file->rows()) + " rows");
    }
    query.json = "{\"blob\":0}";
    query.blobs = {query.file->read(row, 1)};
    return query;
}

Query read_query(const Arguments& arguments) {
    const int given =
        int{arguments.has("vector")} + int{arguments.has("id")} + int{arguments.has("file")};
    if (given != 1) {
        throw arguments.wrong("--vector, --id or --file: exactly one of them is needed");
    }
    if (arguments.has("row") && !arguments.has("file")) {
        throw arguments.wrong("--row: needs --file");
    }
    if (arguments.has("vector")) return by_vector(arguments);
    if (arguments.has("file")) return by_row(arguments);
    Query query;
    query.json = id_json(arguments.text("id"));
    return query;
}

std::string request_members(const Arguments& arguments, const Query& query) {
    std::string json = "\"query\":" + query.json;
    json += ",\"limit\":" + std::to_string(arguments.number("limit").value_or(10));
    if (arguments.has("offset")) {
        json += ",\"offset\":" + std::to_string(arguments.number("offset").value_or(0));
    }
    if (arguments.real("threshold")) {
        char number[40];
        std::snprintf(number, sizeof(number), "%.17g", *arguments.real("threshold"));
        json += ",\"score_threshold\":" + std::string(number);
    }
    if (arguments.has("using")) json += ",\"using\":" + quote(arguments.text("using"));
    return json + "," + wanted_parts(arguments) + filter_member(arguments);
}

}  // namespace

Exit run_search(const Arguments& arguments, Output& out) {
    const Query query = read_query(arguments);
    Session session(arguments, Access::read);
    const Json result = session.request(request_text("query_points", arguments.text("COLLECTION"),
                                                     request_members(arguments, query)),
                                        query.blobs);
    if (out.json()) {
        out.line(result.raw());
    } else {
        print_points(result["points"].elements(), out);
    }
    return Exit::ok;
}

}  // namespace grape::cli
