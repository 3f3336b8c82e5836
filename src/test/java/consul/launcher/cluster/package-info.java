/// A real Consul cluster behind real launchers, as operators see it.
@NullMarked
package consul.launcher.cluster;

import org.jspecify.annotations.NullMarked;
