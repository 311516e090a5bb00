"""Requests that are refused: bad input of every kind, in both encodings.

Each names the status and what the message must say, and leaves the database as it was.
"""

from message_cases import (blob, body, case, dense, f32, number, point, query_fb, query_json,
                           text_id, texts, upsert_fb, upsert_json)

NAN, INF = "nan", "inf"


def blob_point(row=0):
    return {"id": number(1), "vectors": [{"vector_type": "DenseVector",
                                          "vector": {"blob": {"blob": 0, "row": row}}}]}


def bad(name, as_json, as_flatbuffers, status, says=(), blobs=()):
    case("refuses_" + name, as_json, as_flatbuffers, status, says, blobs)


GOOD = {"id": 1, "vector": [1, 2, 3]}
GOOD_FB = point(number(1), 1, 2, 3)
FROM_BLOB = upsert_json(GOOD, {"id": 2, "vector": {"blob": 0, "row": 0}})
FROM_BLOB_FB = upsert_fb(GOOD_FB, blob_point())

# --- vectors ---

bad("nan", FROM_BLOB, FROM_BLOB_FB, "INVALID", ["points[1]", "NaN"], [blob("f32", 3, 1, NAN, 3)])
bad("infinity", FROM_BLOB, FROM_BLOB_FB, "INVALID", ["points[1]", "infinity"],
    [blob("f32", 3, 1, 2, INF)])
bad("half_infinity", FROM_BLOB, FROM_BLOB_FB, "INVALID", "points[1]",
    [blob("f16", 3, 0x3C00, 0x7C00, 0)])
bad("a_zero_vector_with_cosine", upsert_json(GOOD, {"id": 2, "vector": [0, 0, 0]}),
    upsert_fb(GOOD_FB, point(number(2), 0, 0, 0)), "INVALID", ["points[1]", "cosine"])
bad("another_dimension_in_the_third_point",
    upsert_json(GOOD, {"id": 2, "vector": [4, 5, 6]}, {"id": 3, "vector": [1, 2]}),
    upsert_fb(GOOD_FB, point(number(2), 4, 5, 6), point(number(3), 1, 2)),
    "INVALID", ["points[2]", "3", "2"])
bad("an_empty_vector", upsert_json({"id": 1, "vector": []}), upsert_fb(point(number(1))),
    "INVALID", "vector")
bad("too_long_a_vector", upsert_json({"id": 1, "vector": [1] * 65537}),
    upsert_fb({"id": number(1), "vectors": [dense(*[1] * 65537)]}), "LIMIT", "65536")
bad("a_byte_out_of_range",
    {"upsert_points": {"collection_name": "named", "points": [
        {"id": 1, "vector": {"bytes": [1, 256]}}]}},
    body("UpsertPoints", {"collection": "named", "points": [
        {"id": number(1), "vectors": [{"name": "bytes", **dense(1, 256)}]}]}),
    "INVALID", ["bytes", "255"])
bad("a_vector_name_that_is_not_in_the_collection",
    {"upsert_points": {"collection_name": "named", "points": [
        {"id": 1, "vector": {"nose": [1, 2]}}]}},
    body("UpsertPoints", {"collection": "named", "points": [
        {"id": number(1), "vectors": [{"name": "nose", **dense(1, 2)}]}]}), "INVALID", "nose")
bad("a_vector_name_with_a_slash",
    {"upsert_points": {"collection_name": "named", "points": [
        {"id": 1, "vector": {"a/b": [1, 2]}}]}},
    body("UpsertPoints", {"collection": "named", "points": [
        {"id": number(1), "vectors": [{"name": "a/b", **dense(1, 2)}]}]}), "INVALID", "'/'")
bad("bytes_that_are_no_whole_floats", None,
    upsert_fb({"id": number(1), "vectors": [
        {"vector_type": "DenseVector", "vector": {"data": [1, 2, 3, 4, 5, 6, 7]}}]}),
    "INVALID", ["points[0].vector", "7 bytes"])
