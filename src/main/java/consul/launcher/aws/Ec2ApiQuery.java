package consul.launcher.aws;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The parameters of one DescribeInstances, in the form of the Query protocol.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>
record Ec2ApiQuery(Map<String, String> parameters) {

    static final String ACTION = "DescribeInstances";

    /// The API's version that every SDK names since 2016.
    private static final String VERSION = "2016-11-15";

    /// A page of instances with fifty tags each stays far below what is read of an answer at most.
    private static final int PAGE = 100;

    Ec2ApiQuery {
        parameters = new LinkedHashMap<>(parameters);
    }

    /// The API allows no page size with ids.
    static Ec2ApiQuery byIds(Collection<String> ids) {
        Map<String, String> parameters = describe();
        int n = 0;
        for (String id : ids) {
            parameters.put("InstanceId." + ++n, id);
        }
        return new Ec2ApiQuery(parameters);
    }

    /// @param states only these; empty for all
    static Ec2ApiQuery byTag(String key, String value, Set<Ec2Instance.State> states) {
        Map<String, String> parameters = describe();
        parameters.put("MaxResults", Integer.toString(PAGE));
        parameters.put("Filter.1.Name", "tag:" + key);
        parameters.put("Filter.1.Value.1", literal(value));
        if (!states.isEmpty()) {
            parameters.put("Filter.2.Name", "instance-state-name");
            int n = 0;
            for (Ec2Instance.State state : states) {
                parameters.put("Filter.2.Value." + ++n, state.text());
            }
        }
        return new Ec2ApiQuery(parameters);
    }

    static Ec2ApiQuery dryRun() {
        Map<String, String> parameters = describe();
        parameters.put("DryRun", "true");
        return new Ec2ApiQuery(parameters);
    }

    Ec2ApiQuery next(String token) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put("NextToken", token);
        return new Ec2ApiQuery(more);
    }

    byte[] form() {
        StringBuilder form = new StringBuilder();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(encoded(parameter.getKey()))
                    .append('=')
                    .append(encoded(parameter.getValue()));
        }
        return form.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> describe() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("Action", ACTION);
        parameters.put("Version", VERSION);
        return parameters;
    }

    /// In a filter `*` and `?` are wildcards, and a tag's value may contain them.
    private static String literal(String value) {
        return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
