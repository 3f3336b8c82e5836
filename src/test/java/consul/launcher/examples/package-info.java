/// The examples in docs/examples: AWS's models take them, and the launcher understands them.
@NullMarked
package consul.launcher.examples;

import org.jspecify.annotations.NullMarked;