bad("text_in_a_vector", upsert_json({"id": 1, "vector": [1, "2", 3]}), None, "INVALID",
    ["points[0].vector", "a string"])
bad("a_number_over_the_range_of_floats", upsert_json({"id": 1, "vector": [1, 1e39, 3]}), None,
    "INVALID", "points[0].vector")

# --- blobs ---

bad("a_blob_that_was_not_passed", FROM_BLOB, FROM_BLOB_FB, "INVALID", ["blob 0"])
bad("a_row_that_the_blob_does_not_have",
    upsert_json({"id": 1, "vector": {"blob": 0, "row": 2}}), upsert_fb(blob_point(2)),
    "INVALID", ["row 2", "2"], [blob("f32", 3, 1, 2, 3, 4, 5, 6)])
bad("ids_as_a_vector", FROM_BLOB, FROM_BLOB_FB, "INVALID", "ids", [blob("u64", 3, 1, 2, 3)])
bad("a_blob_of_no_type", FROM_BLOB, FROM_BLOB_FB, "INVALID", ["blobs[0].type", "9"],
    [blob("f32", 3, 1, 2, 3, raw_type=9)])
bad("a_blob_of_no_dimension", FROM_BLOB, FROM_BLOB_FB, "INVALID", "blobs[0].dim",
    [blob("f32", 0, rows=1)])
bad("a_blob_of_too_many_dimensions", FROM_BLOB, FROM_BLOB_FB, "LIMIT",
    ["blobs[0].dim", "65536"], [blob("f32", 65537, rows=1)])
bad("a_stride_smaller_than_a_row", FROM_BLOB, FROM_BLOB_FB, "INVALID", "blobs[0].stride_bytes",
    [blob("f32", 3, 1, 2, 3, rows=1, stride=8)])
bad("a_stride_between_elements", FROM_BLOB, FROM_BLOB_FB, "INVALID", "blobs[0].stride_bytes",
    [blob("f32", 3, 1, 2, 3, rows=1, stride=13)])
bad("more_rows_than_memory", FROM_BLOB, FROM_BLOB_FB, "LIMIT", "blobs[0].rows",
    [blob("f32", 3, 1, 2, 3, rows=1 << 62)])
bad("rows_without_data", FROM_BLOB, FROM_BLOB_FB, "INVALID", "blobs[0].data",
    [blob("f32", 3, rows=1, null=True)])
bad("columns_of_different_lengths",
    {"upsert_points": {"collection_name": "words", "batch": {
        "ids": [1, 2, 3], "vectors": {"blob": 0}}}},
    body("UpsertPoints", {"collection": "words", "columns": {
        "ids": {"numbers": [1, 2, 3]}, "vectors": [{"blob": {"blob": 0}}]}}),
    "INVALID", ["2 rows for 3 ids"], [blob("f32", 3, 1, 2, 3, 4, 5, 6)])
bad("fewer_payloads_than_ids",
    {"upsert_points": {"collection_name": "words", "batch": {
        "ids": [1, 2, 3], "payloads": [{}, {}]}}},
    body("UpsertPoints", {"collection": "words", "columns": {
        "ids": {"numbers": [1, 2, 3]}, "payloads": texts("{}", "{}")}}),
    "INVALID", ["payloads", "2", "3 ids"])

# --- ids, versions, payloads ---

bad("a_string_id_over_its_limit", upsert_json({"id": "x" * 256, "vector": [1, 2, 3]}),
    upsert_fb(point(text_id("x" * 256), 1, 2, 3)), "LIMIT", ["points[0].id", "255"])
bad("an_empty_string_id", upsert_json({"id": "", "vector": [1, 2, 3]}),
    upsert_fb(point(text_id(""), 1, 2, 3)), "INVALID", "points[0].id")
bad("a_point_without_an_id", upsert_json({"vector": [1, 2, 3]}),
    upsert_fb({"vectors": [dense(1, 2, 3)]}), "INVALID", "id")
