// Indexes of payload fields that are made, covered and dropped in the middle of a rewrite, and
// through crashes.
#include <random>

#include "core/engine/write_fields.h"
#include "tests/unit/core/engine/field_index_fixture.h"

namespace grape::engine {
namespace {

// The engine's parts, where something happens in the middle of a rewrite.
class Parts {
  public:
    Status change(const std::function<Status(CommitEdit&)>& apply) {
        Change change;
        change.apply = apply;
        return parts.sequencer->run(change);
    }
    Status make_index(const std::string& path, index::FieldKind kind) {
        return change([&](CommitEdit& edit) {
            return apply_create_field(edit, index_on(path, kind), false, &old_files);
        });
    }
    Status drop_index(const std::string& path) {
        bool existed = false;
        return change([&](CommitEdit& edit) {
            return apply_delete_field(edit, no_index_on(path), &existed, &old_files);
        });
    }
    Status cover() {
        bool covered = false;
        return change([&](CommitEdit& edit) { return cover_fields(edit, "points", &covered); });
    }
    void put(uint64_t first, uint64_t count, const std::string& word, uint64_t number) {
        ASSERT_TRUE(parts.run(points_with(first, count, word, number, points)).ok());
    }
    void remove(uint64_t first, uint64_t count) {
        ASSERT_TRUE(parts.run(deletion("points", first, count)).ok());
        for (uint64_t id = first; id < first + count; ++id) points.erase(id);
    }
    void check(const std::string& when) {
        const auto view = parts.services().views.current();
        for (const Question& each : questions()) {
            const auto reply = scroll_points(parts.services(), *view, scroll_of(each.filter));
            ASSERT_TRUE(reply.ok()) << reply.status().to_string();
            ASSERT_EQ(ids_of(*reply), matching(points, each)) << when << ": " << each.filter;
        }
        const auto found = verify(parts.services(), *view);
        ASSERT_TRUE(found.ok());
        ASSERT_EQ(testing::PrintToString(found->problems), "{}") << when;
    }
    bool covered() const {
        for (const FieldRuns& each : parts.shard()->fields) {
            if (each.covered_after != 0) return false;
        }
        return true;
    }

    EngineParts parts{log_sizes()};
    Points points;
    std::vector<uint64_t> old_files;
};

TEST(FieldRewrite, made_in_the_middle_of_a_rewrite_is_covered_by_the_next_one) {
    for (const bool cover : {false, true}) {
        for (const bool has_files : {false, true}) {
            SCOPED_TRACE(base::cat(cover, has_files));
            Parts of;
            of.put(0, 100, "red", 0);
            if (has_files) {
                ASSERT_TRUE(of.parts.flush().ok());
                of.put(50, 30, "blue", 2);
            }
            bool done = false;
            of.parts.blobs->before_create = [&](storage::BlobKind) {
                if (std::exchange(done, true)) return Status();
                EXPECT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
                of.put(90, 20, "green", 4);
                if (cover) {
                    EXPECT_TRUE(of.cover().ok());
                }
                of.put(95, 3, "blue", 6);
                EXPECT_TRUE(of.make_index("n", index::FieldKind::integer).ok());
                return Status();
            };
            ASSERT_TRUE(of.parts.flush().ok());
            of.parts.blobs->before_create = nullptr;
            of.check("after the rewrite");
            of.put(10, 5, "green", 1);
            of.parts.reopen();
            of.check("reopened");
            ASSERT_TRUE(of.parts.flush().ok());
            EXPECT_TRUE(of.covered());
            of.check("after another rewrite");
            of.parts.reopen();
            EXPECT_TRUE(of.covered());
            of.check("reopened again");
        }
    }
}

TEST(FieldRewrite, covered_in_the_middle_of_a_rewrite_has_each_point_once) {
    Parts of;
    of.put(0, 100, "red", 0);
    ASSERT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
    of.put(40, 20, "blue", 0);
    bool done = false;
    of.parts.blobs->before_create = [&](storage::BlobKind) {
        if (std::exchange(done, true)) return Status();
        EXPECT_TRUE(of.cover().ok());
        of.put(45, 5, "green", 0);
        return Status();
    };
    ASSERT_TRUE(of.parts.flush().ok());
    of.parts.blobs->before_create = nullptr;
    EXPECT_TRUE(of.covered());
    of.check("after the rewrite");
    of.parts.reopen();
    of.check("reopened");
}

TEST(FieldRewrite, dropped_in_the_middle_of_a_rewrite_leaves_no_file) {
    Parts of;
    of.put(0, 100, "red", 0);
    ASSERT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
    bool done = false;
    of.parts.blobs->before_create = [&](storage::BlobKind kind) {
        if (kind == storage::BlobKind::fields || done) return Status();
        done = true;
        return of.drop_index("w");
    };
    ASSERT_TRUE(of.parts.flush().ok());
    of.parts.blobs->before_create = nullptr;
    ASSERT_TRUE(done);
    of.check("after the rewrite");
    of.parts.services().views.reclaim();
    EXPECT_EQ(of.parts.services().blobs->list()->size(), 2u);  // vectors and rows
    of.parts.reopen();
    of.check("reopened");
}

// Random changes, indexes that come and go, flushes and crashes, in the middle of rewrites too.
TEST(FieldRewrite, agrees_with_a_map_over_many_rounds) {
    for (uint64_t seed = 1; seed <= 15; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        Parts of;
        const auto step = [&](uint64_t what) {
            using Kind = index::FieldKind;
            Status done;
            if (what < 5) {
                of.put(random() % 200, 1 + random() % 30, std::string(kWords[random() % 3]),
                       random() % 10);
            }
            if (what == 5) of.remove(random() % 200, 1 + random() % 40);
            if (what == 6) done = of.make_index("w", Kind::keyword);
            if (what == 7) {
                done = of.make_index("n", random() % 4 == 0 ? Kind::floating : Kind::integer);
            }
            if (what == 8) done = of.drop_index(random() % 2 == 0 ? "w" : "n");
            if (what == 9) done = of.cover();
            ASSERT_TRUE(done.ok()) << done.to_string();
        };
        of.parts.blobs->before_create = [&](storage::BlobKind) {
            if (random() % 2 == 0) step(random() % 10);
            return random() % 12 == 0 ? Status::make_io("no space left") : Status();
        };
        for (int round = 0; round < 80; ++round) {
            const uint64_t what = random() % 16;
            step(what);
            if (what >= 10 && what < 14) static_cast<void>(of.parts.flush());
            if (what == 14) {
                for (int i = 0; i < 5; ++i) ASSERT_TRUE(of.parts.purge->step().ok());
            }
            if (what == 15) of.parts.reopen();
            for (const uint64_t file : std::exchange(of.old_files, {})) {
                of.parts.services().files->doom(file);
            }
            of.parts.services().views.reclaim();
            of.check(base::cat("round ", round));
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace grape::engine
