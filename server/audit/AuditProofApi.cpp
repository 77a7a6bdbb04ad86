#include "server/audit/AuditProofApi.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

JsonText textOf(const QJsonObject &object)
{
    return {QJsonDocument(object).toJson(QJsonDocument::Compact)};
}

QStringList textsOf(const merkle::Proof &path)
{
    QStringList texts;
    for (const Sha256 &hash : path)
        texts.append(QString::fromLatin1(hexOf(hash)));
    return texts;
}

Task<Result<AuditHeadResponse>> head(const AuditProofService &proofs, const RequestContext &context)
{
    Task<Result<Seal>> task = proofs.head(context);
    CO_TRY(const Seal seal, co_await task);
    co_return AuditHeadResponse{.seal = textOf(seal.toJson())};
}

Task<Result<InclusionProofResponse>> inclusion(const AuditProofService &proofs, const RequestContext &context, InclusionProofRequest request)
{
    Task<Result<InclusionProof>> task = proofs.inclusionProof(context, request.id, request.head.value_or(0));
    CO_TRY(const InclusionProof proof, co_await task);
    InclusionProofResponse response{.event = proof.event,
                                    .position = static_cast<qint64>(proof.position),
                                    .digest = QString::fromLatin1(hexOf(proof.digest)),
                                    .path = textsOf(proof.path),
                                    .seal = textOf(proof.head.toJson())};
    co_return response;
}

Task<Result<ConsistencyProofResponse>> consistency(const AuditProofService &proofs, const RequestContext &context, ConsistencyProofRequest request)
{
    Task<Result<ConsistencyProof>> task = proofs.consistencyProof(context, request.from, request.to.value_or(0));
    CO_TRY(const ConsistencyProof proof, co_await task);
    ConsistencyProofResponse response{.from = textOf(proof.from.toJson()), .to = textOf(proof.to.toJson()), .path = textsOf(proof.path)};
    co_return response;
}

Task<Result<AuditKeysResponse>> keys(const AuditProofService &proofs, const RequestContext &context)
{
    Task<Result<std::vector<SealKey>>> task = proofs.keys(context);
    CO_TRY(const std::vector<SealKey> all, co_await task);
    AuditKeysResponse response;
    for (const SealKey &key : all)
        response.keys.push_back(textOf(key.toJson()));
    co_return response;
}

} // namespace

void bindAuditProofs(http::Api &api, const AuditProofService &proofs)
{
    api.on<endpoints::AuditHead>([&proofs](const RequestContext &context, NoRequest) { return head(proofs, context); });
    api.on<endpoints::AuditInclusion>(
        [&proofs](const RequestContext &context, InclusionProofRequest request) { return inclusion(proofs, context, std::move(request)); });
    api.on<endpoints::AuditConsistency>(
        [&proofs](const RequestContext &context, ConsistencyProofRequest request) { return consistency(proofs, context, std::move(request)); });
    api.on<endpoints::AuditKeyList>([&proofs](const RequestContext &context, NoRequest) { return keys(proofs, context); });
}

} // namespace aegis
