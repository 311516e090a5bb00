// AutomaticFields: makes indexes of payload fields that nobody asked for, where queries show the
// need: filters that read many payloads for the same field, several times. The kind follows from
// what the conditions ask and from the values that are there.
//
// What must stay true: an index that was made so changes no answer: none is of kind text, and
// facets and orders, which refuse fields without an index, do not see it. A field gets one at most
// once while the database is open, so that one that was dropped stays away.
//
// Threads: note() from any; the work is done on a thread of its own, which is started at the first
// need, at the priority of background work.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/base/thread.h"
#include "core/engine/services.h"

namespace grape::engine {

class AutomaticFields {
  public:
    // Makes the index, which covers all points when it returns.
    using Make = std::function<base::Status(const CreateFieldIndex& index)>;
    AutomaticFields(Services& services, Make make) : services_(services), make_(std::move(make)) {}
    ~AutomaticFields() { stop(); }

    // A request with that filter read so many payloads.
    void note(const View& view, const std::string& collection, const query::Filter& filter,
              uint64_t payload_reads) GRAPE_EXCLUDES(mutex_);
    // Waits for an index that is being made.
    void stop() GRAPE_EXCLUDES(mutex_);
    // Waits for it, too; none is made until resume().
    void pause() GRAPE_EXCLUDES(mutex_);
    void resume() GRAPE_EXCLUDES(mutex_);

  private:
    using Field = std::pair<uint32_t, std::string>;  // collection, path
    struct Wish {
        Field field;
        std::string collection;
        base::JsonPath path;
        std::vector<index::FieldKind> kinds;  // that would answer the condition
    };

    void count(const Collection& collection, const query::FieldCondition& condition)
        GRAPE_REQUIRES(mutex_);
    void loop() GRAPE_EXCLUDES(mutex_);
    base::Status fulfil(const Wish& wish);
    void settle(const Wish& wish, const base::Status& done) GRAPE_EXCLUDES(mutex_);

    Services& services_;
    const Make make_;
    base::Thread thread_;
    base::Mutex mutex_;
    base::Condition wake_, changed_;
    std::map<Field, uint32_t> counts_ GRAPE_GUARDED_BY(mutex_);
    std::set<Field> asked_ GRAPE_GUARDED_BY(mutex_);  // made, or found not to be worth it
    std::deque<Wish> wishes_ GRAPE_GUARDED_BY(mutex_);
    bool started_ GRAPE_GUARDED_BY(mutex_) = false;
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
    bool paused_ GRAPE_GUARDED_BY(mutex_) = false;
    bool running_ GRAPE_GUARDED_BY(mutex_) = false;
};

}  // namespace grape::engine
