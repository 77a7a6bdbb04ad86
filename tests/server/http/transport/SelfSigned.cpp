#include "tests/server/http/transport/SelfSigned.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

namespace aegis::test {
namespace {

template <class Write> QByteArray toPem(Write write)
{
    BIO *bio = BIO_new(BIO_s_mem());
    write(bio);
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    QByteArray pem(data, size);
    BIO_free(bio);
    return pem;
}

EVP_PKEY *makeKey(KeyKind kind)
{
    switch (kind) {
    case KeyKind::P256:
        return EVP_EC_gen("P-256");
    case KeyKind::Rsa2048:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t(2048));
    case KeyKind::Ed25519:
        break;
    }
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

} // namespace

SelfSigned makeSelfSigned(const char *name, KeyKind kind, std::chrono::seconds validFor)
{
    EVP_PKEY *key = makeKey(kind);
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), std::min<long>(-60, validFor.count() - 60));
    X509_gmtime_adj(X509_getm_notAfter(certificate), validFor.count());
    X509_set_pubkey(certificate, key);
    X509_NAME *subject = X509_get_subject_name(certificate);
    const QByteArray text(name);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>(text.constData()), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, kind == KeyKind::Ed25519 ? nullptr : EVP_sha256());

    SelfSigned made;
    made.certificate = toPem([&](BIO *bio) { PEM_write_bio_X509(bio, certificate); });
    made.key = toPem([&](BIO *bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
}

} // namespace aegis::test
