package consul.launcher.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys that openssl made for these tests; nothing is protected by them.
class PemTest {

    private static final String SEC1 = """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIJ7ZIBJ2iuFelFICSrI0vyBMZgo2Dhk1cWb2rkWdeEkooAoGCCqGSM49
            AwEHoUQDQgAE53HZ7+a4IKKp4K+oidIXZauPu44otHGPvXKo+yOp/8A9NS51NBNK
            TuiclkJR5U8/IILQBTkrI6+mSQmMWz/s1Q==
            -----END EC PRIVATE KEY-----
            """;

    private static final String SEC1_AS_PKCS8 = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgntkgEnaK4V6UUgJK
            sjS/IExmCjYOGTVxZvauRZ14SSihRANCAATncdnv5rggoqngr6iJ0hdlq4+7jii0
            cY+9cqj7I6n/wD01LnU0E0pO6JyWQlHlTz8ggtAFOSsjr6ZJCYxbP+zV
            -----END PRIVATE KEY-----
            """;

    private static final String PKCS1 = """
            -----BEGIN RSA PRIVATE KEY-----
            MIICXQIBAAKBgQCoIXNndkaY5RZrWzx3YT2VoVJJ85L+DE8lwc2VzW7mD+9b7XD5
            Hk34YBZFR89mOPdDtO926O8o9UrUmRlTMhonvZg3Z8HRcgXNnL+P47viJLw04iDc
            pRIZZeEzRS9IwuczrF0sy44o8jUD6GQBFMK8gHqmm6U1r6qrhVgKDFnaSQIDAQAB
            AoGBAJKlKo1RYl41Yoqc926AyEBchvOtmcYwYlBia7h/iHzt5S5fOaxvvD4pQQOI
            kONuSG0rwboLjZ5B5NTt/GLOTnR1P49AD9rGAx41hZfxGtrKTj/j9H3qN+kPyckv
            AAyUmt3NydWYcOYxiBX7s25AD1Kk1zW4QMZF7WH5sCz3kHYBAkEA0hf6+3V4bgSW
            8tldtSWiPMIUQZMtLMdkTw0xrId/xcTn0uRCcwwg5yxDOl9RRqFLnGOVasvr5BLa
            e0iVXclR6QJBAMzeLwsAmoTOj4qGEmiLSWeC2KFAGbk9ZDxWFZpMSEPMV9S+oWhc
            D1K+IAcpNq6WA199yJQuAE8VVNiAKKWnqWECQHWfDVnIy5K0qRnvDeKD3k+rzJFl
            543BV+xWE7Bm7+b2NV/BgV5NtQIXqs+8W5FybhVxP07aOgencoBBA7bNJjkCQQCV
            51WgxVZLKyHZCHVbzd9uQE3m35Jy+rrnc03nUz3lbhYuczaDuCj2MGwbEUsTwGzD
            aLRlyKstMrycllonrGDBAkAUc9BQqDy3NvkJt7tR1rxyLESDYXzfewGUzk687fro
            XWuDSo5FGqxNj+5cYKzIlfEBitL/eivdIXLnmQjhbE6a
            -----END RSA PRIVATE KEY-----
            """;

    private static final String PKCS1_AS_PKCS8 = """
            -----BEGIN PRIVATE KEY-----
            MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKghc2d2RpjlFmtb
            PHdhPZWhUknzkv4MTyXBzZXNbuYP71vtcPkeTfhgFkVHz2Y490O073bo7yj1StSZ
            GVMyGie9mDdnwdFyBc2cv4/ju+IkvDTiINylEhll4TNFL0jC5zOsXSzLjijyNQPo
            ZAEUwryAeqabpTWvqquFWAoMWdpJAgMBAAECgYEAkqUqjVFiXjViipz3boDIQFyG
            862ZxjBiUGJruH+IfO3lLl85rG+8PilBA4iQ425IbSvBuguNnkHk1O38Ys5OdHU/
            j0AP2sYDHjWFl/Ea2spOP+P0feo36Q/JyS8ADJSa3c3J1Zhw5jGIFfuzbkAPUqTX
            NbhAxkXtYfmwLPeQdgECQQDSF/r7dXhuBJby2V21JaI8whRBky0sx2RPDTGsh3/F
            xOfS5EJzDCDnLEM6X1FGoUucY5Vqy+vkEtp7SJVdyVHpAkEAzN4vCwCahM6PioYS
            aItJZ4LYoUAZuT1kPFYVmkxIQ8xX1L6haFwPUr4gByk2rpYDX33IlC4ATxVU2IAo
            paepYQJAdZ8NWcjLkrSpGe8N4oPeT6vMkWXnjcFX7FYTsGbv5vY1X8GBXk21Aheq
            z7xbkXJuFXE/Tto6B6dygEEDts0mOQJBAJXnVaDFVksrIdkIdVvN325ATebfknL6
            uudzTedTPeVuFi5zNoO4KPYwbBsRSxPAbMNotGXIqy0yvJyWWiesYMECQBRz0FCo
            PLc2+Qm3u1HWvHIsRINhfN97AZTOTrzt+uhda4NKjkUarE2P7lxgrMiV8QGK0v96
            K90hcueZCOFsTpo=
            -----END PRIVATE KEY-----
            """;

    @TempDir
    private Path directory;

    @Test
    void readsAnEllipticKeyAsConsulWritesIt() throws Exception {
        assertSame(SEC1_AS_PKCS8, SEC1, "EC");
    }

    @Test
    void readsAnRsaKeyInItsOldForm() throws Exception {
        assertSame(PKCS1_AS_PKCS8, PKCS1, "RSA");
    }

    @Test
    void readsTheKeyBehindTheParametersThatOpensslWrites() throws Exception {
        String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        assertSame(SEC1, parameters + SEC1, "EC");
    }

    private void assertSame(String expected, String text, String algorithm) throws Exception {
        PrivateKey key = read(text);
        assertEquals(algorithm, key.getAlgorithm());
        // Not by their encodings: a key may repeat its curve and its public half, or not.
        assertEquals(secret(read(expected)), secret(key));
    }

    private static BigInteger secret(PrivateKey key) {
        return key instanceof ECPrivateKey elliptic ? elliptic.getS() : ((RSAPrivateKey) key).getPrivateExponent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIP/\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            })
    void saysWhichFileHoldsNoKey(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.pem"), text);

        TlsException error = assertThrows(TlsException.class, () -> Pem.privateKey(file));

        assertTrue(String.valueOf(error.getMessage()).contains("bad.pem"), error::getMessage);
    }

    /// Every way in which a file can end too early is an error and no crash.
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void survivesKeysThatAreCutOff(boolean elliptic) throws IOException {
        String text = elliptic ? SEC1 : PKCS1;
        int body = text.indexOf('\n') + 1;
        for (int length = body; length < text.length() - 60; length += 29) {
            Path file = Files.writeString(directory.resolve("cut.pem"), text.substring(0, length));
            assertThrows(TlsException.class, () -> Pem.privateKey(file));
        }
    }

    private PrivateKey read(String text) throws Exception {
        return Pem.privateKey(Files.writeString(directory.resolve("key.pem"), text));
    }
}
