#include "server/mfa/QrCode.h"

#include "server/mfa/PngImage.h"

#include <qrencode.h>

#include <memory>

namespace aegis {
namespace {

constexpr int quietZone = 4;      // modules, as the standard asks for
constexpr int pixelsOfModule = 6; // some 300 pixels in all: sharp on a screen, and read by every camera

struct CodeDeleter {
    void operator()(QRcode *code) const { QRcode_free(code); }
};

} // namespace

Result<Secret> qrCodeDataUri(const Secret &text)
{
    const QByteArrayView bytes = text.reveal();
    const std::unique_ptr<QRcode, CodeDeleter> code(
        QRcode_encodeData(static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char *>(bytes.data()), 0, QR_ECLEVEL_M));
    if (!code)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a QR code could not be made: the text is too long"));
    const int modules = code->width + 2 * quietZone;
    const QByteArray png = pngImage(modules * pixelsOfModule, [&](int x, int y) {
        const int column = x / pixelsOfModule - quietZone;
        const int row = y / pixelsOfModule - quietZone;
        const bool isInside = column >= 0 && row >= 0 && column < code->width && row < code->width;
        return isInside && (code->data[row * code->width + column] & 1) != 0;
    });
    return Secret("data:image/png;base64," + png.toBase64());
}

} // namespace aegis
