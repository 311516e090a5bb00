// grape get, count, scroll, delete and request.
#include <set>

#include "tools/grape/filter_option.h"
#include "tools/grape/points_output.h"
#include "tools/grape/run.h"
#include "tools/grape/session.h"
#include "tools/grape/standard_input.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

constexpr uint64_t kPageDefault = 20;
constexpr uint64_t kPageOfAll = 1000;

std::string id_list(const std::vector<std::string>& typed) {
    std::string json = "[";
    for (const std::string& id : typed) json += cat(json.size() > 1 ? "," : "", id_json(id));
    return json + "]";
}

std::string scroll_request(const Arguments& arguments, uint64_t limit, const std::string& from,
                           const std::string& filter) {
    std::string members = "\"limit\":" + std::to_string(limit) + ",";
    if (!from.empty()) members += "\"offset\":" + from + ",";
    return request_text("scroll_points", arguments.text("COLLECTION"),
                        members + wanted_parts(arguments) + filter);
}

// Page after page, each printed before the next one is read.
void scroll_all(const Arguments& arguments, Session& session, std::string from,
                const std::string& filter, Output& out) {
    while (true) {
        const Json page = session.request(scroll_request(arguments, kPageOfAll, from, filter));
        const std::vector<Json> points = page["points"].elements();
        if (out.json()) {
            for (const Json& point : points) out.line(point.raw());
        } else if (!points.empty()) {
            print_points(points, out);
        }
        const Json next = page["next_page_offset"];
        if (next.is(base::JsonKind::null)) return;
        from = next.raw();
    }
}

}  // namespace

Exit run_get(const Arguments& arguments, Output& out) {
    const std::vector<std::string> typed = arguments.list("ID");
    Session session(arguments, Access::read);
    const Json result =
        session.request(request_text("get_points", arguments.text("COLLECTION"),
                                     "\"ids\":" + id_list(typed) + "," + wanted_parts(arguments)));
    const std::vector<Json> points = result.elements();
    if (out.json()) {
        out.line(result.raw());
    } else if (!points.empty()) {
        print_points(points, out);
    }
    // The library leaves out what is not there; a UUID may come back in another spelling, so only
    // the number of points tells.
    const size_t missing = typed.size() - std::min(typed.size(), points.size());
    if (missing == 0) return Exit::ok;
    out.finish();
    const std::string which = typed.size() == 1
                                  ? "there is no point " + typed[0]
                                  : std::to_string(missing) + " of " +
                                        std::to_string(typed.size()) + " points are not there";
    throw Failure(Exit::not_found, "ID: " + which);
}

Exit run_count(const Arguments& arguments, Output& out) {
    const std::string filter = filter_member(arguments);
    Session session(arguments, Access::read);
    const Json result = session.request(request_text("count_points", arguments.text("COLLECTION"),
                                                     filter.empty() ? filter : filter.substr(1)));
    out.line(out.json() ? result.raw() : result["count"].raw());
    return Exit::ok;
}

Exit run_scroll(const Arguments& arguments, Output& out) {
    if (arguments.has("all") && arguments.has("limit")) {
        throw arguments.wrong("--all and --limit: only one of them");
    }
    const std::string from = arguments.has("from") ? id_json(arguments.text("from")) : "";
    const std::string filter = filter_member(arguments);
    Session session(arguments, Access::read);
    if (arguments.has("all")) {
        scroll_all(arguments, session, from, filter, out);
        return Exit::ok;
    }
    const uint64_t limit = arguments.number("limit").value_or(kPageDefault);
    const Json page = session.request(scroll_request(arguments, limit, from, filter));
    if (out.json()) {
        out.line(page.raw());
        return Exit::ok;
    }
    print_points(page["points"].elements(), out);
    const Json next = page["next_page_offset"];
    if (!next.is(base::JsonKind::null)) {
        out.finish();
        out.hint("there is more; the next page: --from '" + std::string(next.text()) + "'");
    }
    return Exit::ok;
}

Exit run_delete(const Arguments& arguments, Output& out) {
    const std::string collection = arguments.text("COLLECTION");
    const std::vector<std::string> typed = arguments.list("ID");
    const bool all = arguments.has("collection");
    if (int{all} + int{!typed.empty()} + int{arguments.has("filter")} != 1) {
        throw arguments.wrong("ID, --filter or --collection: exactly one of them is needed");
    }
    const std::string filter = filter_member(arguments);
    Session session(arguments, Access::write);
    if (all) {
        const Json existed = session.request(request_text("delete_collection", collection));
        if (!existed.boolean()) {
            throw Failure(Exit::not_found,
                          "COLLECTION: there is no collection '" + collection + "'");
        }
        session.close();
        out.line(out.json() ? "{\"deleted_collection\":" + quote(collection) + "}"
                            : "removed collection '" + collection + "'");
        return Exit::ok;
    }
    const auto count = [&] {
        return session.request(request_text("count_points", collection))["count"].number();
    };
    const uint64_t before = count();
    session.request(
        request_text("delete_points", collection,
                     filter.empty() ? "\"points\":" + id_list(typed) : filter.substr(1)));
    const std::string removed = std::to_string(before - count());
    session.close();
    out.line(out.json() ? "{\"deleted\":" + removed + "}" : "removed " + removed + " points");
    return Exit::ok;
}

Exit run_request(const Arguments& arguments, Output& out) {
    std::string json = arguments.text("JSON");
    if (json == "-") json = read_standard_input();
    Session session(arguments, Access::write);
    const Json result = session.request(json);
    out.page(std::string(result.raw()) + "\n");
    session.close();
    return Exit::ok;
}

}  // namespace grape::cli