bad("an_id_of_no_kind", None, upsert_fb(point({"number": 4}, 1, 2, 3)), "INVALID", "points[0].id")
bad("a_negative_id", upsert_json({"id": -1, "vector": [1, 2, 3]}), None, "INVALID", "points[0].id")
bad("an_id_over_64_bits",
    '{"upsert_points": {"collection_name": "words", "points": [{"id": 18446744073709551616, '
    '"vector": [1, 2, 3]}]}}', None, "INVALID", "points[0].id")
bad("an_id_with_a_fraction", upsert_json({"id": 1.5, "vector": [1, 2, 3]}), None, "INVALID",
    "points[0].id")
bad("a_point_twice_with_a_condition",
    upsert_json({**GOOD, "id": 90, "if_version": 0}, {**GOOD, "id": 90}),
    upsert_fb({**GOOD_FB, "id": number(90), "if_version": 0}, {**GOOD_FB, "id": number(90)}),
    "INVALID", ["points[1]", "90"])
bad("a_version_that_the_point_does_not_have", upsert_json({**GOOD, "if_version": 4711}),
    upsert_fb({**GOOD_FB, "if_version": 4711}), "CONFLICT", ["if_version", "1"])
bad("a_new_point_where_one_must_be", upsert_json({**GOOD, "id": 91, "if_version": 7}),
    upsert_fb({**GOOD_FB, "id": number(91), "if_version": 7}), "CONFLICT", "91")
BIG = '{"text": "' + "x" * (4 << 20) + '"}'
bad("a_payload_over_its_limit",
    '{"upsert_points": {"collection_name": "words", "points": [{"id": 1, "vector": [1, 2, 3], '
    '"payload": ' + BIG + "}]}}", upsert_fb({**GOOD_FB, "payload": BIG}),
    "LIMIT", ["points[0].payload", str(4 << 20)])
bad("a_payload_that_is_no_object", upsert_json({**GOOD, "payload": [1]}),
    upsert_fb({**GOOD_FB, "payload": "[1]"}), "INVALID", "points[0].payload")
bad("a_payload_that_is_no_json", None, upsert_fb({**GOOD_FB, "payload": '{"a": }'}), "INVALID",
    ["points[0].payload", "JSON"])
DEEP = "[" * 70 + "]" * 70
bad("deep_json",
    '{"upsert_points": {"collection_name": "words", "points": [{"id": 1, "vector": [1, 2, 3], '
    '"payload": {"a": ' + DEEP + "}}]}}",
    upsert_fb({**GOOD_FB, "payload": '{"a": ' + DEEP + "}"}), "LIMIT", "64")
bad("very_deep_json", "[" * 1000000, None, "LIMIT", "64")
bad("a_path_that_is_none",
    {"delete_payload": {"collection_name": "words", "keys": ["a[", "b"], "points": [1]}},
    body("DeletePayload", {"collection": "words", "keys": texts("a[", "b"),
                           "selection": {"ids": {"numbers": [1]}}}), "INVALID", "keys")
bad("a_selection_without_ids",
    {"delete_points": {"collection_name": "words"}},
    body("DeletePoints", {"collection": "words"}), "INVALID", ["is"])
bad("ids_in_two_forms", None,
    body("DeletePoints", {"collection": "words", "selection": {"ids": {
        "numbers": [1], "ids": [number(1)]}}}), "INVALID", "exactly one")
bad("vectors_of_a_point_that_is_not_there",
    {"update_vectors": {"collection_name": "words", "points": [
        {"id": 1, "vector": [1, 1, 2]}, {"id": 4711, "vector": [1, 2, 3]}]}},
    body("UpdateVectors", {"collection": "words", "points": [
        point(number(1), 1, 1, 2), point(number(4711), 1, 2, 3)]}), "NOT_FOUND", "4711")
bad("a_batch_whose_second_operation_fails",
    {"batch_update": {"collection_name": "words", "operations": [
        {"delete": {"points": [1]}},
        {"upsert": {"points": [{"id": 5, "vector": [1, 2]}]}}]}},
    body("BatchUpdate", {"collection": "words", "operations": [
        {"change_type": "DeletePoints", "change": {"selection": {"ids": {"numbers": [1]}}}},
        {"change_type": "UpsertPoints", "change": {"points": [point(number(5), 1, 2)]}}]}),
    "INVALID", ["operations[1]"])

