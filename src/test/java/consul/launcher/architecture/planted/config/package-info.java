/// Planted violations.
@NullMarked
package consul.launcher.architecture.planted.config;

import org.jspecify.annotations.NullMarked;
