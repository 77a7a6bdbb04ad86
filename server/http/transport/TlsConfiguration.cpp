#include "server/http/transport/TlsConfiguration.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace aegis::http {
namespace {

/// Who renews by itself (ACME) does so a month before the end.
constexpr std::chrono::hours warnedBefore{14 * 24};

struct Free {
    void operator()(BIO *bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(X509 *certificate) const { X509_free(certificate); }
};

Problem problem(const QString &text)
{
    return Problem(ProblemCode::Internal).withInternal(text);
}

Result<QByteArray> readFile(const QString &name)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return problem(QStringLiteral("%1 cannot be read: %2").arg(name, file.errorString()));
    return file.readAll();
}

std::unique_ptr<BIO, Free> reader(const QByteArray &pem)
{
    return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())));
}

/// There is nobody to ask: an encrypted key is a mistake, not a question on the terminal.
int noPassphrase(char *, int, int, void *)
{
    return -1;
}

Result<QSslKey> readKey(const QByteArray &pem, const QByteArray &chainPem, const QString &keyFile, const QString &certificateFile)
{
    const std::unique_ptr<EVP_PKEY, Free> key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, noPassphrase, nullptr));
    if (!key)
        return problem(QStringLiteral("%1 holds no private key in PEM form without a passphrase").arg(keyFile));
    const std::unique_ptr<X509, Free> certificate(PEM_read_bio_X509(reader(chainPem).get(), nullptr, noPassphrase, nullptr));
    if (!certificate || X509_check_private_key(certificate.get(), key.get()) != 1)
        return problem(QStringLiteral("the key in %1 does not belong to the first certificate in %2").arg(keyFile, certificateFile));

    const int type = EVP_PKEY_get_base_id(key.get());
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
        return problem(QStringLiteral("the key in %1 is neither RSA nor EC").arg(keyFile));
    QSslKey result(pem, type == EVP_PKEY_RSA ? QSsl::Rsa : QSsl::Ec);
    if (result.isNull())
        return problem(QStringLiteral("the key in %1 is of a form that Qt does not read").arg(keyFile));
    return result;
}

} // namespace

Result<TlsConfiguration> TlsConfiguration::load(const QString &certificateFile, const QString &keyFile)
{
    if (!QSslSocket::supportsSsl())
        return problem(QStringLiteral("Qt has no TLS here: the OpenSSL plugin is missing"));
    TRY(const QByteArray chainPem, readFile(certificateFile));
    TRY(const QByteArray keyPem, readFile(keyFile));
    const QList<QSslCertificate> chain = QSslCertificate::fromData(chainPem);
    if (chain.isEmpty())
        return problem(QStringLiteral("%1 holds no certificate in PEM form").arg(certificateFile));
    TRY(const QSslKey key, readKey(keyPem, chainPem, keyFile, certificateFile));

    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    configuration.setAllowedNextProtocols({QByteArrayLiteral("http/1.1")});
    return TlsConfiguration(std::move(configuration));
}

QString TlsConfiguration::subject() const
{
    const QSslCertificate certificate = m_configuration.localCertificate();
    const QStringList names = certificate.subjectAlternativeNames().values(QSsl::DnsEntry);
    return names.isEmpty() ? certificate.subjectDisplayName() : names.join(QStringLiteral(", "));
}

Instant TlsConfiguration::notAfter() const
{
    return fromUnixSeconds(m_configuration.localCertificate().expiryDate().toSecsSinceEpoch());
}

QString TlsConfiguration::warningAt(Instant now) const
{
    const Instant begins = fromUnixSeconds(m_configuration.localCertificate().effectiveDate().toSecsSinceEpoch());
    const auto sentence = [this](const char *what, Instant when) {
        return QStringLiteral("The TLS certificate of %1 %2 %3").arg(subject(), QLatin1String(what), QString::fromLatin1(toRfc3339(when)));
    };
    if (now >= notAfter())
        return sentence("expired at", notAfter()) + QStringLiteral(": clients refuse it. Renew it and send SIGHUP.");
    if (now < begins)
        return sentence("is not good before", begins) + QStringLiteral(": clients refuse it until then.");
    if (now + warnedBefore > notAfter())
        return sentence("expires at", notAfter()) + QStringLiteral(", in less than 14 days: renew it and send SIGHUP.");
    return {};
}

} // namespace aegis::http
