/// Planted violations.
@NullMarked
package consul.launcher.architecture.planted.aws;

import org.jspecify.annotations.NullMarked;
