/// The local agent's HTTP API. Knows config only.
@NullMarked
package consul.launcher.consul;

import org.jspecify.annotations.NullMarked;