# --- searches ---

bad("a_query_of_another_dimension", query_json([1, 2]), query_fb(1, 2), "INVALID", ["query", "3"])
bad("a_query_with_nan", query_json({"blob": 0}),
    body("QueryPoints", {"collection": "words", "query_type": "DenseVector",
                         "query": {"blob": {"blob": 0}}}), "INVALID", "query",
    [blob("f32", 3, 1, NAN, 3)])
bad("a_zero_query_with_cosine", query_json([0, 0, 0]), query_fb(0, 0, 0), "INVALID", "query")
bad("a_huge_limit", query_json([1, 2, 3], limit=1000001), query_fb(1, 2, 3, limit=1000001),
    "LIMIT", ["limit", "1000000"])
bad("the_hugest_limit", query_json([1, 2, 3], limit=2**64 - 1),
    query_fb(1, 2, 3, limit=2**64 - 1), "LIMIT", "limit")
bad("a_limit_and_an_offset_that_overflow", query_json([1, 2, 3], limit=2, offset=2**64 - 1),
    query_fb(1, 2, 3, limit=2, offset=2**64 - 1), "LIMIT", "offset")
bad("a_limit_of_zero", query_json([1, 2, 3], limit=0), query_fb(1, 2, 3, limit=0), "INVALID",
    "limit")
bad("a_negative_limit", query_json([1, 2, 3], limit=-1), None, "INVALID", "limit")
bad("a_limit_over_64_bits", '{"query_points": {"collection_name": "words", "query": [1, 2, 3], '
    '"limit": 99999999999999999999}}', None, "INVALID", "limit")
bad("a_query_by_a_vector_that_no_point_has",
    {"query_points": {"collection_name": "named", "query": [1, 2], "using": "nose"}},
    body("QueryPoints", {"collection": "named", "query_type": "DenseVector",
                         "query": {"data": f32(1, 2)}, "using_vector": "nose"}),
    "INVALID", "nose")
bad("a_query_by_a_point_that_is_not_there", query_json(4711),
    body("QueryPoints", {"collection": "words", "query_type": "PointVector",
                         "query": {"id": number(4711)}}), "NOT_FOUND", "4711")
bad("a_selector_of_a_vector_that_is_not_there",
    {"get_points": {"collection_name": "named", "ids": [1], "with_vector": ["nose"]}},
    body("GetPoints", {"collection": "named", "ids": {"numbers": [1]},
                       "with_vectors": {"kind": "INCLUDE", "names": texts("nose")}}),
    "INVALID", "nose")
bad("a_batch_whose_second_query_fails",
    {"query_batch_points": {"collection_name": "words", "searches": [
        {"query": [1, 0, 0]}, {"query": [1, 0]}]}},
    body("QueryBatch", {"collection": "words", "searches": [
        {"query_type": "DenseVector", "query": {"data": f32(1, 0, 0)}},
        {"query_type": "DenseVector", "query": {"data": f32(1, 0)}}]}), "INVALID", "searches[1]")
bad("a_batch_that_wants_too_much_together",
    {"query_batch_points": {"collection_name": "words", "searches": [
        {"query": [1, 0, 0], "limit": 1000000}] * 11}},
    body("QueryBatch", {"collection": "words", "searches": [
        {"query_type": "DenseVector", "query": {"data": f32(1, 0, 0)}, "limit": 1000000}] * 11}),
    "LIMIT", ("searches", "10000000"))

# --- collections and aliases ---


def create_json(collection, **vectors):
    return {"create_collection": {"collection_name": collection,
                                  "vectors": vectors or {"size": 3, "distance": "Cosine"}}}


def create_fb(collection, **vector):
    return body("CreateCollection", {"collection": collection, "config": {
        "vectors": [vector or {"size": 3, "distance": "COSINE"}]}})


