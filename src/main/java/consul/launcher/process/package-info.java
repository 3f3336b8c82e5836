/// Starts processes, passes signals on, returns exit codes: the only place that does. Knows config and entrypoint.
@NullMarked
package consul.launcher.process;

import org.jspecify.annotations.NullMarked;
