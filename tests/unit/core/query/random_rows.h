// Random rows under indexes in all states. Threads: one.
#pragma once

#include "tests/unit/core/query/plain_rows.h"
#include "tests/unit/core/query/random_payloads.h"

namespace grape::query {

// Rows that come, change, die and are given to other points; indexes that come before and after
// them, in tails and runs.
inline void fill(PlainRows& rows, RandomPayloads& random, unsigned indexed) {
    const auto change = [&](int count) {
        for (int i = 0; i < count; ++i) {
            const auto row = static_cast<uint32_t>(random.below(60));
            if (rows.alive(row) && random.chance(25)) {
                rows.remove(row);
            } else {
                const uint64_t id = rows.alive(row) ? rows.id(row).as_number() : random.below(1000);
                std::set<std::string, std::less<>> vectors;
                if (random.chance(50)) vectors.insert("a");
                rows.put(row, base::PointId::number(id * 60 + row), random.payload(), vectors);
            }
        }
    };
    const auto each_field = [&](auto visit) {
        for (const RandomField& field : random_fields()) visit(field);
    };
    std::set<std::string_view> made;
    const auto add = [&](unsigned percent) {
        each_field([&](const RandomField& field) {
            if (!random.chance(percent) || made.contains(field.path)) return;
            rows.add_index(field.path, index::type_of(field.kind, random.chance(50)));
            made.insert(field.path);
        });
    };
    const auto seal = [&] {
        for (const std::string_view path : made) {
            if (random.chance(50)) rows.seal(path, random.chance(50));
        }
    };
    add(indexed / 2);
    change(80);
    seal();
    change(30);
    add(indexed);
    change(10);
    seal();
    change(20);
    if (random.chance(25)) rows.forget_after(rows.commit() - random.below(10));
    rows.publish();
}

}  // namespace grape::query