bad("a_collection_that_is_there", create_json("words"), create_fb("words"), "EXISTS", "words")
bad("another_size_for_an_existing_vector", create_json("words", size=4, distance="Cosine"),
    create_fb("words", size=4, distance="COSINE"), "EXISTS", "words")
bad("another_distance_for_an_existing_vector",
    {"update_collection": {"collection_name": "words", "vectors": {"": {"distance": "Dot"}}}},
    create_fb("words", size=3, distance="DOT"), ("INVALID", "EXISTS"))
bad("a_change_of_a_vector_that_is_not_there",
    {"update_collection": {"collection_name": "named", "vectors": {"nose": {"memory": "cold"}}}},
    body("UpdateCollection", {"collection": "named", "vectors": [
        {"name": "nose", "memory": "COLD"}]}), "INVALID", "nose")
bad("a_name_with_a_slash", create_json("a/b"), create_fb("a/b"), "INVALID",
    ["collection_name", "'/'"])
bad("a_name_with_a_zero_byte", create_json("a\0b"), create_fb("a\0b"), "INVALID",
    "collection_name")
bad("an_empty_name", create_json(""), create_fb(""), "INVALID", "collection_name")
bad("a_missing_name", {"count_points": {}}, body("CountPoints", {}), "INVALID", "collection_name")
bad("a_name_over_its_limit", create_json("n" * 256), create_fb("n" * 256), "LIMIT",
    ["collection_name", "255"])
bad("a_vector_name_over_its_limit",
    create_json("new", **{"v" * 201: {"size": 3, "distance": "Dot"}}),
    create_fb("new", name="v" * 201, size=3, distance="DOT"), "LIMIT", ["vectors", "200"])
bad("a_vector_without_a_size", create_json("new", size=0, distance="Dot"),
    create_fb("new", distance="DOT"), "INVALID", "size")
bad("a_vector_over_the_limit", create_json("new", size=65537, distance="Dot"),
    create_fb("new", size=65537, distance="DOT"), "LIMIT", ["size", "65536"])
bad("a_distance_that_is_none", create_json("new", size=3, distance="Hamming"),
    create_fb("new", size=3), "INVALID", "distance")
bad("a_distance_of_a_newer_schema", None, create_fb("new", size=3, distance=77), "UNSUPPORTED",
    ["distance", "77"])
bad("a_collection_without_vectors", {"create_collection": {"collection_name": "new"}},
    body("CreateCollection", {"collection": "new", "config": {}}), "INVALID", "vectors")
bad("too_many_vectors",
    {"create_collection": {"collection_name": "new", "vectors": {
        f"v{i}": {"size": 2, "distance": "Dot"} for i in range(65)}}},
    body("CreateCollection", {"collection": "new", "config": {"vectors": [
        {"name": f"v{i}", "size": 2, "distance": "DOT"} for i in range(65)]}}),
    "LIMIT", ["vectors", "64"])
bad("a_vector_name_twice", None,
    body("CreateCollection", {"collection": "new", "config": {"vectors": [
        {"name": "v", "size": 2, "distance": "DOT"}] * 2}}), "INVALID", "'v'")
bad("a_collection_that_is_not_there", {"count_points": {"collection_name": "nowhere"}},
    body("CountPoints", {"collection": "nowhere"}), "NOT_FOUND", "nowhere")
bad("an_alias_for_nothing",
    {"update_aliases": {"actions": [
        {"create_alias": {"collection_name": "words", "alias_name": "fine"}},
        {"create_alias": {"collection_name": "nowhere", "alias_name": "broken"}}]}},
    body("UpdateAliases", {"actions": [
        {"action_type": "CreateAlias", "action": {"collection": "words", "alias": "fine"}},
        {"action_type": "CreateAlias", "action": {"collection": "nowhere", "alias": "broken"}}]}),
    "NOT_FOUND", "nowhere")
bad("a_collection_with_the_name_of_an_alias", create_json("wordlist"), create_fb("wordlist"),
    "EXISTS", "wordlist")

# --- filters ---

