package consul.launcher.consul;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// Private keys in PEM files, in the three forms that people have: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`)
/// and SEC 1 (`EC PRIVATE KEY`, what `consul tls cert create` writes). The JDK reads the first only, so the other two
/// are put into its envelope (RFC 5208, section 5).
final class Pem {

    /// AlgorithmIdentifier of rsaEncryption with its NULL parameter (RFC 8017, appendix A.1).
    private static final String RSA = "300d06092a864886f70d0101010500";

    /// Object identifier of id-ecPublicKey (RFC 5480, section 2.1.1).
    private static final String EC = "06072a8648ce3d0201";

    private static final String VERSION_0 = "020100";

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /// The tag `[0]` of an ECPrivateKey's parameters (RFC 5915, section 3).
    private static final int EC_PARAMETERS = 0xa0;

    private Pem() {}

    static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    static PrivateKey privateKey(Path file) throws TlsException {
        try {
            String text = text(file);
            for (String kind : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")) {
                String begin = "-----BEGIN " + kind + "-----";
                int start = text.indexOf(begin);
                if (start >= 0) {
                    int end = text.indexOf("-----END " + kind + "-----", start);
                    String body = text.substring(start + begin.length(), end < 0 ? text.length() : end);
                    return key(kind, Base64.getMimeDecoder().decode(body));
                }
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new TlsException("can't read a private key from " + file, e);
        }
        throw new TlsException(file + " holds no private key without a password");
    }

    private static PrivateKey key(String kind, byte[] der) throws GeneralSecurityException {
        return switch (kind) {
            case "RSA PRIVATE KEY" -> KeyFactory.getInstance("RSA").generatePrivate(envelope(bytes(RSA), der));
            case "EC PRIVATE KEY" ->
                KeyFactory.getInstance("EC").generatePrivate(envelope(element(SEQUENCE, bytes(EC), curve(der)), der));
            default -> any(new PKCS8EncodedKeySpec(der));
        };
    }

    private static PrivateKey any(PKCS8EncodedKeySpec key) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("no algorithm");
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(key);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }

    private static PKCS8EncodedKeySpec envelope(byte[] algorithm, byte[] key) {
        return new PKCS8EncodedKeySpec(element(SEQUENCE, bytes(VERSION_0), algorithm, element(OCTET_STRING, key)));
    }

    /// The curve's object identifier, out of the key's own parameters.
    private static byte[] curve(byte[] key) throws GeneralSecurityException {
        int at = contentStart(key, 0);
        while (at < key.length) {
            int content = contentStart(key, at);
            int end = content + length(key, at);
            if (end > key.length) {
                break;
            }
            if ((key[at] & 0xff) == EC_PARAMETERS) {
                return java.util.Arrays.copyOfRange(key, content, end);
            }
            at = end;
        }
        throw new GeneralSecurityException("the key doesn't name its curve");
    }

    private static int contentStart(byte[] der, int at) throws GeneralSecurityException {
        require(at + 1 < der.length);
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) throws GeneralSecurityException {
        require(at + 1 < der.length);
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        require(first <= 0x82 && at + 1 + (first & 0x7f) < der.length);
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static void require(boolean condition) throws GeneralSecurityException {
        if (!condition) {
            throw new GeneralSecurityException("the key is cut off or malformed");
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] element(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            content.writeBytes(each);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
