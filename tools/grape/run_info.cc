// grape info and verify.
#include "tools/grape/run.h"
#include "tools/grape/session.h"

namespace grape::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string vector_text(const Json& params) {
    return params["size"].text() + " x " + params["datatype"].text() + ", " +
           params["distance"].text() + ", " + params["memory"].text();
}

// One unnamed vector, or a map of names.
bool is_unnamed(const Json& vectors) {
    return vectors["size"].is(base::JsonKind::integer);
}

std::string vectors_text(const Json& vectors) {
    if (is_unnamed(vectors)) return vector_text(vectors);
    std::string text;
    for (const auto& [name, params] : vectors.members()) {
        text += (text.empty() ? "" : "; ") + name + ": " + vector_text(params);
    }
    return text;
}

void print_collection(const std::string& name, const Json& info, Output& out) {
    const Json vectors = info["config"]["params"]["vectors"];
    Rows rows = {{"collection", name},
                 {"status", info["status"].text()},
                 {"points", grouped(info["points_count"].number())}};
    if (is_unnamed(vectors)) {
        rows.push_back({"vector", vector_text(vectors)});
    } else {
        for (const auto& [vector, params] : vectors.members()) {
            rows.push_back({"vector " + vector, vector_text(params)});
        }
    }
    const Json grape = info["grape"];
    rows.push_back({"runs", info["segments_count"].text()});
    rows.push_back({"not in a file yet", grouped(grape["tail_points"].number()) + " points"});
    rows.push_back({"files", bytes_text(grape["file_bytes"].number())});
    rows.push_back({"memory", bytes_text(grape["heap_bytes"].number())});
    rows.push_back({"last commit", grape["last_commit"].text()});
    const Json metadata = info["config"]["metadata"];
    if (!metadata.members().empty()) rows.push_back({"metadata", std::string(metadata.raw())});
    out.table(rows);
}

std::vector<std::string> collection_names(Session& session) {
    std::vector<std::string> names;
    const Json result = session.request("{\"get_collections\":{}}");
    for (const Json& collection : result["collections"].elements()) {
        names.push_back(collection["name"].text());
    }
    return names;
}

void print_database(const Json& info, const std::string& path, Output& out) {
    Rows rows = {{"database", path},
                 {"health", info["health"].text()},
                 {"collections", grouped(info["collections"].number())},
                 {"points", grouped(info["points"].number())},
                 {"last commit", info["last_commit"].text()},
                 {"files", bytes_text(info["file_bytes"].number())},
                 {"vector log", bytes_text(info["log_bytes"].number())},
                 {"version", info["version"].text() + ", " + info["cpu_target"].text()}};
    const uint64_t cut = info["recovered_tail_bytes"].number();
    if (cut > 0) rows.push_back({"cut at open", bytes_text(cut) + " that were never committed"});
    out.table(rows);
}

// {"database": ..., "collections": [{"name": ..., "info": ...}, ...]}.
void info_json(Session& session, Output& out) {
    std::string collections;
    for (const std::string& name : collection_names(session)) {
        const Json info = session.request(request_text("get_collection", name));
        collections += collections.empty() ? "{\"name\":" : ",{\"name\":";
        collections += quote(name) + ",\"info\":";
        collections += info.raw();
        collections += "}";
    }
    const Json database = session.request("{\"database_info\":{}}");
    out.line("{\"database\":" + std::string(database.raw()) + ",\"collections\":[" + collections +
             "]}");
}

void info_text(Session& session, const std::string& path, Output& out) {
    Rows rows = {{"collection", "points", "status", "vectors"}};
    for (const std::string& name : collection_names(session)) {
        const Json info = session.request(request_text("get_collection", name));
        rows.push_back({name, grouped(info["points_count"].number()), info["status"].text(),
                        vectors_text(info["config"]["params"]["vectors"])});
    }
    print_database(session.request("{\"database_info\":{}}"), path, out);
    if (rows.size() == 1) return;
    out.line("");
    out.table(rows);
}

}  // namespace

Exit run_info(const Arguments& arguments, Output& out) {
    Session session(arguments, Access::read);
    if (!arguments.has("COLLECTION")) {
        if (out.json()) {
            info_json(session, out);
        } else {
            info_text(session, arguments.text("DATABASE"), out);
        }
        return Exit::ok;
    }
    const std::string name = arguments.text("COLLECTION");
    const Json info = session.request(request_text("get_collection", name));
    if (out.json()) {
        out.line(info.raw());
    } else {
        print_collection(name, info, out);
    }
    return Exit::ok;
}

Exit run_verify(const Arguments& arguments, Output& out) {
    Session session(arguments, Access::read);
    const Json result = session.request("{\"verify\":{}}");
    const std::vector<Json> problems = result["problems"].elements();
    if (out.json()) {
        out.line(result.raw());
    } else {
        for (const Json& problem : problems) out.line("problem: " + problem.text());
        out.line("checked " + grouped(result["points"].number()) + " points, " +
                 grouped(result["keys"].number()) + " keys, " +
                 grouped(result["commits"].number()) + " commits, " +
                 grouped(result["pages"].number()) + " pages in " +
                 grouped(result["files"].number()) + " files: " +
                 (problems.empty() ? "all sound" : std::to_string(problems.size()) + " problems"));
    }
    return problems.empty() ? Exit::ok : Exit::damaged;
}

}  // namespace grape::cli