bad("a_filter_without_a_check",
    {"count_points": {"collection_name": "words", "filter": {"must": [{"key": "a"}]}}},
    body("CountPoints", {"collection": "words", "filter": {
        "must": [{"body_type": "FieldCondition", "body": {"key": "a"}}]}}),
    "INVALID", "filter.must[0]")
bad("an_id_in_a_nested_filter",
    {"count_points": {"collection_name": "words", "filter": {"must": {"nested": {
        "key": "a", "filter": {"must": {"has_id": [1]}}}}}}},
    body("CountPoints", {"collection": "words", "filter": {"must": [{
        "body_type": "Nested", "body": {"key": "a", "filter": {"must": [{
            "body_type": "HasId", "body": {"ids": {"numbers": [1]}}}]}}}]}}),
    "INVALID", "nested filter")
bad("a_filter_beside_ids",
    {"delete_points": {"collection_name": "words", "points": [1], "filter": {}}},
    body("DeletePoints", {"collection": "words", "selection": {
        "ids": {"numbers": [1]}, "filter": {}}}), "INVALID", "not both")
bad("a_language_without_stop_words",
    {"create_field_index": {"collection_name": "words", "field_name": "a", "field_schema": {
        "type": "text", "stopwords": "klingon"}}},
    body("CreateFieldIndex", {"collection": "words", "field": "a", "schema": {
        "kind": "TEXT", "text": {"stopword_languages": [{"text": "klingon"}]}}}),
    "UNSUPPORTED", "klingon")

# --- what comes later ---

bad("a_sparse_query", query_json({"indices": [1], "values": [1.0]}),
    body("QueryPoints", {"collection": "words", "query_type": "SparseVector",
                         "query": {"indices": [1], "values": [1.0]}}), "UNSUPPORTED", "sparse")
bad("a_sparse_vector", upsert_json({"id": 1, "vector": {"s": {"indices": [1], "values": [1.0]}}}),
    upsert_fb({"id": number(1), "vectors": [
        {"name": "s", "vector_type": "SparseVector", "vector": {"indices": [1]}}]}),
    "UNSUPPORTED", "sparse")
bad("a_multi_vector", upsert_json({"id": 1, "vector": [[1, 2, 3], [4, 5, 6]]}),
    upsert_fb({"id": number(1), "vectors": [{"vector_type": "MultiVector", "vector": {}}]}),
    "UNSUPPORTED", "multi")
bad("a_prefetch", query_json([1, 2, 3], prefetch=[{"query": [1, 2, 3]}]), None, "UNSUPPORTED",
    "prefetch")

# --- transactions ---

INSIDE = {"transaction": 77}
INSIDE_FB = {"transaction": {"id": 77}}
bad("a_transaction_that_is_none", upsert_json(GOOD) | INSIDE, upsert_fb(GOOD_FB) | INSIDE_FB,
    "NOT_FOUND", ["transaction", "77"])
bad("a_commit_of_none", {"commit_transaction": {}} | INSIDE,
    body("CommitTransaction", {}, **INSIDE_FB), "NOT_FOUND", "77")
bad("a_transaction_that_was_committed", {"rollback_transaction": {}, "transaction": 1},
    body("RollbackTransaction", {}, transaction={"id": 1}), "NOT_FOUND", "committed")
bad("the_transaction_zero", upsert_json(GOOD) | {"transaction": 0},
    upsert_fb(GOOD_FB) | {"transaction": {"id": 0}}, "INVALID", "transaction")
bad("a_transaction_that_is_a_word", upsert_json(GOOD) | {"transaction": "one"}, None, "INVALID",
    "transaction")
bad("a_commit_without_its_transaction", {"commit_transaction": {}},
    body("CommitTransaction", {}), "INVALID", "transaction")
bad("a_transaction_inside_of_one", {"begin_transaction": {}} | INSIDE,
    body("BeginTransaction", {}, **INSIDE_FB), "INVALID", "transaction")
bad("durability_inside_of_a_transaction", upsert_json(GOOD) | INSIDE | {"durability": "full"},
    upsert_fb(GOOD_FB) | INSIDE_FB | {"write": {"durability": "FULL"}}, "INVALID", "durability")
