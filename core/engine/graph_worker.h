// GraphWorker: builds graphs behind the reader's back, one at a time, on a thread of low priority
// of its own, so that flushes do not wait for a build; the thread is made when there is something
// to look at. A pause holds a build where it is.
//
// Threads: any. `mutex_` is a leaf; `build_mutex_` is held during a build, and the background's
// work lock is taken inside of it.
#pragma once

#include <optional>

#include "core/base/thread.h"
#include "core/engine/background.h"
#include "core/engine/graph_build.h"
#include "core/engine/graph_schedule.h"

namespace grape::engine {

class GraphWorker {
  public:
    GraphWorker(Services& services, Sequencer& sequencer, Background& background)
        : services_(services), sequencer_(sequencer), background_(background) {}

    // From here on the worker's thread may begin.
    void start() GRAPE_EXCLUDES(mutex_);
    // Ends a build that runs. Builds of drain() are ended, too.
    void stop() GRAPE_EXCLUDES(mutex_);
    // The collection's files or vectors changed.
    void note(uint32_t collection) GRAPE_EXCLUDES(mutex_);
    // The collection was dropped.
    void forget(uint32_t collection) GRAPE_EXCLUDES(mutex_);
    // From the sequencer's leader, after publication.
    void note_commit(const CommitEdit& edit) GRAPE_EXCLUDES(mutex_);
    // Returns when no build runs, or it stands still; none goes on until resume().
    void pause() GRAPE_EXCLUDES(mutex_);
    void resume() GRAPE_EXCLUDES(mutex_);

    // Builds on the caller's thread until every vector that can have a graph is in it.
    base::Status drain() GRAPE_EXCLUDES(mutex_) GRAPE_EXCLUDES(build_mutex_);
    const GraphCounts& counts() const { return counts_; }
    // A look at the collection is due, or will be when nobody writes for a while.
    bool will_look_at(uint32_t collection) const GRAPE_EXCLUDES(mutex_);

  private:
    void loop();
    base::Status work(const GraphSchedule::Task& task) GRAPE_EXCLUDES(mutex_)
        GRAPE_EXCLUDES(build_mutex_);
    base::Status look_at(uint32_t collection, GraphNeed need, uint32_t threads)
        GRAPE_REQUIRES(build_mutex_);
    base::Status grow(uint32_t collection, uint32_t vector, GraphNeed need, uint32_t threads)
        GRAPE_REQUIRES(build_mutex_);
    bool should_stop(bool waits_in_pause) GRAPE_EXCLUDES(mutex_);
    void stand_still() GRAPE_REQUIRES(mutex_);
    void note_failure(uint32_t collection, const base::Status& failure) GRAPE_EXCLUDES(mutex_);

    Services& services_;
    Sequencer& sequencer_;
    Background& background_;
    GraphCounts counts_;
    base::Thread thread_;
    base::Mutex build_mutex_;  // before mutex_

    mutable base::Mutex mutex_;
    base::Condition wake_, changed_;
    GraphSchedule schedule_ GRAPE_GUARDED_BY(mutex_);
    uint64_t stood_still_us_ GRAPE_GUARDED_BY(mutex_) = 0;  // of the task that is worked on
    uint32_t drains_ GRAPE_GUARDED_BY(mutex_) = 0;
    bool enabled_ GRAPE_GUARDED_BY(mutex_) = false;
    bool threaded_ GRAPE_GUARDED_BY(mutex_) = false;
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
    bool paused_ GRAPE_GUARDED_BY(mutex_) = false;
    std::optional<GraphSchedule::Task> task_ GRAPE_GUARDED_BY(mutex_);  // that is worked on
    bool running_ GRAPE_GUARDED_BY(mutex_) = false;  // the thread builds and does not stand still
};

}  // namespace grape::engine
