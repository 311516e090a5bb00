#include "tools/grape/session.h"

#include <algorithm>
#include <charconv>

#include "tools/grape/failure.h"

namespace grape::cli {
namespace {

Failure failure_of(const Error& error) {
    return Failure(exit_of(error.status), error.message, error.status);
}

Durability durability_of(const std::string& name) {
    if (name == "none") return Durability::none;
    return name == "group" ? Durability::group : Durability::full;
}

Database open(const Arguments& arguments, Access access) {
    OpenOptions options;
    options.create_if_missing = access == Access::create;
    options.background = access != Access::read;
    options.durability = durability_of(arguments.text("durability"));
    Result<Database> opened = Database::open(arguments.text("DATABASE"), options);
    if (!opened) throw failure_of(opened.error());
    return std::move(opened).value();
}

}  // namespace

Session::Session(const Arguments& arguments, Access access) : database_(open(arguments, access)) {}

Json Session::request(std::string_view json, const std::vector<grape_blob>& blobs) {
    Result<Buffer> reply = database_.request_json(json, blobs);
    if (!reply) throw failure_of(reply.error());
    reply_ = std::move(reply).value();
    return Json::result_of(reply_.view());
}

void Session::close() {
    const Status closed = database_.close();
    if (!closed) throw failure_of(closed.error());
}

std::string id_json(const std::string& typed) {
    uint64_t number = 0;
    const auto end = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    if (end.ec == std::errc() && end.ptr == typed.data() + typed.size()) {
        return std::to_string(number);
    }
    const bool quoted = typed.size() >= 2 && typed.front() == '"' && base::parse_json(typed).ok();
    return quoted ? typed : quote(typed);
}

std::string request_text(std::string_view operation, std::string_view collection,
                         std::string_view rest) {
    std::string text = "{\"" + std::string(operation) + "\":{\"collection_name\":";
    text += quote(collection);
    if (!rest.empty()) text += ",";
    text += rest;
    return text + "}}";
}

}  // namespace grape::cli