bad("a_key_inside_of_a_transaction", upsert_json(GOOD) | INSIDE | {"idempotency_key": "a"},
    upsert_fb(GOOD_FB) | INSIDE_FB | {"write": {"idempotency_key": "a"}}, "INVALID",
    "idempotency_key")
bad("a_timeout_of_zero", {"begin_transaction": {"timeout_ms": 0}},
    body("BeginTransaction", {"timeout_ms": 0}), "INVALID", "timeout_ms")
bad("a_timeout_over_its_limit", {"begin_transaction": {"timeout_ms": 3600001}},
    body("BeginTransaction", {"timeout_ms": 3600001}), "LIMIT", ["timeout_ms", "3600000"])
bad("a_savepoint_without_a_name", {"set_savepoint": {}} | INSIDE,
    body("SetSavepoint", {}, **INSIDE_FB), "INVALID", "name")
bad("a_savepoint_with_a_long_name", {"rollback_to_savepoint": {"name": "a" * 256}} | INSIDE,
    body("RollbackToSavepoint", {"name": "a" * 256}, **INSIDE_FB), "LIMIT", ["name", "255"])
bad("a_member_of_a_commit", {"commit_transaction": {"force": True}} | INSIDE, None, "INVALID",
    "force")

# --- envelopes ---

bad("no_json", "{\"flush\"", None, "INVALID", "byte")
bad("no_utf8", b'{"count_points": {"collection_name": "\xff"}}', None, "INVALID")
bad("an_empty_message", "", b"", "INVALID")
bad("json_that_is_no_object", "[1, 2]", None, "INVALID")
bad("json_behind_the_end", '{"flush": {}} {"flush": {}}', None, "INVALID", "byte")
bad("a_number_that_json_does_not_have",
    '{"query_points": {"collection_name": "words", "query": [NaN, 1, 2]}}', None, "INVALID")
bad("an_operation_that_is_none", {"drop_everything": {}}, None, "INVALID", "drop_everything")
bad("two_operations", {"flush": {}, "optimize": {}}, None, "INVALID", "one operation")
bad("no_operation", {}, {}, "INVALID")
bad("a_member_that_is_none", query_json([1, 2, 3], limti=3), None, "INVALID", "limti")
bad("durability_of_a_read", {"count_points": {"collection_name": "words"}, "durability": "full"},
    body("CountPoints", {"collection": "words"}, write={"durability": "FULL"}), "INVALID",
    "durability")
bad("durability_of_a_newer_schema", None,
    upsert_fb(GOOD_FB) | {"write": {"durability": 9}}, "UNSUPPORTED", "durability")
bad("a_delay_over_its_limit", {**upsert_json(GOOD), "durability": {"group": 10001}},
    upsert_fb(GOOD_FB) | {"write": {"durability": "GROUP", "group_delay_ms": 10001}}, "LIMIT",
    "10000")
bad("a_key_over_its_limit", {**upsert_json(GOOD), "idempotency_key": "k" * 65},
    upsert_fb(GOOD_FB) | {"write": {"idempotency_key": "k" * 65}}, "LIMIT",
    ["idempotency_key", "64"])
bad("bytes_that_are_no_flatbuffers", None, bytes(range(64)), "INVALID", "GRQ1")
bad("a_root_that_lies_outside", None, b"\xff\xff\xff\x7fGRQ1" + bytes(24), "INVALID", "malformed")
bad("a_message_of_the_other_encoding", None, b'{"flush": {}}            ', "INVALID", "GRQ1")
# A root table whose body is an empty table of kind 200, by hand: flatc knows no such kind.
NEWER = (b"\x10\0\0\0GRQ1" + b"\x08\0\x0c\0\x08\0\x04\0" + b"\x08\0\0\0" + b"\x08\0\0\0" +
         b"\xc8\0\0\0" + b"\xfc\xff\xff\xff" + b"\x04\0\x04\0")
bad("a_request_of_a_newer_schema", None, NEWER, "UNSUPPORTED", "200")
