// ModelTransaction: an open transaction as the oracle sees it: the world as it was when it began,
// the world with its own writes, and all that it did, so that it can be asked at the commit whether
// the same could have been done now.
//
// It knows nothing of read sets or rings. judge() runs every step again on the world of the commit:
// when an answer has become another one, the engine must refuse. When nothing that the transaction
// looked at was changed, it must not. Between the two it may do either. Threads: belongs to one.
#pragma once

#include <set>

#include "tests/integration/model/world.h"

namespace grape::model {

class ModelTransaction {
  public:
    // `number` names it; `view` is the commit that it reads.
    ModelTransaction(const World& now, uint64_t number, uint64_t view);

    uint64_t number() const { return number_; }
    uint64_t view() const { return view_; }
    // With its own writes.
    const World& state() const { return state_; }
    const std::vector<std::string>& savepoints() const { return savepoints_; }
    uint64_t operations() const { return writes_.size(); }

    base::Status write(const engine::RequestBody& body);
    base::Result<engine::ReplyBody> read(const engine::RequestBody& body);
    void set_savepoint(const std::string& name);
    base::Status roll_back_to(const std::string& name);

    // A commit of somebody else made `after` of `before`.
    void note_commit(const World::Collections& before, const World::Collections& after);
    enum class Verdict : uint8_t { must_commit, may_do_either, must_conflict };
    Verdict judge(const World& now) const;
    // All its writes as one request, their conditions dropped: they held.
    engine::BatchUpdate writes() const { return {writes_}; }

  private:
    enum class Deed : uint8_t { write, read, savepoint, roll_back };
    struct Step {
        Deed deed = Deed::write;
        engine::RequestBody body;
        std::string name;    // of the savepoint
        std::string answer;  // as text
    };
    struct Range {
        engine::FilterPtr filter;  // null: all points
        std::optional<base::PointId> first, last;
    };
    // What was looked at or written in a collection.
    struct Looks {
        std::set<base::PointId> ids;
        std::vector<Range> ranges;
    };
    struct Changed {
        std::set<base::PointId> ids;
        bool settings = false;
    };

    void note_name(const std::string& name);
    Looks& looks(const std::string& name);
    void note_operation(const engine::PointOperation& operation);
    void note_read(const engine::RequestBody& body, const base::Result<engine::ReplyBody>& answer);
    bool was_touched(const World& now) const;
    bool was_touched(const Looks& looks, const Changed& changed, const ModelCollection& before,
                     const ModelCollection& after) const;
    bool would_differ(const World& now) const;

    const uint64_t number_;
    const uint64_t view_;
    const World begun_;
    World state_;
    std::vector<engine::PointOperation> writes_;
    std::vector<std::string> savepoints_;
    struct Saved {
        World state;
        size_t writes = 0;
    };
    std::vector<Saved> saved_;  // beside savepoints_
    std::vector<Step> steps_;
    std::map<std::string, uint64_t>
        names_;                            // used, and the birth of what they stood for; 0: nothing
    std::map<uint64_t, Looks> looks_;      // by the birth of the collection
    std::map<uint64_t, Changed> changed_;  // by others
};

// Without conditions on versions.
engine::PointOperation without_conditions(engine::PointOperation operation);

}  // namespace grape::model
