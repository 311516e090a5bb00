// grape create-index, drop-index, and the plan of a query (inspect --plan).
#include "tools/grape/filter_option.h"
#include "tools/grape/run.h"
#include "tools/grape/session.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

std::string estimate_text(const Json& condition) {
    if (condition["index"].is(base::JsonKind::null)) return "";
    const std::string least(condition["min"].raw()), most(condition["max"].raw());
    if (least == most) return least;
    return cat(least, " to ", most, ", about ", condition["expected"].raw());
}

std::string search_text(const std::string& way) {
    if (way == "rows") return "looks at the points that the filter lets through";
    if (way == "codes") return "compares the codes of the points that the filter lets through";
    if (way == "graph") return "walks the graph";
    return "looks at all vectors";
}

void print_plan(const Json& plan, Output& out) {
    const bool reads = plan["reads_payloads"].boolean();
    out.line(cat("of ", plan["points"].raw(), " points ", plan["surely"].raw(), " match surely, ",
                 plan["possibly"].raw(), " possibly; ",
                 reads ? "payloads of the others are read" : "no payload is read"));
    out.line("a search " + search_text(plan["search"].text()));
    const std::vector<Json> conditions = plan["conditions"].elements();
    if (conditions.empty()) return;
    out.line("");
    std::vector<std::vector<std::string>> rows = {
        {"condition", "about", "index", "estimate", "surely", "possibly"}};
    for (const Json& each : conditions) {
        const bool indexed = !each["index"].is(base::JsonKind::null);
        rows.push_back({each["condition"].text(), each["about"].text(),
                        indexed ? each["index"].text() : "-", estimate_text(each),
                        std::string(each["surely"].raw()), std::string(each["possibly"].raw())});
    }
    out.table(rows);
}

}  // namespace

Exit run_plan(const Arguments& arguments, Output& out) {
    std::string members = "\"limit\":" + std::to_string(arguments.number("limit").value_or(10));
    if (arguments.has("using")) members += ",\"using\":" + quote(arguments.text("using"));
    Session session(arguments, Access::read);
    const Json plan = session.request(
        request_text("explain", arguments.text("plan"), members + filter_member(arguments)));
    if (out.json()) {
        out.line(plan.raw());
    } else {
        print_plan(plan, out);
    }
    return Exit::ok;
}

Exit run_create_index(const Arguments& arguments, Output& out) {
    const std::string field = arguments.text("FIELD");
    Session session(arguments, Access::write);
    session.request(request_text("create_field_index", arguments.text("COLLECTION"),
                                 "\"field_name\":" + quote(field) + ",\"field_schema\":" +
                                     quote(arguments.text_or("type", "keyword"))));
    session.close();
    out.line(out.json() ? "{\"indexed\":" + quote(field) + "}" : "indexed '" + field + "'");
    return Exit::ok;
}

Exit run_drop_index(const Arguments& arguments, Output& out) {
    const std::string field = arguments.text("FIELD");
    Session session(arguments, Access::write);
    session.request(request_text("delete_field_index", arguments.text("COLLECTION"),
                                 "\"field_name\":" + quote(field)));
    session.close();
    out.line(out.json() ? "{\"dropped\":" + quote(field) + "}"
                        : "'" + field + "' has no index any more");
    return Exit::ok;
}

}  // namespace grape::cli
