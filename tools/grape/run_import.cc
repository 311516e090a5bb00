// grape import. Each request is atomic, so that whatever ends an import (a wrong line, Ctrl-C, a
// full disk) leaves a prefix of the file in the collection, and its length is known.
#include <cstdio>
#include <memory>

#include "tools/grape/interrupts.h"
#include "tools/grape/point_source.h"
#include "tools/grape/progress.h"
#include "tools/grape/run.h"
#include "tools/grape/session.h"
#include "tools/grape/text.h"

namespace grape::cli {
namespace {

constexpr uint64_t kBatchDefault = 1000;
constexpr uint64_t kBatchMax = 100000;

std::string type_name(uint32_t type) {
    return type == GRAPE_F32 ? "float32" : type == GRAPE_F16 ? "float16" : "uint8";
}

std::string distance_json(const Arguments& arguments) {
    std::string name = arguments.text_or("distance", "cosine");
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return quote(name);
}

// With --create: a collection that fits the file, unless there is one of that name.
void create_missing(const Arguments& arguments, const VectorFile& vectors, Session& session) {
    const std::string collection = arguments.text("COLLECTION");
    if (session.request(request_text("collection_exists", collection))["exists"].boolean()) return;
    std::string params = "{\"size\":" + std::to_string(vectors.dim()) +
                         ",\"distance\":" + distance_json(arguments) + ",\"datatype\":\"" +
                         type_name(vectors.type()) + "\"}";
    if (arguments.has("using")) {
        params = cat("{", quote(arguments.text("using")), ":", params, "}");
    }
    session.request(request_text("create_collection", collection, "\"vectors\":" + params));
}

class Import {
  public:
    Import(const Arguments& arguments, Session& session, PointSource& source, bool shown)
        : arguments_(arguments),
          session_(session),
          source_(source),
          batch_points_(arguments.number("batch", 1, kBatchMax).value_or(kBatchDefault)),
          progress_(source.total(), shown) {}

    void run() {
        try {
            for (PointBatch batch; !interrupted() && source_.next(batch_points_, batch);) {
                send(batch);
                progress_.update(points_, source_.part_read());
            }
        } catch (const Failure& failure) {
            progress_.clear();
            throw told(failure);
        }
        seconds_ = progress_.seconds();
        progress_.clear();
        if (interrupted()) throw told(Failure(Exit::interrupted, "interrupted"));
    }

    uint64_t points() const { return points_; }
    uint64_t requests() const { return requests_; }
    double seconds() const { return seconds_; }
    double rate() const { return seconds_ > 0 ? static_cast<double>(points_) / seconds_ : 0; }

  private:
    void send(const PointBatch& batch) {
        const std::string request =
            request_text("upsert_points", arguments_.text("COLLECTION"), batch.body);
        try {
            session_.request(request, batch.blobs);
        } catch (const Failure& failure) {
            const size_t body_offset = request.size() - batch.body.size() - 2;
            throw Failure(failure.code(),
                          placed_message(source_, batch, body_offset, failure.message()),
                          failure.status());
        }
        points_ += batch.count;
        ++requests_;
    }

    // The failure, with what is in the database now and how to go on.
    Failure told(const Failure& failure) const {
        const uint64_t done = arguments_.number("skip").value_or(0) + points_;
        std::string text = failure.message() + "; " + std::to_string(points_) + " points are in";
        if (points_ > 0) text += ", go on with --skip " + std::to_string(done);
        Failure result(failure.code(), text, failure.status());
        result.set_points(points_);
        return result;
    }

    const Arguments& arguments_;
    Session& session_;
    PointSource& source_;
    uint64_t batch_points_;
    Progress progress_;
    uint64_t points_ = 0;
    uint64_t requests_ = 0;
    double seconds_ = 0;
};

void report(const Import& import, Output& out) {
    char text[160];
    if (out.json()) {
        std::snprintf(text, sizeof(text),
                      "{\"points\":%llu,\"requests\":%llu,\"seconds\":%.3f,"
                      "\"points_per_second\":%.0f}",
                      static_cast<unsigned long long>(import.points()),
                      static_cast<unsigned long long>(import.requests()), import.seconds(),
                      import.rate());
        out.line(text);
        return;
    }
    std::snprintf(text, sizeof(text), "imported %s points in %.2f s (%s points/s)",
                  grouped(import.points()).c_str(), import.seconds(),
                  grouped(static_cast<uint64_t>(import.rate())).c_str());
    out.line(text);
}

}  // namespace

Exit run_import(const Arguments& arguments, Output& out) {
    const std::string path = arguments.text("FILE");
    const FileFormat format = file_format(path, arguments.text("format"));
    const bool create = arguments.has("create");
    if (create && format == FileFormat::jsonl) {
        throw arguments.wrong("--create: is for files of vectors; use `grape create` first");
    }
    // The file is looked at before the database: a wrong one leaves no directory behind.
    std::unique_ptr<VectorFile> vectors;
    std::unique_ptr<PointSource> source;
    const VectorFile* shape = nullptr;
    if (format == FileFormat::jsonl) {
        source = make_line_source(arguments);
    } else {
        vectors = std::make_unique<VectorFile>(path, format);
        shape = vectors.get();
        source = make_column_source(std::move(vectors), arguments);
    }
    const Interrupts interrupts;
    Session session(arguments, create ? Access::create : Access::write);
    if (create) create_missing(arguments, *shape, session);
    Import import(arguments, session, *source, !out.json() && !arguments.has("quiet"));
    import.run();
    session.close();
    report(import, out);
    return Exit::ok;
}

}  // namespace grape::cli
