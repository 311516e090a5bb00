// View: the whole database as of one commit: an immutable tuple of persistent trees. Readers take
// the current view and never wait for a writer; the sequencer builds the next one and publishes it.
//
// Threads: a View is immutable. ViewSlots: current() from any thread, publish() from the sequencer.
// What must stay true: while a view lives, nothing that it can reach is deleted: min_pinned() is
// what the purge asks before it deletes superseded keys.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/radix.h"
#include "core/engine/collection.h"
#include "core/engine/shard_cell.h"

namespace grape::engine {

struct CollectionView {
    std::shared_ptr<const Collection> collection;
    std::shared_ptr<const ShardCell> shard;
};

// Names of collections and aliases, by hash, and the aliases of each collection.
class NameTable {
  public:
    struct Entry {
        std::string name;
        uint32_t collection = 0;
        bool alias = false;
    };
    const Entry* find(std::string_view name) const { return find_in(names_, name); }
    void put(Entry entry, uint64_t edit);
    void erase(std::string_view name, uint64_t edit);
    // visit(const Entry&), in no order.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        visit_all(names_, visit);
    }
    template <typename Visit>
    void for_each_alias(uint32_t collection, Visit&& visit) const {
        if (const Names* aliases = aliases_.find(collection)) visit_all(*aliases, visit);
    }

  private:
    using Bucket = std::vector<Entry>;
    using Names = base::Radix<Bucket>;  // by hash

    static uint32_t bucket_of(std::string_view name);
    static const Entry* find_in(const Names& names, std::string_view name);
    static void put_in(Names& names, Entry entry, uint64_t edit);
    static void erase_in(Names& names, std::string_view name, uint64_t edit);
    template <typename Visit>
    static void visit_all(const Names& names, Visit& visit) {
        names.for_each([&](uint32_t, const std::shared_ptr<const Bucket>& bucket) {
            for (const Entry& entry : *bucket) visit(entry);
        });
    }

    Names names_;
    base::Radix<Names> aliases_;  // of the collections that have some
};

struct ViewState {
    uint64_t commit = 0;
    uint32_t next_collection = 1;             // never reused
    base::Radix<CollectionView> collections;  // by number
    NameTable names;
};

// Counts the views that are alive by their commits.
class PinTable {
  public:
    void add(uint64_t commit) GRAPE_EXCLUDES(mutex_);
    void remove(uint64_t commit) GRAPE_EXCLUDES(mutex_);
    // The commit of the oldest view that is alive.
    uint64_t min_pinned() const GRAPE_EXCLUDES(mutex_);

  private:
    mutable base::Mutex mutex_;
    std::multiset<uint64_t> commits_ GRAPE_GUARDED_BY(mutex_);
};

struct KeyOverlay;

class View {
  public:
    // `own_keys`: what a transaction, whose private view this is, wrote itself; they come before
    // the store's.
    View(ViewState state, std::shared_ptr<PinTable> pins, const KeyOverlay* own_keys = nullptr);
    ~View();
    View(const View&) = delete;
    View& operator=(const View&) = delete;

    const ViewState& state() const { return state_; }
    uint64_t commit() const { return state_.commit; }
    const KeyOverlay* own_keys() const { return own_keys_; }
    // By name or alias; `field` is named in the error.
    base::Result<const CollectionView*> find(std::string_view name) const;

  private:
    friend class ViewSlots;
    const ViewState state_;
    const std::shared_ptr<PinTable> pins_;
    const KeyOverlay* const own_keys_;
    mutable const View* next_dropped_ = nullptr;  // in the graveyard: dropping must not allocate
};

// Where readers get the current view: 32 slots on cache lines of their own, each with a mutex, so
// that readers on different cores do not meet. Dropped views are kept until reclaim(), so that a
// reader never frees runs.
class ViewSlots {
  public:
    ViewSlots();
    ~ViewSlots() { clear(); }
    ViewSlots(const ViewSlots&) = delete;
    ViewSlots& operator=(const ViewSlots&) = delete;
    std::shared_ptr<const View> current() const;
    // Makes the next view, without showing it to anybody.
    std::shared_ptr<const View> prepare(ViewState state, std::shared_ptr<PinTable> pins) const;
    // Shows it. Needs no memory: it cannot fail.
    void publish(std::shared_ptr<const View> view);
    // Frees the views that were dropped since; from the sequencer or the background.
    void reclaim();
    // For a leader whose background thread is away.
    void reclaim_if_many();
    // Lets go of the current view, at close.
    void clear();

  private:
    struct Graveyard {
        base::Mutex mutex;
        const View* first GRAPE_GUARDED_BY(mutex) = nullptr;
        size_t count GRAPE_GUARDED_BY(mutex) = 0;
        bool closed GRAPE_GUARDED_BY(mutex) = false;
    };
    void swap_all(std::shared_ptr<const View> view);
    // lock(), swap() and unlock() serve swap_all(), which holds all slots at once: more than the
    // thread-safety analysis can follow.
    struct alignas(64) Slot {
        std::shared_ptr<const View> get() const {
            const std::lock_guard<std::mutex> guard(mutex);
            return view;
        }
        void lock() { mutex.lock(); }
        void unlock() { mutex.unlock(); }
        void swap(std::shared_ptr<const View>& other) { view.swap(other); }

        mutable std::mutex mutex;
        std::shared_ptr<const View> view;
    };
    // All are locked at once, and ThreadSanitizer cannot follow a thread that holds 64 locks.
    static constexpr size_t kSlots = 32;  // a power of two
    std::shared_ptr<Graveyard> graveyard_;
    std::array<Slot, kSlots> slots_;
};

}  // namespace grape::engine
