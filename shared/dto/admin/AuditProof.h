#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/json/JsonText.h"

#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis {

inline constexpr std::string_view exampleSeal =
    R"({"sequence":42,"era":1,"size":100000,"root":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","keyId":"3yMApqCuCjXDWPrbjfR5mjCPTHqFG8Pux1TxQrEM35w"})";

/// The last signed head of the audit trail.
struct AuditHeadResponse {
    JsonText seal;
};

template <> struct Fields<AuditHeadResponse> {
    static constexpr std::string_view name = "AuditHeadResponse";
    static constexpr std::tuple list{
        field("seal", &AuditHeadResponse::seal,
              {.description = "As docs/audit.md has it. Keep it elsewhere: a trail that does not hold it any more was rewritten.",
               .example = exampleSeal}),
    };
};

/// Asks that an event is in the tree of a head.
struct InclusionProofRequest {
    EventId id;
    std::optional<qint64> head;
};

template <> struct Fields<InclusionProofRequest> {
    static constexpr std::string_view name = "InclusionProofRequest";
    static constexpr std::tuple list{
        field("id", &InclusionProofRequest::id, {.in = In::Path, .description = "Of the event.", .example = "0193a0f0-7c00-7abc-8def-00000000e0e0"}),
        field("head", &InclusionProofRequest::head,
              {.in = In::Query, .description = "`sequence` of the head; absent: the last one.", .example = "42"}),
    };
};

/// That it is (RFC 9162, 2.1.3).
struct InclusionProofResponse {
    EventId event;
    qint64 position = 0;
    QString digest;
    QStringList path;
    JsonText seal;
};

template <> struct Fields<InclusionProofResponse> {
    static constexpr std::string_view name = "InclusionProofResponse";
    static constexpr std::tuple list{
        field("event", &InclusionProofResponse::event, {.description = "The event.", .example = "0193a0f0-7c00-7abc-8def-00000000e0e0"}),
        field("position", &InclusionProofResponse::position, {.description = "Its place in the tree, from 0.", .example = "4711"}),
        field("digest", &InclusionProofResponse::digest,
              {.description = "SHA-256 of its canonical bytes; the leaf is SHA-256(0x00 || digest).",
               .example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}),
        field("path", &InclusionProofResponse::path,
              {.description = "Hashes from the leaf to the root.", .example = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}),
        field("seal", &InclusionProofResponse::seal, {.description = "The head whose root it leads to.", .example = exampleSeal}),
    };
};

/// Asks that the tree of one head begins with that of another.
struct ConsistencyProofRequest {
    qint64 from = 0;
    std::optional<qint64> to;
};

template <> struct Fields<ConsistencyProofRequest> {
    static constexpr std::string_view name = "ConsistencyProofRequest";
    static constexpr std::tuple list{
        field("from", &ConsistencyProofRequest::from, {.in = In::Query, .description = "`sequence` of the older head.", .example = "41"}),
        field("to", &ConsistencyProofRequest::to,
              {.in = In::Query, .description = "`sequence` of the newer head; absent: the last one.", .example = "42"}),
    };
};

/// That it does (RFC 9162, 2.1.4).
struct ConsistencyProofResponse {
    JsonText from;
    JsonText to;
    QStringList path;
};

template <> struct Fields<ConsistencyProofResponse> {
    static constexpr std::string_view name = "ConsistencyProofResponse";
    static constexpr std::tuple list{
        field("from", &ConsistencyProofResponse::from, {.description = "The older head.", .example = exampleSeal}),
        field("to", &ConsistencyProofResponse::to, {.description = "The newer one.", .example = exampleSeal}),
        field("path", &ConsistencyProofResponse::path,
              {.description = "Hashes.", .example = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}),
    };
};

/// The public keys that sign the audit trail.
struct AuditKeysResponse {
    std::vector<JsonText> keys;
};

template <> struct Fields<AuditKeysResponse> {
    static constexpr std::string_view name = "AuditKeysResponse";
    static constexpr std::tuple list{
        field("keys", &AuditKeysResponse::keys,
              {.description = "In their order, each signed by the one before.",
               .example = R"({"keyId":"3yMApqCuCjXDWPrbjfR5mjCPTHqFG8Pux1TxQrEM35w"})"}),
    };
};

} // namespace aegis
