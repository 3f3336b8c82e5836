/// The local agent's HTTP API. Knows config and http.
@NullMarked
package consul.launcher.consul;

import org.jspecify.annotations.NullMarked;
