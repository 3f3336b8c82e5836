package consul.launcher.image;

import com.github.dockerjava.api.exception.NotFoundException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/// For tests with containers. Without a Docker engine, or without the image, they are skipped with a line on stderr;
/// with `-Ddocker.required=true`, which `bin/test` sets where there is an engine or in CI, that is a failure.
/// Testcontainers' own condition skips in silence.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsImage.Condition.class)
@interface NeedsImage {

    /// Decides before each class that is annotated.
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<String> missing = missing();
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("the image is there");
            }
            if (Boolean.getBoolean("docker.required")) {
                throw new IllegalStateException(missing.get() + ", and docker.required is set");
            }
            System.err.println("SKIPPED: " + context.getDisplayName() + ": " + missing.get());
            return ConditionEvaluationResult.disabled(missing.get());
        }

        private static Optional<String> missing() {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return Optional.of("no Docker engine answers");
            }
            try {
                DockerClientFactory.lazyClient()
                        .inspectImageCmd(Images.launcher())
                        .exec();
                return Optional.empty();
            } catch (NotFoundException _) {
                return Optional.of("there is no image " + Images.launcher() + ": bin/image --stand-in --tag "
                        + Images.launcher() + " --mock " + Images.mock() + " makes it");
            }
        }
    }
}
