// The decoders of the operations, by topic; request_json.cc has the table that names them. `at` is
// the place of `body` in the request, for messages. Threads: pure functions.
#pragma once

#include "core/engine/request/decode_common.h"

namespace grape::engine {

// decode_collections.cc
base::Result<CreateCollection> decode_create_collection(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
base::Result<UpdateCollection> decode_update_collection(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
base::Result<DeleteCollection> decode_delete_collection(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
base::Result<GetCollection> decode_get_collection(const base::JsonValue& body, const Place& at,
                                                  const Context& context);
base::Result<GetCollections> decode_get_collections(const base::JsonValue& body, const Place& at,
                                                    const Context& context);
base::Result<CollectionExists> decode_collection_exists(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
// decode_aliases.cc
base::Result<UpdateAliases> decode_update_aliases(const base::JsonValue& body, const Place& at,
                                                  const Context& context);
base::Result<GetAliases> decode_get_collection_aliases(const base::JsonValue& body, const Place& at,
                                                       const Context& context);
base::Result<GetAliases> decode_get_collections_aliases(const base::JsonValue& body,
                                                        const Place& at, const Context& context);

// decode_points.cc: operations that bring vectors
base::Result<UpsertPoints> decode_upsert_points(const base::JsonValue& body, const Place& at,
                                                const Context& context);
base::Result<UpdateVectors> decode_update_vectors(const base::JsonValue& body, const Place& at,
                                                  const Context& context);
// decode_batch_columns.cc: the column form {ids, vectors, payloads} of an upsert
base::Result<std::vector<PointInput>> decode_columns(const base::JsonValue& batch, const Place& at,
                                                     const Context& context);
base::Result<std::string> decode_point_payload(const base::JsonValue* payload, const Place& at);

// decode_changes.cc: operations on points that are named by id or filter, and lists of operations
base::Result<DeletePoints> decode_delete_points(const base::JsonValue& body, const Place& at,
                                                const Context& context);
base::Result<DeleteVectors> decode_delete_vectors(const base::JsonValue& body, const Place& at,
                                                  const Context& context);
base::Result<SetPayload> decode_set_payload(const base::JsonValue& body, const Place& at,
                                            const Context& context);
base::Result<OverwritePayload> decode_overwrite_payload(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
base::Result<DeletePayload> decode_delete_payload(const base::JsonValue& body, const Place& at,
                                                  const Context& context);
base::Result<ClearPayload> decode_clear_payload(const base::JsonValue& body, const Place& at,
                                                const Context& context);
base::Result<BatchUpdate> decode_batch_update(const base::JsonValue& body, const Place& at,
                                              const Context& context);

// decode_queries.cc
base::Result<GetPoints> decode_get_points(const base::JsonValue& body, const Place& at,
                                          const Context& context);
base::Result<ScrollPoints> decode_scroll_points(const base::JsonValue& body, const Place& at,
                                                const Context& context);
base::Result<CountPoints> decode_count_points(const base::JsonValue& body, const Place& at,
                                              const Context& context);
base::Result<QueryPoints> decode_query_points(const base::JsonValue& body, const Place& at,
                                              const Context& context);
base::Result<QueryBatch> decode_query_batch_points(const base::JsonValue& body, const Place& at,
                                                   const Context& context);

// decode_fields.cc: indexes of payload fields, and facets
base::Result<CreateFieldIndex> decode_create_field_index(const base::JsonValue& body,
                                                         const Place& at, const Context& context);
base::Result<DeleteFieldIndex> decode_delete_field_index(const base::JsonValue& body,
                                                         const Place& at, const Context& context);
base::Result<ExplainQuery> decode_explain(const base::JsonValue& body, const Place& at,
                                          const Context& context);
base::Result<FacetPoints> decode_facet(const base::JsonValue& body, const Place& at,
                                       const Context& context);

// decode_transactions.cc
base::Result<BeginTransaction> decode_begin_transaction(const base::JsonValue& body,
                                                        const Place& at, const Context& context);
base::Result<SetSavepoint> decode_set_savepoint(const base::JsonValue& body, const Place& at,
                                                const Context& context);
base::Result<RollbackToSavepoint> decode_rollback_to_savepoint(const base::JsonValue& body,
                                                               const Place& at,
                                                               const Context& context);

}  // namespace grape::engine
