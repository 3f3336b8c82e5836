package consul.launcher.aws;

import static consul.launcher.aws.Ec2ApiFixture.POLICY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import mockwebserver3.RecordedRequest;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/// Computes the signature anew, as the service does, from nothing but what came over the wire.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
final class Ec2ApiSignatureTest {

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8}/eu-central-1/ec2/aws4_request), *SignedHeaders=([^,]+),"
                    + " *Signature=([0-9a-f]{64})");

    private final Ec2ApiFixture ec2 = new Ec2ApiFixture();

    @AfterEach
    void close() {
        ec2.close();
    }

    private RecordedRequest requestBy(AwsCredentials credentials) {
        ec2.answers(Ec2ApiFixture.page(""));
        try (Ec2Api api = ec2.api(POLICY, credentials)) {
            api.byTag("Name", "a b*ü", Set.of());
        }
        return ec2.request();
    }

    private static Matcher authorization(RecordedRequest request) {
        Matcher matcher =
                AUTHORIZATION.matcher(String.valueOf(request.getHeaders().get("Authorization")));
        assertTrue(matcher.matches(), String.valueOf(request.getHeaders()));
        return matcher;
    }

    @Test
    void signsWhatItSends() throws GeneralSecurityException {
        RecordedRequest request = requestBy(AwsBasicCredentials.create("AKIDEXAMPLE", SECRET));

        Matcher authorization = authorization(request);
        assertEquals("AKIDEXAMPLE", authorization.group(1));
        assertEquals("20261122/eu-central-1/ec2/aws4_request", authorization.group(2));
        assertEquals("20261122T211928Z", request.getHeaders().get("X-Amz-Date"));
        assertEquals(signature(request, authorization), authorization.group(4));
        assertNull(request.getHeaders().get("X-Amz-Security-Token"));
    }

    @Test
    void sendsAndSignsTheSessionToken() throws GeneralSecurityException {
        RecordedRequest request = requestBy(AwsSessionCredentials.create("ASIAEXAMPLE", SECRET, "token/+="));

        Matcher authorization = authorization(request);
        assertEquals("token/+=", request.getHeaders().get("X-Amz-Security-Token"));
        assertTrue(List.of(authorization.group(3).split(";")).contains("x-amz-security-token"));
        assertEquals(signature(request, authorization), authorization.group(4));
    }

    @Test
    void signsTheHost() {
        Matcher authorization = authorization(requestBy(AwsBasicCredentials.create("AKIDEXAMPLE", SECRET)));

        assertTrue(List.of(authorization.group(3).split(";")).contains("host"));
    }

    private static String signature(RecordedRequest request, Matcher authorization) throws GeneralSecurityException {
        StringBuilder canonical = new StringBuilder(request.getMethod()).append("\n/\n\n");
        for (String name : authorization.group(3).split(";")) {
            canonical
                    .append(name)
                    .append(':')
                    .append(String.join(",", request.getHeaders().values(name)).strip())
                    .append('\n');
        }
        ByteString body = request.getBody();
        byte[] sent = body == null ? new byte[0] : body.toByteArray();
        canonical.append('\n').append(authorization.group(3)).append('\n').append(hash(sent));

        String scope = authorization.group(2);
        String text = "AWS4-HMAC-SHA256\n" + request.getHeaders().get("X-Amz-Date") + "\n" + scope + "\n"
                + hash(canonical.toString().getBytes(StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, text));
    }

    private static String hash(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
