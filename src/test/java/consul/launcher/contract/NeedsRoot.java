package consul.launcher.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// For tests that change users, mounts or networks (in namespaces of their own, never the machine's). Without root they
/// are skipped with a line on stderr; with `-Dcontract.root.required=true`, as CI runs them, that is a failure.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRoot.Condition.class)
public @interface NeedsRoot {

    /// Decides before each class and method that is annotated.
    final class Condition implements ExecutionCondition {

        /// Whether this process is root.
        static boolean isRoot() {
            try {
                return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (isRoot()) {
                return ConditionEvaluationResult.enabled("root");
            }
            if (Boolean.getBoolean("contract.root.required")) {
                throw new IllegalStateException(
                        context.getDisplayName() + " needs root, and contract.root.required is set");
            }
            System.err.println("SKIPPED for want of root: " + context.getDisplayName());
            return ConditionEvaluationResult.disabled("not root");
        }
    }
}
