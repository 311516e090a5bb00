// What codes say about distances, and when an old scale does no more.
#include "core/index/graph/graph_code.h"

#include <array>
#include <cmath>

#include "core/index/flat_search.h"
#include "core/index/graph/scale_training.h"
#include "tests/unit/core/index/graph/graph_fixture.h"

namespace grape::index {
namespace {

// Three deviations are 99.87 %.
TEST(CodeScale, reaches_what_is_near_enough) {
    for (const Distance distance :
         {Distance::cosine, Distance::dot, Distance::euclid, Distance::manhattan}) {
        SCOPED_TRACE(static_cast<int>(distance));
        const TestVectors vectors = make_vectors(graph_shape(33, distance), 2000, 5, 20);
        const GraphShape& shape = vectors.shape;
        const auto scale = train_scale(shape, 2000, vectors.reader());
        ASSERT_TRUE(scale.ok());
        const auto kernel = vector::code_distances(shape.measure());
        const auto score = vector::score_block(shape.datatype, distance);
        alignas(64) std::array<uint8_t, 128> query_code{}, code{};
        ASSERT_LE(shape.code_bytes(), code.size());
        std::vector<float> scratch, query(shape.dim);
        uint64_t within = 0, all = 0;
        for (const std::vector<float>& each : vectors.queries) {
            vector::encode_query(each, shape.datatype, distance,
                                 reinterpret_cast<uint8_t*>(query.data()));
            const auto facts = scale->encode_query(query.data(), query_code.data(), scratch);
            for (size_t i = 0; i < vectors.count(); ++i, ++all) {
                float exact = 0;
                score(query.data(), vectors.at(i), 0, 1, shape.dim, &exact);
                scale->encode(vectors.at(i), code.data(), scratch);
                const uint8_t* row = code.data();
                uint32_t apart = 0;
                kernel(query_code.data(), &row, 1, shape.code_bytes(), &apart);
                within += apart <= scale->reach(key_of_score(exact, distance), facts) ? 1u : 0u;
            }
        }
        EXPECT_GE(static_cast<double>(within), static_cast<double>(all) * 0.998);
    }
}

TEST(CodeScale, does_no_more_for_values_further_out) {
    TestVectors vectors = make_vectors(graph_shape(8), 2000, 12);
    const auto scale = train_scale(vectors.shape, 1000, vectors.reader());
    ASSERT_TRUE(scale.ok());
    EXPECT_TRUE(*scale_fits(*scale, vectors.shape, 1000, vectors.reader(1000)));
    auto* values = reinterpret_cast<float*>(vectors.stored.data());
    for (uint32_t i = 1000 * 8; i < 2000 * 8; ++i) values[i] *= 20;
    EXPECT_FALSE(*scale_fits(*scale, vectors.shape, 1000, vectors.reader(1000)));
}

// Each value is 0 or as large as codes go.
TEST(CodeScale, does_for_what_it_was_trained_on) {
    TestVectors vectors = make_vectors(graph_shape(64), 1000, 12);
    auto* values = reinterpret_cast<float*>(vectors.stored.data());
    for (uint32_t i = 0; i < 1000 * 64; ++i) values[i] = i % 64 == i / 64 % 64 ? 1.0F : 0.0F;
    const auto scale = train_scale(vectors.shape, 1000, vectors.reader());
    ASSERT_TRUE(scale.ok());
    EXPECT_TRUE(*scale_fits(*scale, vectors.shape, 1000, vectors.reader()));
}

TEST(CodeScale, does_no_more_for_one_longer_vector_of_dot) {
    TestVectors vectors = make_vectors(graph_shape(8, Distance::dot), 1000, 12);
    const auto scale = train_scale(vectors.shape, 1000, vectors.reader());
    ASSERT_TRUE(scale.ok());
    EXPECT_TRUE(*scale_fits(*scale, vectors.shape, 1000, vectors.reader()));
    auto* values = reinterpret_cast<float*>(vectors.stored.data());
    const float longest = scale->parameters().norm_max;
    for (uint32_t d = 0; d < 8; ++d) values[500 * 8 + d] = longest * 1.1F / std::sqrt(8.0F);
    EXPECT_FALSE(*scale_fits(*scale, vectors.shape, 1000, vectors.reader()));
}

}  // namespace
}  // namespace grape::index
