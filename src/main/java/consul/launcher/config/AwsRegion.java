package consul.launcher.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// The AWS region by `AWS_REGION`, else `AWS_DEFAULT_REGION`, and what a region's name looks like. Without regular
/// expressions, because this runs before Consul does.
public final class AwsRegion {

    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String DIGITS = "0123456789";

    /// Longer than any name in AWS.
    private static final int LONGEST = 255;

    private AwsRegion() {}

    /// Reads the variables; what is wrong goes to `problems`, and counts as unset. Where the EC2 API has an endpoint of
    /// the user's own, as in a stand-in for AWS, its regions may have any name.
    static Optional<Sourced<String>> from(Environment environment, Consumer<Problem> problems) {
        for (String name : List.of("AWS_REGION", "AWS_DEFAULT_REGION")) {
            String value = environment.get(name).orElse("").strip();
            if (value.isEmpty()) {
                continue;
            }
            if (isOne(value) || (isPrivate(value) && Ec2ApiSettings.hasOwnEndpoint(environment))) {
                return Optional.of(new Sourced<>(value, Origin.variable(name)));
            }
            problems.accept(problem(name, value));
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Problem problem(String name, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (isZone(value)) {
            return new Problem(
                    name + " is '" + value + "', an availability zone",
                    "set it to the zone's region, " + value.substring(0, regionEnd(value)));
        }
        return new Problem(
                name + " is '" + value + "'",
                isOne(lower)
                        ? "set it to " + lower + ", in small letters"
                        : "set it to a region such as eu-west-1; one that isn't AWS's own needs AWS_ENDPOINT_URL_EC2");
    }

    /// A region of AWS: `eu-west-1`, `us-gov-west-1`, words and at last a number.
    public static boolean isOne(String value) {
        int dash = value.lastIndexOf('-');
        return value.length() <= LONGEST
                && value.indexOf('-') > 0
                && value.indexOf('-') < dash
                && dash < value.length() - 1
                && only(DIGITS, value.substring(dash + 1))
                && only(LOWER + "-", value.substring(0, dash));
    }

    /// A region and more: `eu-west-1a`, `us-west-2-lax-1a`, `us-east-1-wl1-bos-wlz-1`.
    public static boolean isZone(String value) {
        int end = regionEnd(value);
        return value.length() <= LONGEST
                && end < value.length()
                && isOne(value.substring(0, end))
                && only(LOWER + DIGITS + "-", value);
    }

    /// What can be the name of a region in a stand-in for AWS. A zone of AWS's is none there either.
    public static boolean isPrivate(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > '~' || (!Character.isLetterOrDigit(c) && "-_.".indexOf(c) < 0)) {
                return false;
            }
        }
        return !value.isEmpty() && value.length() <= LONGEST && !isZone(value);
    }

    /// Behind the first number.
    private static int regionEnd(String value) {
        int end = 0;
        while (end < value.length() && DIGITS.indexOf(value.charAt(end)) < 0) {
            end++;
        }
        while (end < value.length() && DIGITS.indexOf(value.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    private static boolean only(String allowed, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (allowed.indexOf(value.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
