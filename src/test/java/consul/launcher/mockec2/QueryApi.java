package consul.launcher.mockec2;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The EC2 API as far as Consul's discovery and the recovery ask it: `DescribeInstances` of the Query protocol.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>
final class QueryApi {

    static final String ACCOUNT = "111122223333";

    private static final Pattern SCOPE = Pattern.compile("Credential=[^/]+/\\d{8}/([^/]+)/ec2/aws4_request");
    private static final Pattern INSTANCE_ID = Pattern.compile("i-[0-9a-f]{8}(?:[0-9a-f]{9})?");
    private static final int SMALLEST_PAGE = 5;
    private static final int LARGEST_PAGE = 1000;

    /// A request that can't be answered; the code is AWS's own.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;

        private Refused(String code, String message) {
            super(message);
            this.code = code;
        }
    }

    private final Duration lag;
    private final Duration purgeAfter;
    private final int pageSize;
    private final InstantSource clock;

    /// @param lag how long a change stays unseen
    /// @param purgeAfter how long a terminated instance is remembered
    /// @param pageSize no answer has more instances
    QueryApi(Duration lag, Duration purgeAfter, int pageSize, InstantSource clock) {
        this.lag = lag;
        this.purgeAfter = purgeAfter;
        this.pageSize = pageSize;
        this.clock = clock;
    }

    Answer answer(Fleet fleet, Request request) {
        try {
            return describe(fleet, request);
        } catch (Refused refused) {
            return error(statusOf(refused.code), refused.code, String.valueOf(refused.getMessage()));
        }
    }

    private Answer describe(Fleet fleet, Request request) throws Refused {
        String region = region(request);
        String action = request.parameter("Action");
        if (!action.equals("DescribeInstances")) {
            throw new Refused("InvalidAction", "The action " + action + " is not valid for this web service.");
        }
        if (request.parameter("DryRun").equals("true")) {
            throw new Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }
        List<String> ids = numbered(request, "InstanceId.");
        List<Instance> seen = visible(fleet, region);
        if (!ids.isEmpty()) {
            seen = byId(seen, ids);
        }
        Filters filters = Filters.of(request);
        seen.removeIf(instance -> !filters.match(instance));
        return page(seen, request, !ids.isEmpty());
    }

    /// The region is in the signature's scope; the signature itself is not checked.
    private static String region(Request request) throws Refused {
        String authorization = request.header("authorization");
        Matcher scope = SCOPE.matcher(authorization);
        if (!authorization.startsWith("AWS4-HMAC-SHA256 ") || !scope.find()) {
            throw new Refused("MissingAuthenticationToken", "Request is missing Authentication Token");
        }
        return scope.group(1);
    }

    /// As the API sees them now: late, and without those that are gone for long.
    private List<Instance> visible(Fleet fleet, String region) {
        var now = clock.instant();
        List<Instance> seen = new ArrayList<>();
        for (Instance instance : fleet.instances().values()) {
            boolean launched = !now.isBefore(instance.launched().plus(lag));
            boolean purged = instance.state() == State.TERMINATED
                    && !now.isBefore(instance.since().plus(purgeAfter));
            if (launched && !purged && instance.region().equals(region)) {
                boolean late = now.isBefore(instance.since().plus(lag));
                seen.add(late ? instance.with(instance.before(), instance.since()) : instance);
            }
        }
        return seen;
    }

    private static List<Instance> byId(List<Instance> seen, List<String> ids) throws Refused {
        List<Instance> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String id : ids) {
            if (!INSTANCE_ID.matcher(id).matches()) {
                throw new Refused("InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
            }
            seen.stream()
                    .filter(each -> each.id().equals(id))
                    .findFirst()
                    .ifPresentOrElse(found::add, () -> missing.add(id));
        }
        if (missing.size() == 1) {
            throw new Refused(
                    "InvalidInstanceID.NotFound", "The instance ID '" + missing.getFirst() + "' does not exist");
        }
        if (!missing.isEmpty()) {
            throw new Refused(
                    "InvalidInstanceID.NotFound", "The instance IDs '" + String.join(", ", missing) + "' do not exist");
        }
        return found;
    }

    private Answer page(List<Instance> all, Request request, boolean byId) throws Refused {
        String max = request.parameter("MaxResults");
        int size = pageSize;
        if (!max.isEmpty()) {
            if (byId) {
                throw new Refused(
                        "InvalidParameterCombination",
                        "The parameter instancesSet cannot be used with the parameter maxResults");
            }
            size = Math.min(size, number(max, "MaxResults", SMALLEST_PAGE, LARGEST_PAGE));
        }
        String token = request.parameter("NextToken");
        int from = token.isEmpty() ? 0 : number(token, "NextToken", 1, Integer.MAX_VALUE);
        int to = Math.min(all.size(), from + size);
        List<Instance> page = from < to ? all.subList(from, to) : List.of();
        return xml(200, DescribeXml.response(page, to < all.size() ? Integer.toString(to) : ""));
    }

    private static int number(String text, String name, int least, int most) throws Refused {
        if (text.matches("\\d{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new Refused("InvalidParameterValue", "Value (" + text + ") for parameter " + name + " is invalid.");
    }

    /// The values of `Name.1`, `Name.2`, … up to the first gap.
    static List<String> numbered(Request request, String prefix) {
        List<String> values = new ArrayList<>();
        for (int i = 1; request.parameters().containsKey(prefix + i); i++) {
            values.add(request.parameter(prefix + i));
        }
        return values;
    }

    static Answer error(int status, String code, String message) {
        return xml(status, DescribeXml.error(code, message));
    }

    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    static int statusOf(String code) {
        return switch (code) {
            case "UnauthorizedOperation" -> 403;
            case "AuthFailure", "MissingAuthenticationToken" -> 401;
            case "DryRunOperation" -> 412;
            case "RequestLimitExceeded", "Unavailable" -> 503;
            case "InternalError" -> 500;
            default -> 400;
        };
    }

    private static Answer xml(int status, String body) {
        return new Answer(status, "text/xml;charset=UTF-8", body, Map.of());
    }
}
