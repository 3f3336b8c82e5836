package consul.launcher.watch;

import consul.launcher.consul.AclRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What the launcher does to a running agent by its API, with the ACL rules that this needs.
public enum Feature {
    LEAVE("leaving at the end of the instance"),
    RECOVERY("quorum recovery"),
    REJOIN("finding lost servers by their tag");

    private static final String PLACE = "CONSUL_HTTP_TOKEN or CONSUL_HTTP_TOKEN_FILE";

    private final String text;

    Feature(String text) {
        this.text = text;
    }

    private Set<AclRule> rules() {
        return switch (this) {
            case LEAVE -> EnumSet.of(AclRule.AGENT_READ, AclRule.AGENT_WRITE, AclRule.OPERATOR_READ);
            case RECOVERY -> EnumSet.of(AclRule.AGENT_READ, AclRule.NODE_READ, AclRule.OPERATOR_READ);
            case REJOIN -> EnumSet.of(AclRule.AGENT_READ, AclRule.AGENT_WRITE, AclRule.NODE_READ);
        };
    }

    /// What to do about a token that isn't right.
    public static final String REMEDY = "set " + PLACE + " to a token with the rules in docs/guide.md";

    /// All rules that these need.
    public static Set<AclRule> rules(Collection<Feature> features) {
        Set<AclRule> all = EnumSet.noneOf(AclRule.class);
        features.forEach(feature -> all.addAll(feature.rules()));
        return all;
    }

    /// Which of them can't work, and for lack of which rule, in one line.
    public static String withoutRules(Collection<Feature> features, Set<AclRule> lacking) {
        List<String> each = new ArrayList<>();
        for (Feature feature : features) {
            List<String> missing = feature.rules().stream()
                    .filter(lacking::contains)
                    .map(AclRule::text)
                    .toList();
            if (!missing.isEmpty()) {
                each.add(feature.text + " needs " + String.join(", ", missing));
            }
        }
        return "the launcher's token lacks rules: " + String.join("; ", each);
    }

    /// As above, where Consul doesn't know the token.
    public static String withUnknownToken(Collection<Feature> features) {
        return "Consul doesn't know the launcher's token: "
                + String.join(
                        ", ", features.stream().map(feature -> feature.text).toList()) + " can't work";
    }
}
