package consul.launcher.cli;

import consul.launcher.aws.TerminationNotices;
import consul.launcher.config.Log;
import consul.launcher.config.MetadataSettings;
import consul.launcher.identity.Identity;
import consul.launcher.identity.IdentitySource;
import consul.launcher.identity.Wanted;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/// The identity of a running agent's instance. Asks EC2 for the instance id where the start had no need of it, as with
/// `-node` and `-advertise` given: the end of the instance and the recovery of a quorum are told by it. Asks once, and
/// each request once, since this needn't be EC2. For one thread.
final class LateIdentity {

    private final Identity known;
    private final Surroundings surroundings;
    private final Log log;
    private @Nullable Identity asked;

    LateIdentity(Identity known, Surroundings surroundings, Log log) {
        this.known = known;
        this.surroundings = surroundings;
        this.log = log;
    }

    Identity get(MetadataSettings settings) {
        if (known.instanceId().isPresent() || !TerminationNotices.possible(settings)) {
            return known;
        }
        Identity answer = asked;
        if (answer == null) {
            answer = ask(settings.tryingOnce());
            asked = answer;
        }
        return answer;
    }

    private Identity ask(MetadataSettings settings) {
        IdentitySource.Result result =
                surroundings.metadata().apply(settings).find(EnumSet.of(Wanted.NODE_NAME, Wanted.NODE_META));
        return switch (result) {
            case IdentitySource.Found found -> {
                found.identity()
                        .instanceId()
                        .ifPresent(
                                id -> log.info("this is EC2 instance " + id + ", by metadata asked after the start"));
                yield found.identity();
            }
            case IdentitySource.NotFound none -> {
                log.info("which EC2 instance this is isn't known, so its end isn't foreseen and a lost quorum isn't"
                        + " recovered: " + String.join("; ", none.attempts()) + "; on EC2, "
                        + String.join("; or ", none.remedies()));
                yield known;
            }
        };
    }
}
