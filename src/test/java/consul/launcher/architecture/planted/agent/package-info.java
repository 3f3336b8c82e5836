/// Planted violations.
@NullMarked
package consul.launcher.architecture.planted.agent;

import org.jspecify.annotations.NullMarked;
