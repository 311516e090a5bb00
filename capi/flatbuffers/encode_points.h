// Points of a reply, column by column. Threads: pure functions.
#pragma once

#include <span>

#include "core/base/result.h"
#include "core/engine/request/reply.h"
#include "schema/reply_generated.h"

namespace grape::capi {

template <typename T>
using Offset = flatbuffers::Offset<T>;
using Builder = flatbuffers::FlatBufferBuilder;

Offset<fb::PointId> encode_id(Builder& builder, const base::PointId& id);
fb::Datatype encode_datatype(vector::Datatype datatype);
// Code::limit when the message is over `bytes_max`: the builder must never come near 2 GiB.
base::Status check_size(const Builder& builder, size_t bytes_max);
base::Result<Offset<fb::Points>> encode_points(Builder& builder, size_t bytes_max,
                                               std::span<const engine::ReplyPoint> points);
base::Result<Offset<fb::Points>> encode_hits(Builder& builder, size_t bytes_max,
                                             std::span<const engine::ScoredPoint> hits);

}  // namespace grape::capi
