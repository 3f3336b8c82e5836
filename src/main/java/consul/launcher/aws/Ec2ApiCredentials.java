package consul.launcher.aws;

import consul.launcher.config.Environment;
import consul.launcher.config.MetadataSettings;
import consul.launcher.config.Truth;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/// Who signs. The environment decides for one source, and only that one is asked: a task whose role can't be
/// had must not go on as its instance.
///
/// The SDK's providers keep what they got, get it anew before it expires, and read their own variables
/// (`AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, `AWS_EC2_METADATA_V1_DISABLED`, …) from the process, not from the
/// value.
///
/// @param source for people
record Ec2ApiCredentials(String source, AwsCredentialsProvider provider) {

    private static final String KEY = "AWS_ACCESS_KEY_ID";
    private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    static Ec2ApiCredentials from(Environment environment) {
        String key = environment.get(KEY).orElse("");
        String secret = environment.get(SECRET).orElse("");
        if (!key.isEmpty() && !secret.isEmpty()) {
            AwsCredentials given = environment
                    .get("AWS_SESSION_TOKEN")
                    .<AwsCredentials>map(token -> AwsSessionCredentials.create(key, secret, token))
                    .orElseGet(() -> AwsBasicCredentials.create(key, secret));
            return new Ec2ApiCredentials("the variable " + KEY, StaticCredentialsProvider.create(given));
        }
        if (environment.get(RELATIVE).isPresent() || environment.get(FULL).isPresent()) {
            return new Ec2ApiCredentials(
                    "the task role (" + (environment.get(RELATIVE).isPresent() ? RELATIVE : FULL) + ")",
                    ContainerCredentialsProvider.builder().build());
        }
        if (Truth.ofAws(environment.get(MetadataSettings.DISABLED).orElse("")).orElse(false)) {
            return new Ec2ApiCredentials("anywhere", () -> {
                throw new IllegalStateException("neither " + KEY + " and " + SECRET + " nor " + RELATIVE
                        + " is set, and " + MetadataSettings.DISABLED + " is true");
            });
        }
        InstanceProfileCredentialsProvider.Builder profile = InstanceProfileCredentialsProvider.builder();
        environment.get(MetadataSettings.ENDPOINT).ifPresent(profile::endpoint);
        return new Ec2ApiCredentials("the instance profile (EC2 metadata)", profile.build());
    }
}
