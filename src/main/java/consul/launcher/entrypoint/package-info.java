/// The contract of docker-entrypoint.sh: which command is meant, directories, local configuration, privileges. Knows
/// config only.
@NullMarked
package consul.launcher.entrypoint;

import org.jspecify.annotations.NullMarked;
