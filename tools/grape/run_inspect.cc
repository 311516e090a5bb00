// grape inspect.
#include <map>

#include "tools/grape/inspect/inspect.h"
#include "tools/grape/json.h"
#include "tools/grape/run.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

using inspect::DirectoryReport;
using inspect::FileReport;

std::string file_json(const FileReport& file) {
    std::string json = "{\"path\":" + quote_any(file.path) + ",\"kind\":" + quote(file.kind) +
                       ",\"size_bytes\":" + std::to_string(file.size_bytes);
    for (const inspect::Fact& fact : file.facts) {
        json += cat(",", quote(fact.name), ":");
        json += fact.is_number ? fact.value : quote_any(fact.value);
    }
    if (!file.problem.empty()) json += cat(",\"problem\":", quote_any(file.problem));
    return json + "}";
}

std::string report_json(const DirectoryReport& report, uint64_t size_bytes) {
    std::string json = "{\"size_bytes\":" + std::to_string(size_bytes) + ",\"files\":[";
    for (const FileReport& file : report.files) {
        if (json.back() == '}') json += ",";
        json += file_json(file);
    }
    return json + "]}";
}

std::string facts_text(const FileReport& file) {
    if (!file.problem.empty()) return "DAMAGED: " + file.problem;
    std::string text;
    for (const inspect::Fact& fact : file.facts) {
        std::string name = fact.name;
        for (char& c : name) {
            if (c == '_') c = ' ';
        }
        text += (text.empty() ? "" : ", ") + name + " " + fact.value;
    }
    return text;
}

void print_report(const DirectoryReport& report, Output& out) {
    struct Sum {
        uint64_t files = 0, size_bytes = 0;
    };
    std::map<std::string, Sum> sums;
    std::vector<std::vector<std::string>> rows = {{"file", "what", "size", "header"}};
    for (const FileReport& file : report.files) {
        rows.push_back({file.path, file.kind, bytes_text(file.size_bytes), facts_text(file)});
        Sum& sum = sums[file.kind];
        ++sum.files;
        sum.size_bytes += file.size_bytes;
    }
    out.table(rows);
    out.line("");
    rows = {{"what", "files", "size"}};
    for (const auto& [kind, sum] : sums) {
        rows.push_back({kind, std::to_string(sum.files), bytes_text(sum.size_bytes)});
    }
    out.table(rows);
}

}  // namespace

Exit run_inspect(const Arguments& arguments, Output& out) {
    if (arguments.has("plan")) return run_plan(arguments, out);
    for (const char* option : {"filter", "using", "limit"}) {
        if (arguments.has(option)) throw arguments.wrong(cat("--", option, ": needs --plan"));
    }
    const DirectoryReport report = inspect::inspect_directory(arguments.text("DATABASE"));
    if (report.status != GRAPE_OK) {
        throw Failure(exit_of(report.status), report.message, report.status);
    }
    uint64_t size_bytes = 0;
    bool damaged = false;
    for (const FileReport& file : report.files) {
        size_bytes += file.size_bytes;
        damaged = damaged || !file.problem.empty();
    }
    if (out.json()) {
        out.line(report_json(report, size_bytes));
    } else {
        print_report(report, out);
    }
    return damaged ? Exit::damaged : Exit::ok;
}

}  // namespace grape::cli
