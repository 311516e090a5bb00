#include "tools/grape/points_output.h"
#include "tools/grape/text.h"

#include <array>

namespace grape::cli {

std::string wanted_parts(const Arguments& arguments) {
    std::string json = arguments.has("vectors") ? "\"with_vector\":true," : "";
    json += "\"with_payload\":";
    const std::string paths = arguments.text_or("payload", "all");
    if (paths == "all") return json + "true";
    if (paths == "none") return json + "false";
    // A path may have quotes of its own, inside which a comma separates nothing.
    bool quoted = false;
    std::string path;
    std::string list;
    for (const char c : paths + ",") {
        if (c == '"') quoted = !quoted;
        if (c != ',' || quoted) {
            path.push_back(c);
            continue;
        }
        list += cat(list.empty() ? "" : ",", quote(path));
        path.clear();
    }
    return json + "[" + list + "]";
}

void print_points(const std::vector<Json>& points, Output& out) {
    constexpr std::array kColumns = {"score", "id", "version", "payload", "vector"};
    if (points.empty()) {
        out.hint("no points");
        return;
    }
    std::vector<std::string> shown;
    for (const char* column : kColumns) {
        // Of a hit the score counts, and not when it was written.
        const bool hit = points[0].find("score").has_value();
        const bool wanted = !hit || std::string_view(column) != "version";
        if (wanted && points[0].find(column)) shown.emplace_back(column);
    }
    std::vector<std::vector<std::string>> rows = {shown};
    for (const Json& point : points) {
        std::vector<std::string>& row = rows.emplace_back();
        for (const std::string& column : shown) {
            const Json value = point[column];
            row.push_back(column == "id" ? value.text() : std::string(value.raw()));
        }
    }
    out.table(rows);
}

}  // namespace grape::cli
