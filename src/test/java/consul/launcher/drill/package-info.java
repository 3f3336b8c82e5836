/// What `bin/drill` plays: instances are terminated, stopped, cut off and replaced under a Consul cluster of real
/// agents behind real launchers, and what becomes of it is watched. JDK only.
@NullMarked
package consul.launcher.drill;

import org.jspecify.annotations.NullMarked;
