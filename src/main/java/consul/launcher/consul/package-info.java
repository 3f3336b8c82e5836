/// The local agent's HTTP API. Knows config, http and json.
@NullMarked
package consul.launcher.consul;

import org.jspecify.annotations.NullMarked;
