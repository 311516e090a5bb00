#include "tools/grape/filter_option.h"

#include "core/base/json.h"
#include "tools/grape/failure.h"
#include "tools/grape/standard_input.h"

namespace grape::cli {

std::string filter_member(const Arguments& arguments) {
    if (!arguments.has("filter")) return {};
    std::string text = arguments.text("filter");
    if (text == "-") text = read_standard_input();
    const base::Result<base::JsonParts> read = base::split_json(text);
    if (!read.ok()) throw Failure(Exit::invalid, "--filter: " + read.status().message());
    if (read->value.kind != base::JsonKind::object) {
        throw Failure(Exit::invalid, "--filter: expected a JSON object, as {\"must\": ...}");
    }
    return ",\"filter\":" + text;
}

}  // namespace grape::cli
