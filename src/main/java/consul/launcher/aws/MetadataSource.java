package consul.launcher.aws;

import consul.launcher.config.MetadataSettings;
import consul.launcher.identity.IdentitySource;
import consul.launcher.identity.Wanted;
import java.util.Set;

/// Asks EC2's metadata service and that of the ECS task who this instance is. Bounded by
/// [MetadataSettings#deadline()]; no thread and no connection outlives [#find].
public final class MetadataSource implements IdentitySource {

    private final MetadataSettings settings;
    private final Pace pace;

    public MetadataSource(MetadataSettings settings, Pace pace) {
        this.settings = settings;
        this.pace = pace;
    }

    @Override
    public Result find(Set<Wanted> wanted) {
        Search search = new Search(settings, wanted);
        if (!search.asksEcs() && !search.asksEc2()) {
            return search.withoutCall();
        }
        try (Http http = new Http(settings, pace, settings.attempts())) {
            Result result = search.run(http, new Ec2Metadata(http, pace, settings));
            if (!search.lacksInstance()) {
                return result;
            }
        }
        // The hop limit and ECS_AWSVPC_BLOCK_IMDS keep many a task from it, so only once.
        try (Http http = new Http(settings, pace, 1)) {
            search.instance(http, new Ec2Metadata(http, pace, settings));
        }
        return search.found();
    }
}
